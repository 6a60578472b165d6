"""Other tenants behind the same Graph: the token determines whose apps a request reads.

The sign-in accepts what Entra accepts from an app without a secret: an assertion, which our managed
identity requests for itself (learn.microsoft.com, "Configure an application to trust a managed
identity"; RFC 7523, 2.2), and only for a registration with the tenant's consent. It uses https,
because azure-identity requires it.
"""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Self

from werkzeug import Request, Response

from local.stand_in.certificate import loopback_certificate
from local.stand_in.directory import Directory
from local.stand_in.entra import Registration
from local.stand_in.faults import Gate
from local.stand_in.graph import Graph
from local.stand_in.loopback import HOST, Loopback
from local.stand_in.mail_sink import MailSink
from local.stand_in.managed_identity import ManagedIdentity
from local.stand_in.sign_ins_report import SignInsReport
from local.stand_in.tenant import Tenant

REGISTRATION = "c3a4f2b1-7d58-4e06-9b6f-5f0d8e2a1c47"
"""Client id of the multi-tenant app registration that trusts our managed identity."""
AUDIENCE = "api://AzureADTokenExchange"
_ASSERTION_TYPE = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"


@dataclass(slots=True)
class Neighbour:
    """Another tenant."""

    directory: Directory
    tokens: ManagedIdentity = field(default_factory=ManagedIdentity)
    """Issues the tokens of this tenant; their roles are what its administrator consented to."""
    consented: bool = True


class OtherTenants:
    """Tenants beside `home`, which share its Graph while the `with` statement lasts."""

    def __init__(self, home: Tenant, folder: Path) -> None:
        """Write the certificate into `folder`; there is no other tenant yet."""
        self._home, self._certificate = home, loopback_certificate(folder)
        self._tenants: dict[str, Neighbour] = {}
        self._graphs: dict[str, Graph] = {}
        self._server: Loopback | None = None
        self.odd_answer: bytes | None = None
        """If set, the sign-in returns this for every request, with status 200."""

    def __enter__(self) -> Self:
        """Start to serve."""
        self._server = Loopback(self._answer, 0, certificate=self._certificate)
        self._home.other_tenants = self._graph
        return self

    def __exit__(self, *_: object) -> None:
        """Stop."""
        assert self._server is not None
        self._home.other_tenants = lambda _: None
        self._server.stop()

    def __getitem__(self, tenant_id: str) -> Neighbour:
        """Return a tenant. Raise `KeyError` if there is none."""
        return self._tenants[tenant_id]

    @property
    def environment(self) -> Mapping[str, str]:
        """The settings with which the app reads other tenants, in addition to those of `home`."""
        assert self._server is not None
        return {
            "LAPSEWATCH_TENANTS_CLIENT_ID": REGISTRATION,
            "AZURE_AUTHORITY_HOST": f"https://{HOST}:{self._server.port}",
            "REQUESTS_CA_BUNDLE": str(self._certificate.certificate),
        }

    def add(self, tenant_id: str, registrations: Iterable[Registration]) -> Neighbour:
        """Create a tenant with these apps."""
        made = Neighbour(Directory(registrations))
        self._tenants[tenant_id] = made
        self._graphs[tenant_id] = Graph(
            made.directory,
            made.tokens,
            Gate(),
            MailSink(made.tokens),
            SignInsReport(made.directory),
        )
        return made

    def _graph(self, request: Request) -> Response | None:
        """Answer a request to Graph with a token of another tenant; `None` for any other token."""
        token = request.headers.get("Authorization", "").removeprefix("Bearer ")
        owner = next(
            (key for key, each in self._tenants.items() if each.tokens.grant(token) is not None),
            None,
        )
        return self._graphs[owner].answer(request) if owner is not None else None

    def _answer(self, request: Request) -> Response:
        return (
            self._sign_in(request)
            if self.odd_answer is None
            else Response(self.odd_answer, mimetype="application/json")
        )

    def _sign_in(self, request: Request) -> Response:
        """Answer `POST /TENANT/oauth2/v2.0/token`: a token, or Entra's refusal."""
        tenant_id, _, rest = request.path.strip("/").partition("/")
        if request.method != "POST" or rest != "oauth2/v2.0/token":
            return Response(status=404)
        form = request.form
        tenant = self._tenants.get(tenant_id)
        scope = form.get("scope", "")
        if tenant is None:
            return _refused("invalid_request", f"AADSTS90002: Tenant '{tenant_id}' not found.")
        if form.get("grant_type") != "client_credentials" or not scope.endswith("/.default"):
            return _refused(
                "invalid_request",
                "AADSTS900144: The request body must contain grant_type and a scope of .default.",
            )
        if form.get("client_id") != REGISTRATION or not tenant.consented:
            application = form.get("client_id", "")
            return _refused(
                "unauthorized_client",
                f"AADSTS700016: Application with identifier '{application}' "
                f"was not found in the directory '{tenant_id}'.",
            )
        assertion = self._home.identity.grant(form.get("client_assertion", ""))
        if (
            form.get("client_assertion_type") != _ASSERTION_TYPE
            or assertion is None
            or assertion.resource != AUDIENCE
        ):
            return _refused(
                "invalid_client",
                "AADSTS700211: No matching federated identity record found "
                "for presented assertion issuer.",
            )
        given = tenant.tokens.issue(scope.removesuffix("/.default"), REGISTRATION)
        token = {
            "token_type": "Bearer",
            "expires_in": 3599,
            "ext_expires_in": 3599,
            "access_token": given["access_token"],
        }
        return Response(json.dumps(token), mimetype="application/json")


def _refused(error: str, description: str) -> Response:
    """Return Entra's refusal; azure-identity quotes the description."""
    return Response(
        json.dumps({"error": error, "error_description": description}),
        400,
        mimetype="application/json",
    )
