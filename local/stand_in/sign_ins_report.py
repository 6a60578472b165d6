"""Graph's beta report of sign-ins: one row for each credential that was used.

Source: https://learn.microsoft.com/graph/api/reportroot-list-appcredentialsigninactivities.
"""

import re
from base64 import b64encode
from collections.abc import Mapping
from datetime import datetime
from threading import Lock
from typing import NamedTuple
from uuid import uuid4

from werkzeug import Request, Response

from local.stand_in.directory import Directory, NotInTenant
from local.stand_in.entra import Certificate, ClientSecret, Registration, stamp
from local.stand_in.graph_errors import GraphError, bad_request
from local.stand_in.graph_http import success
from local.stand_in.graph_objects import Json
from local.stand_in.graph_query import following, page_size, position

PERMISSION = "AuditLog.Read.All"
GRAPH_ID = "00000003-0000-0000-c000-000000000000"
"""The resource of every sign-in: Microsoft Graph."""
_FILTER = re.compile(r"\s*(?P<name>appId|keyId)\s+eq\s+'(?P<value>[^']*)'\s*")
_KNOWN = frozenset({"$filter", "$top", "$skiptoken"})


class _Use(NamedTuple):
    """A credential, its app, and its last sign-in."""

    app: Registration
    credential: ClientSecret | Certificate
    at: datetime


class SignInsReport:
    """The report of the tenant. It keeps deleted credentials, as the service does for a while."""

    def __init__(self, directory: Directory) -> None:
        """Create it without sign-ins, in a tenant with the licence."""
        self.licensed = True
        self._directory = directory
        self._lock = Lock()
        self._uses: dict[str, _Use] = {}

    def sign_in(self, key_id: str, at: datetime) -> None:
        """Record a sign-in with a credential; only the last one is kept. Raise `NotInTenant`."""
        app, credential = self._found(key_id)
        with self._lock:
            known = self._uses.get(key_id)
            self._uses[key_id] = _Use(app, credential, max(at, known.at) if known else at)

    def _found(self, key_id: str) -> tuple[Registration, ClientSecret | Certificate]:
        for app in self._directory.listing():
            credentials: tuple[ClientSecret | Certificate, ...] = (*app.secrets, *app.certificates)
            for credential in credentials:
                if credential.key_id == key_id:
                    return app, credential
        raise NotInTenant(f"No app in the tenant has a credential with key id {key_id}.")

    def answer(self, request: Request) -> Response:
        """Answer `GET /beta/reports/appCredentialSignInActivities`. Raise `GraphError`."""
        if not self.licensed:
            raise GraphError(
                403,
                "Authentication_RequestFromNonPremiumTenantOrB2CTenant",
                "Neither tenant is B2C or tenant doesn't have premium license",
            )
        options = request.args
        if unknown := {name for name in options if name.startswith("$")} - _KNOWN:
            raise bad_request(
                f"The stand-in tenant does not know the query option {min(unknown)}.", "BadRequest"
            )
        size, after = page_size(options), position(options)
        matching = [use for use in self._matching(options) if use.credential.key_id > after]
        page = matching[:size]
        context = f"{request.host_url}beta/$metadata#reports/appCredentialSignInActivities"
        document: Json = {"@odata.context": context}
        if len(matching) > size:
            document["@odata.nextLink"] = (
                f"{request.base_url}?{following(options, page[-1].credential.key_id)}"
            )
        return success(document | {"value": [_row(use) for use in page]}, request)

    def _matching(self, options: Mapping[str, str]) -> list[_Use]:
        """Return the rows that `$filter` selects, by key id. Raise `GraphError`."""
        with self._lock:
            uses = sorted(self._uses.values(), key=lambda use: use.credential.key_id)
        if "$filter" not in options:
            return uses
        found = _FILTER.fullmatch(options["$filter"])
        if found is None:
            raise bad_request(
                "The stand-in tenant knows only the filters appId eq '...' and keyId eq '...'.",
                "BadRequest",
            )
        value = found["value"].lower()
        return [
            use
            for use in uses
            if (use.app.client_id if found["name"] == "appId" else use.credential.key_id).lower()
            == value
        ]


def _row(use: _Use) -> Json:
    app, credential = use.app, use.credential
    is_secret = isinstance(credential, ClientSecret)
    return {
        "id": b64encode(f"{credential.key_id}|application".encode()).decode("ascii"),
        "keyId": credential.key_id,
        "keyType": "clientSecret" if is_secret else "certificate",
        "keyUsage": "verify",
        "appId": app.client_id,
        "appObjectId": app.object_id,
        "servicePrincipalObjectId": app.service_principal and app.service_principal.object_id,
        "resourceId": GRAPH_ID,
        "credentialOrigin": "application",
        "expirationDateTime": credential.ends,
        "signInActivity": {
            "lastSignInDateTime": stamp(use.at),
            "lastSignInRequestId": str(uuid4()),
        },
    }
