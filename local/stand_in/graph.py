"""Microsoft Graph for apps, sign-ins and mail: responses and refusals as from the service.

Page sizes, `$batch` and the price of a request:
https://learn.microsoft.com/graph/api/application-list,
https://learn.microsoft.com/graph/json-batching and
https://learn.microsoft.com/graph/throttling-limits.
"""

from collections.abc import Callable, Mapping
from time import time
from typing import NamedTuple
from urllib.parse import urlsplit

from werkzeug import Request, Response
from werkzeug.exceptions import HTTPException
from werkzeug.routing import Map, Rule
from werkzeug.test import EnvironBuilder

from local.stand_in.directory import Directory, NotInTenant
from local.stand_in.entra import Owner, Registration
from local.stand_in.faults import Gate
from local.stand_in.graph_errors import (
    GraphError,
    bad_request,
    not_found,
    permission_missing,
    unauthenticated,
    unknown_property,
)
from local.stand_in.graph_http import compressed, failure, success
from local.stand_in.graph_objects import Json, application, owners, service_principal
from local.stand_in.graph_passwords import Passwords
from local.stand_in.graph_query import ListQuery, following, require_guid, selected, selection
from local.stand_in.mail_sink import MailSink
from local.stand_in.managed_identity import Grant, ManagedIdentity
from local.stand_in.sign_ins_report import PERMISSION as READ_SIGN_INS
from local.stand_in.sign_ins_report import SignInsReport

BATCH_LIMIT = 20
OWN_NAMES = frozenset({"127.0.0.1", "localhost", "graph.microsoft.com"})
READ_APPS = "Application.Read.All"
READ_USERS = "User.ReadBasic.All"
MAX_EXPANDED = 20


class _Endpoint(NamedTuple):
    """An endpoint and the permission that it requires; `None`: the endpoint checks it."""

    permission: str | None
    answer: Callable[..., Response]


