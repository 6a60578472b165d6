"""What Easy Auth does, for one person who is always signed in: the routes of the page get an ID token, and no other route does.

What a client sends under the same names is taken away first. The token is the stand-in tenant's (`local.stand_in.sign_in`); in
Azure it would be Entra's. The headers: https://learn.microsoft.com/azure/app-service/configure-authentication-user-identities.
"""

import json
from base64 import b64encode
from collections.abc import Iterable, Mapping
from http import HTTPStatus
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import jwt
import requests
from werkzeug import Request, Response

from local.functions_host.errors import HostError

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

ISSUER, CLIENT_ID = "LAPSEWATCH_SIGN_IN_ISSUER", "LAPSEWATCH_SIGN_IN_CLIENT_ID"
TIMEOUT = 10.0
"""Seconds for a token."""
_THEIRS = ("HTTP_X_MS_CLIENT_PRINCIPAL", "HTTP_X_MS_TOKEN_")


class EasyAuth:
    """Stands before a WSGI application."""

    def __init__(
        self, application: "WSGIApplication", name: str, prefix: str, settings: Mapping[str, str]
    ) -> None:
        """Sign `name` in to the page below `prefix`. Raises `HostError` if `settings` do not name a stand-in tenant."""
        self._application, self._name = application, name
        self._page = "/".join(("", *filter(None, prefix.split("/")), "page"))
        issuer = urlsplit(settings.get(ISSUER, ""))
        if (
            issuer.scheme != "http"
            or issuer.hostname not in {"127.0.0.1", "localhost"}
            or not settings.get(CLIENT_ID)
        ):
            raise HostError(
                f"--signed-in needs a stand-in tenant: start `python -m local.tenant`, and set {CLIENT_ID} and {ISSUER} to what it prints"
            )
        self._tokens = f"http://{issuer.netloc}/control/id-tokens"
        self._client_id = settings[CLIENT_ID]

    def __call__(
        self, environ: "WSGIEnvironment", start_response: "StartResponse"
    ) -> Iterable[bytes]:
        """Pass a request on; if it is for the page, as the person's."""
        request = Request(environ)
        if self._is_page(request.path):
            for header in [header for header in environ if header.startswith(_THEIRS)]:
                del environ[header]
            # a name that leads here from a stranger's page (DNS rebinding) must not be signed in
            if urlsplit(f"//{request.host}").hostname in {"127.0.0.1", "localhost"}:
                try:
                    environ.update(self._headers())
                except (requests.RequestException, ValueError, KeyError):
                    sentence = f"The stand-in tenant at {self._tokens} gives no ID token. Is `python -m local.tenant` still running?\n"
                    return Response(sentence, HTTPStatus.BAD_GATEWAY)(environ, start_response)
        return self._application(environ, start_response)

    def _is_page(self, path: str) -> bool:
        path = path.lower()
        return path == self._page or path.startswith(f"{self._page}/")

    def _headers(self) -> Mapping[str, str]:
        asked = {"name": self._name, "claims": {"aud": self._client_id}}
        with requests.Session() as session:
            session.trust_env = False  # a proxy knows nothing of this machine's own addresses
            answer = session.post(self._tokens, json=asked, timeout=TIMEOUT)
            answer.raise_for_status()
            token: str = answer.json()["id_token"]
        claims: dict[str, Any] = jwt.decode(
            token, options={"verify_signature": False}
        )  # the app verifies it, not we
        principal = {
            "auth_typ": "aad",
            "claims": [{"typ": claim, "val": str(value)} for claim, value in claims.items()],
            "name_typ": "name",
            "role_typ": "roles",
        }
        return {
            "HTTP_X_MS_TOKEN_AAD_ID_TOKEN": token,
            "HTTP_X_MS_CLIENT_PRINCIPAL": b64encode(json.dumps(principal).encode()).decode("ascii"),
            "HTTP_X_MS_CLIENT_PRINCIPAL_ID": str(claims["oid"]),
            "HTTP_X_MS_CLIENT_PRINCIPAL_NAME": str(claims["preferred_username"]),
            "HTTP_X_MS_CLIENT_PRINCIPAL_IDP": "aad",
        }
