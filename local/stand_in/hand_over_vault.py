"""A Key Vault that keeps the values of new secrets, over TLS, as its client library asks for.

Source: Key Vault REST reference (secrets), "Authentication, requests and responses" (the 401 with
the challenge), "Azure Key Vault soft-delete overview". Values are for this process only: what other
processes can read (`described`) has names, tags and counts.
"""

from collections.abc import Callable, Mapping
from http import HTTPStatus
from pathlib import Path
from tempfile import TemporaryDirectory
from time import time
from typing import Self

from werkzeug import Request, Response

from local.stand_in.az import Az
from local.stand_in.certificate import Files, loopback_certificate
from local.stand_in.faults import Dropped, Fault, Gate
from local.stand_in.graph_objects import HOME_TENANT_ID
from local.stand_in.loopback import HOST, Loopback, hang_up
from local.stand_in.managed_identity import ManagedIdentity
from local.stand_in.vault_documents import Refusal
from local.stand_in.vault_secrets import RIGHTS, VaultSecrets


class HandOverVault:
    """The vault: it serves inside a `with` statement.

    The sets `rights` and `rights_of_person` hold what the identity and the person may do.
    """

    def __init__(
        self, identity: ManagedIdentity, az: Az, *, port: int = 0, certificate: Files | None = None
    ) -> None:
        """Create it empty, with its own certificate unless one is given."""
        self.secrets = VaultSecrets()
        self.gate = Gate()
        self.rights = set(RIGHTS)
        self.rights_of_person = set(RIGHTS)
        self.firewall = False
        """Whether the vault refuses the network from which requests come."""
        self.challenges = 0
        """Requests that were answered with a challenge."""
        self.resource = ""
        """The resource that the challenge names; by default the URL of the vault."""
        self._identity, self._az, self._port = identity, az, port
        self._certificate, self._folder = certificate, None if certificate else TemporaryDirectory()
        self._server: Loopback | None = None

    def __enter__(self) -> Self:
        """Start to serve. Raise `OSError` if the port is taken."""
        if self._folder:
            self._certificate = loopback_certificate(Path(self._folder.name))
        self._server = Loopback(self._answer, self._port, certificate=self._certificate)
        self._port = self._server.port
        return self

    def __exit__(self, *_: object) -> None:
        """Stop, and delete its own certificate."""
        assert self._server is not None
        self.gate.closing.set()
        self._server.stop()
        if self._folder:
            self._folder.cleanup()

    @property
    def url(self) -> str:
        """The URL of the vault."""
        return f"https://{HOST}:{self._port}"

    @property
    def environment(self) -> Mapping[str, str]:
        """The settings with which the app uses and trusts this vault."""
        assert self._certificate is not None
        trusted = str(self._certificate.certificate)
        return {
            "LAPSEWATCH_HAND_OVER_VAULT": self.url,
            "REQUESTS_CA_BUNDLE": trusted,
            "SSL_CERT_FILE": trusted,
        }

    def fault(self, match: str, **fields: object) -> None:
        """Add a fault after the present ones; see `Fault` for its fields.

        A match may be `/secrets`, `/deletedsecrets`, or with a method `PUT /secrets`. Requests
        that get a challenge are not faulty and not counted.
        """
        self.gate.add(Fault(match, **fields))  # type: ignore[arg-type]  # the fields of `Fault`

    def described(self) -> dict[str, object]:
        """Return names, tags, counts and deleted names: no value."""
        return {
            "url": self.url,
            **self.secrets.described(),
            "requests": self.gate.counts(),
            "challenges": self.challenges,
        }

    def _answer(self, request: Request) -> Response:
        try:
            rights = self._rights_of(request)
            if rights is None:
                self.challenges += 1
                return self._challenge()
            return self.gate.guard(request, self._with(rights))
        except Dropped:
            hang_up(request)
            return Response()

    def _rights_of(self, request: Request) -> set[str] | None:
        """Return what the token of a request permits; `None` if it is not valid here."""
        token = request.headers.get("Authorization", "").removeprefix("Bearer ")
        for issuer, rights in ((self._identity, self.rights), (self._az, self.rights_of_person)):
            grant = issuer.grant(token)
            if grant and grant.resource.rstrip("/") == self._resource and grant.expires > time():
                return rights
        return None

    @property
    def _resource(self) -> str:
        return self.resource or self.url

    def _challenge(self) -> Response:
        refusal = Refusal(HTTPStatus.UNAUTHORIZED, "Unauthorized", "AKV10000: No valid token.")
        response = refusal.response()
        response.headers["WWW-Authenticate"] = (
            f'Bearer authorization="https://login.microsoftonline.com/{HOME_TENANT_ID}",'
            f' resource="{self._resource}"'
        )
        return response

    def _with(self, rights: set[str]) -> Callable[[Request], Response]:
        def answer(request: Request) -> Response:
            if self.firewall:
                text = "Client address is not authorized and caller is not a trusted service."
                return Refusal(HTTPStatus.FORBIDDEN, "ForbiddenByFirewall", text).response()
            return self.secrets.answer(request, rights)

        return answer