class Graph:
    """All routes under `/v1.0` and `/beta`."""

    def __init__(
        self,
        directory: Directory,
        identity: ManagedIdentity,
        gate: Gate,
        mail: MailSink,
        sign_ins: SignInsReport,
        *,
        passwords: Passwords | None = None,
    ) -> None:
        """Set the data and the `identity`; requests inside a `$batch` pass through `gate`.

        The person of `passwords` may read apps too.
        """
        self._passwords = passwords
        self._directory = directory
        self._identity = identity
        self._gate = gate
        self.lacking: set[str] = set()
        """Properties that this Graph does not have: `isDisabled`, `application.isDisabled`."""
        self._routes = Map(
            [
                Rule(
                    "/v1.0/applications", methods=["GET"], endpoint=_Endpoint(READ_APPS, self._list)
                ),
                Rule(
                    "/v1.0/applications(appId='<client_id>')",
                    methods=["GET"],
                    endpoint=_Endpoint(READ_APPS, self._by_client_id),
                ),
                Rule(
                    "/v1.0/applications/<object_id>",
                    methods=["GET"],
                    endpoint=_Endpoint(READ_APPS, self._by_object_id),
                ),
                Rule(
                    "/v1.0/servicePrincipals",
                    methods=["GET"],
                    endpoint=_Endpoint(READ_APPS, self._list_principals),
                ),
                Rule(
                    "/v1.0/servicePrincipals/<object_id>",
                    methods=["GET"],
                    endpoint=_Endpoint(READ_APPS, self._principal_by_object_id),
                ),
                Rule(
                    "/v1.0/servicePrincipals(appId='<client_id>')",
                    methods=["GET"],
                    endpoint=_Endpoint(READ_APPS, self._principal),
                ),
                *self._rules_of_passwords(),
                Rule("/v1.0/$batch", methods=["POST"], endpoint=_Endpoint(None, self._batch)),
                Rule(
                    "/v1.0/users/<address>/sendMail",
                    methods=["POST"],
                    endpoint=_Endpoint(None, mail.send),
                ),
                Rule(
                    "/beta/reports/appCredentialSignInActivities",
                    methods=["GET"],
                    endpoint=_Endpoint(READ_SIGN_INS, sign_ins.answer),
                ),
            ],
            merge_slashes=False,
        )

    def _rules_of_passwords(self) -> list[Rule]:
        passwords = self._passwords
        if passwords is None:
            return []
        return [
            Rule(
                "/v1.0/applications/<object_id>/addPassword",
                methods=["POST"],
                endpoint=_Endpoint(None, passwords.add_by_object_id),
            ),
            Rule(
                "/v1.0/applications(appId='<client_id>')/addPassword",
                methods=["POST"],
                endpoint=_Endpoint(None, passwords.add_by_client_id),
            ),
        ]

    def _read(self, app: Registration) -> Json:
        return application(self._passwords.as_read(app) if self._passwords else app)

    def answer(self, request: Request) -> Response:
        """Answer any request under `/v1.0` or `/beta`."""
        return compressed(self._reply(request), request)

    def _reply(self, request: Request) -> Response:
        try:
            grant = self._authorise(request)
            endpoint, arguments = self._routes.bind_to_environ(request.environ).match()
            if endpoint.permission is not None and endpoint.permission not in grant.roles:
                raise permission_missing(endpoint.permission)
            self._refuse_lacking(request)
            response: Response = endpoint.answer(request, **arguments)
        except HTTPException:
            return failure(
                bad_request(
                    f"Resource not found for the segment '{request.path.split('/')[2]}'.",
                    "BadRequest",
                ),
                request,
            )
        except GraphError as error:
            return failure(error, request)
        return response

    def _refuse_lacking(self, request: Request) -> None:
        """Raise `GraphError` if `$select` names a property that is lacking; of a type or of all."""
        path = request.path.split("/")[2].partition("(")[0]
        kind = "servicePrincipal" if path == "servicePrincipals" else "application"
        for name in selection(request.args):
            if name in self.lacking or f"{kind}.{name}" in self.lacking:
                raise unknown_property(name, kind)

    def _authorise(self, request: Request) -> Grant:
        """Return what the bearer token permits. Raise `GraphError` if it is not valid here."""
        scheme, _, token = request.headers.get("Authorization", "").partition(" ")
        if scheme != "Bearer" or not token:
            raise unauthenticated("Access token is empty.")
        grant = self._identity.grant(token)
        if grant is None and self._passwords is not None:
            grant = self._passwords.az.grant(token)
        if grant is None:
            raise unauthenticated("Access token validation failure.")
        if urlsplit(grant.resource).hostname not in OWN_NAMES:
            raise unauthenticated("Access token validation failure. Invalid audience.")
        if grant.expires <= time():
            raise unauthenticated("Lifetime validation failed, the token is expired.")
        return grant

    def _list(self, request: Request) -> Response:
        """Return one page of app registrations."""
        query = ListQuery.of(request.args)
        matching = self._matching(query)
        start = Directory.place_after(query.after, matching)
        page = matching[start : start + query.size]
        document: Json = {"@odata.context": _context(request, "applications", query.select)}
        if _counts(request) and not query.after:
            document["@odata.count"] = len(matching)
        if start + query.size < len(matching):
            document["@odata.nextLink"] = (
                f"{request.base_url}?{following(request.args, page[-1].object_id)}"
            )
        document["value"] = [selected(self._read(app), query.select, "application") for app in page]
        return success(document, request, units=query.units)

    def _list_principals(self, request: Request) -> Response:
        """Return one page of service principals, in the order of their apps."""
        query = ListQuery.of(request.args)
        apps = tuple(
            app
            for app in self._directory.listing()
            if app.service_principal is not None and app.service_principal.listed
        )
        start = Directory.place_after(query.after, apps)
        page = apps[start : start + query.size]
        document: Json = {"@odata.context": _context(request, "servicePrincipals", query.select)}
        if start + query.size < len(apps):
            document["@odata.nextLink"] = (
                f"{request.base_url}?{following(request.args, page[-1].object_id)}"
            )
        document["value"] = [
            selected(
                service_principal(app, app.service_principal), query.select, "servicePrincipal"
            )
            for app in page
            if app.service_principal is not None
        ]
        return success(document, request, units=query.units)

    def _principal_by_object_id(self, request: Request, object_id: str) -> Response:
        for app in self._directory.listing():
            principal = app.service_principal
            if principal is not None and principal.object_id == object_id.lower():
                return _entity(
                    service_principal(app, principal),
                    request,
                    "servicePrincipal",
                    self._owners(principal.owners, request),
                )
        raise not_found(object_id)

    def _owners(self, them: tuple[Owner, ...], request: Request) -> Json:
        """Return expanded owners: at most 20, with names only for readers of users."""
        if request.args.get("$expand") is None:
            return {}
        if request.args["$expand"] != "owners":
            raise bad_request("The stand-in tenant expands owners, and nothing else.", "BadRequest")
        return {
            "owners": owners(
                them[:MAX_EXPANDED], readable=READ_USERS in self._authorise(request).roles
            )
        }

    def _matching(self, query: ListQuery) -> tuple[Registration, ...]:
        if query.client_id is None:
            return self._directory.listing()
        try:
            return (self._directory.app(query.client_id),)
        except NotInTenant:
            return ()

    def _by_client_id(self, request: Request, client_id: str) -> Response:
        require_guid(client_id, "Application")
        try:
            app = self._directory.app(client_id)
            return _entity(self._read(app), request, "application")
        except NotInTenant:
            raise not_found(client_id) from None

    def _by_object_id(self, request: Request, object_id: str) -> Response:
        try:
            app = self._directory.by_object_id(object_id.lower())
            return _entity(
                self._read(app), request, "application", self._owners(app.owners, request)
            )
        except NotInTenant:
            raise not_found(object_id) from None

    def _principal(self, request: Request, client_id: str) -> Response:
        require_guid(client_id, "ServicePrincipal")
        try:
            app = self._directory.app(client_id)
        except NotInTenant:
            raise not_found(client_id) from None
        if app.service_principal is None:
            raise not_found(client_id)
        return _entity(service_principal(app, app.service_principal), request, "servicePrincipal")

    def _batch(self, request: Request) -> Response:
        """Answer up to 20 requests at once, in reverse order, because Graph promises none."""
        document = request.get_json(silent=True)
        steps = document.get("requests") if isinstance(document, dict) else None
        if not isinstance(steps, list) or not all(map(_is_step, steps)):
            raise bad_request("Invalid batch payload format.", "BadRequest")
        if len(steps) > BATCH_LIMIT:
            raise bad_request(
                f"Number of batch request steps exceeds the maximum value of {BATCH_LIMIT}.",
                "MaximumValueExceeded",
            )
        if len({step["id"] for step in steps}) < len(steps):
            raise bad_request("Request Id values must be unique in a batch.", "BadRequest")
        answers = [self._step(step, request) for step in steps]
        return success({"responses": answers[::-1]}, request)

    def _step(self, step: Mapping[str, object], outer: Request) -> Json:
        headers = [("Authorization", outer.headers["Authorization"])]
        path = f"/v1.0/{str(step['url']).removeprefix('/')}"
        builder = EnvironBuilder(
            path, base_url=outer.host_url, method=str(step["method"]), headers=headers
        )
        inner = Request(builder.get_environ())
        response = self._gate.admit(inner, inside_batch=True) or self._reply(inner)
        body = response.get_json(silent=True)
        return {
            "id": step["id"],
            "status": response.status_code,
            "headers": dict(response.headers),
            "body": response.get_data(as_text=True) if body is None else body,
        }


def _is_step(step: object) -> bool:
    return isinstance(step, dict) and all(
        isinstance(step.get(name), str) for name in ("id", "method", "url")
    )


def _entity(document: Json, request: Request, kind: str, expanded: Json | None = None) -> Response:
    """Return one object; it costs one resource unit whatever is selected."""
    select = selection(request.args)
    context = {"@odata.context": f"{_context(request, f'{kind}s', select)}/$entity"}
    return success(context | selected(document, select, kind) | (expanded or {}), request)


def _counts(request: Request) -> bool:
    """Return whether `$count` applies: without the header, the service ignores it silently."""
    return (
        request.args.get("$count") == "true"
        and request.headers.get("ConsistencyLevel") == "eventual"
    )


def _context(request: Request, collection: str, select: tuple[str, ...]) -> str:
    return (
        f"{request.host_url}v1.0/$metadata#{collection}{f'({",".join(select)})' if select else ''}"
    )
