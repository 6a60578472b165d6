"""`addPassword`: creates a client secret for a person, with the refusals of a tenant's policies.

Sources: learn.microsoft.com/graph/api/application-addpassword; the body of a refusal by policy is
from a public report (OfficeDev/microsoft-365-agents-toolkit, issue 10998).
"""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from http import HTTPStatus
from threading import Lock
from time import monotonic

from werkzeug import Request, Response

from local.stand_in.az import Az
from local.stand_in.created_values import new_value
from local.stand_in.directory import Directory, NotInTenant
from local.stand_in.entra import Registration, shift_years, stamp
from local.stand_in.graph_errors import GraphError, bad_request, by_status, not_found
from local.stand_in.graph_http import success
from local.stand_in.graph_objects import Json

_TYPE = "v1.0/$metadata#microsoft.graph.passwordCredential"
POLICY_ID = "5d9f1c3e-8a27-4b60-9c14-e2f7a05b6d83"


class Passwords:
    """Creates client secrets; what a tenant may refuse is set by its attributes."""

    def __init__(self, directory: Directory, az: Az, clock: Callable[[], datetime]) -> None:
        """Allow everything to the person who is signed in to `az`."""
        self.denied: set[str] = set()
        """Client ids of the apps on which the person has no right."""
        self.allowed = True
        """Whether the tenant's policy allows client secrets."""
        self.max_life: timedelta | None = None
        """The longest life that the tenant's policy allows."""
        self.life_said = ""
        """What a refusal of a long life adds about the longest one; Entra says nothing."""
        self.max_secrets = 100
        self.lag_reads = 0
        """How many reads of an app do not list a new secret yet."""
        self.lag_seconds = 0.0
        """For how long no read lists it."""
        self.created: dict[str, str] = {}
        """The value of each created secret, by its key id; for this process only."""
        self._hidden: dict[str, tuple[int, float]] = {}
        self.az = az
        self._directory, self._clock = directory, clock
        self._lock = Lock()

    def add(self, request: Request, app: Registration) -> Response:
        """Create a client secret on an app. Raise `GraphError`."""
        token = request.headers.get("Authorization", "").removeprefix("Bearer ")
        if self.az.grant(token) is None or app.client_id in self.denied:
            raise by_status(HTTPStatus.FORBIDDEN)
        name, starts, ends = self._wanted(request)
        self._check_policies(app, starts, ends)
        value = new_value()
        with self._lock:
            key_id = self._directory.add_secret(
                app.client_id, name=name, hint=value[:3], starts=starts, ends=ends
            )
            self.created[key_id] = value
            self._hidden[key_id] = self.lag_reads, monotonic() + self.lag_seconds
        document: Json = {
            "@odata.context": f"{request.host_url}{_TYPE}",
            "customKeyIdentifier": None,
            "displayName": name,
            "endDateTime": stamp(ends),
            "hint": value[:3],
            "keyId": key_id,
            "secretText": value,
            "startDateTime": stamp(starts, 7),
        }
        return success(document, request)

    def add_by_object_id(self, request: Request, object_id: str) -> Response:
        """Answer `POST /v1.0/applications/{id}/addPassword`."""
        try:
            return self.add(request, self._directory.by_object_id(object_id.lower()))
        except NotInTenant:
            raise not_found(object_id) from None

    def add_by_client_id(self, request: Request, client_id: str) -> Response:
        """Answer `POST /v1.0/applications(appId='{id}')/addPassword`."""
        try:
            return self.add(request, self._directory.app(client_id))
        except NotInTenant:
            raise not_found(client_id) from None

    def as_read(self, app: Registration) -> Registration:
        """Return an app as a read shows it: secrets that were just created may be missing."""
        with self._lock:
            late = {secret.key_id for secret in app.secrets if self._is_late(secret.key_id)}
        shown = tuple(secret for secret in app.secrets if secret.key_id not in late)
        return replace(app, secrets=shown) if late else app

    def _is_late(self, key_id: str) -> bool:
        reads, until = self._hidden.get(key_id, (0, 0.0))
        if reads > 0:
            self._hidden[key_id] = reads - 1, until
        return reads > 0 or monotonic() < until

    def _wanted(self, request: Request) -> tuple[str | None, datetime, datetime]:
        given = request.get_json(silent=True)
        wanted = given.get("passwordCredential") if isinstance(given, dict) else None
        if not isinstance(wanted, dict):
            raise bad_request("The request body must contain passwordCredential.")
        if unknown := wanted.keys() - {"displayName", "startDateTime", "endDateTime"}:
            raise bad_request(f"The properties {', '.join(sorted(unknown))} are not allowed.")
        starts = _instant(wanted.get("startDateTime")) or self._clock()
        ends = _instant(wanted.get("endDateTime")) or shift_years(starts, 2)
        if ends <= starts:
            raise bad_request("Key credential end date is invalid.", "KeyCredentialsInvalidEndDate")
        return wanted.get("displayName"), starts, ends

    def _check_policies(self, app: Registration, starts: datetime, ends: datetime) -> None:
        if not self.allowed:
            text = f"Credential type not allowed as per assigned policy '{POLICY_ID}'."
            raise bad_request(text, "CredentialTypeNotAllowedAsPerAppPolicy")
        if self.max_life is not None and ends - starts > self.max_life:
            text = (
                "Credential lifetime exceeds the max value allowed as per assigned policy"
                f" '{POLICY_ID}'."
            )
            detail = {
                "code": "InvalidKeyEndDate",
                "message": f"{text} {self.life_said}".rstrip(),
                "target": "EndDate",
            }
            code = "CredentialInvalidLifetimeAsPerAppPolicy"
            raise GraphError(HTTPStatus.BAD_REQUEST, code, text, details=[detail])
        if len(app.secrets) >= self.max_secrets:
            raise bad_request(
                "The size of the manifest has exceeded its limit. Please reduce the number of"
                " values and retry your request."
            )


def _instant(text: object) -> datetime | None:
    if text is None:
        return None
    try:
        at = datetime.fromisoformat(str(text))
    except ValueError:
        raise bad_request("Cannot convert a value to Edm.DateTimeOffset.") from None
    return at.astimezone(UTC)
