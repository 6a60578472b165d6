"""The App Service managed identity endpoint: it issues tokens and recognises its own.

Protocol: `api-version=2019-08-01`,
https://learn.microsoft.com/azure/app-service/overview-managed-identity#rest-endpoint-reference.
The tokens are unsigned JWTs, which only this process accepts.
"""

import json
from base64 import urlsafe_b64encode
from collections.abc import Mapping
from secrets import token_hex
from time import time
from typing import NamedTuple
from uuid import uuid4

from werkzeug import Request, Response

from local.stand_in.graph_objects import HOME_TENANT_ID

API_VERSION = "2019-08-01"
IDENTITY_CLIENT_ID = "0d2b7c64-6f0e-4a5c-9b39-51d7e3f8a210"
MAIL_SENDER = "alerts@example.org"
A_DAY = 24 * 60 * 60


class Grant(NamedTuple):
    """What a token permits: a resource, until when (Unix seconds), with which permissions."""

    resource: str
    expires: int
    roles: frozenset[str]


class ManagedIdentity:
    """Issues tokens. `header` is the required value of `IDENTITY_HEADER`.

    New tokens have the permissions in `roles`, and last `lifetime` seconds: a day, as in Azure. The
    identity may send mail as each of `mailboxes`; Exchange decides that, not the token.
    """

    def __init__(self, header: str | None = None) -> None:
        """Permit it to read app registrations; the default `header` is random."""
        self.header = header or f"canary-{token_hex(16)}"  # tests search all output for it
        self.roles = {"Application.Read.All"}
        self.mailboxes = {MAIL_SENDER}
        self.lifetime = A_DAY
        self._issued: dict[str, Grant] = {}

    def answer(self, request: Request) -> Response:
        """Answer `GET /msi/token`: a token, or 400 with the reason."""
        if request.headers.get("X-IDENTITY-HEADER") != self.header:
            return _refused(
                "The header X-IDENTITY-HEADER is missing or is not the value of IDENTITY_HEADER."
            )
        if request.args.get("api-version") != API_VERSION:
            return _refused(f"The api-version must be {API_VERSION}.")
        if not request.args.get("resource"):
            return _refused("The parameter resource is missing.")
        return _json(
            200,
            self.issue(
                request.args["resource"], request.args.get("client_id") or IDENTITY_CLIENT_ID
            ),
        )

    def grant(self, token: str) -> Grant | None:
        """Return what a token permits, or `None` if it was not issued here."""
        return self._issued.get(token)

    def end_tokens(self) -> None:
        """Expire all tokens that were issued so far."""
        for token, grant in list(self._issued.items()):
            self._issued[token] = grant._replace(expires=0)

    def issue(self, resource: str, client_id: str = IDENTITY_CLIENT_ID) -> dict[str, str]:
        """Return a document with a new token.

        `resource` is returned unchanged, because azure-identity caches by it.
        """
        now = int(time())
        expires = now + self.lifetime
        claims = {
            "aud": resource,
            "iss": f"https://sts.windows.net/{HOME_TENANT_ID}/",
            "iat": now,
            "nbf": now,
            "exp": expires,
            "appid": client_id,
            "idtyp": "app",
            "roles": sorted(self.roles),
            "tid": HOME_TENANT_ID,
            "uti": str(uuid4()),
            "ver": "1.0",
        }
        token = f"{_part({'typ': 'JWT', 'alg': 'none'})}.{_part(claims)}."
        self._issued[token] = Grant(resource, expires, frozenset(self.roles))
        return {
            "access_token": token,
            "expires_on": str(expires),
            "resource": resource,
            "token_type": "Bearer",
            "client_id": client_id,
        }


def _part(content: Mapping[str, object]) -> str:
    """Encode a part of a JWT (RFC 7519)."""
    return urlsafe_b64encode(json.dumps(content).encode()).rstrip(b"=").decode("ascii")


def _json(status: int, content: Mapping[str, object]) -> Response:
    return Response(json.dumps(content), status, mimetype="application/json")


def _refused(message: str) -> Response:
    return _json(400, {"statusCode": 400, "message": message})
