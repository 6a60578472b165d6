"""Easy Auth for one person who is always signed in: only the page's routes get an ID token.

Headers with the same names are removed from the client's request first. The token comes from the
stand-in tenant (`local.stand_in.sign_in`); in Azure it comes from Entra. The headers:
https://learn.microsoft.com/azure/app-service/configure-authentication-user-identities
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
"""Timeout of the request for a token, in seconds."""
_THEIRS = ("HTTP_X_MS_CLIENT_PRINCIPAL", "HTTP_X_MS_TOKEN_")


class EasyAuth:
    """A WSGI middleware."""

    def __init__(
        self, application: "WSGIApplication", name: str, prefix: str, settings: Mapping[str, str]
    ) -> None:
        """Sign `name` in to the page below `prefix`.

        Raises:
            HostError: `settings` do not name a stand-in tenant.
        """
        self._application, self._name = application, name
        self._page = "/".join(("", *filter(None, prefix.split("/")), "page"))
        issuer = urlsplit(settings.get(ISSUER, ""))
        if (
            issuer.scheme != "http"
            or issuer.hostname not in {"127.0.0.1", "localhost"}
            or not settings.get(CLIENT_ID)
        ):
            raise HostError(
                "--signed-in needs a stand-in tenant: start `python -m local.tenant`, and set "
                f"{CLIENT_ID} and {ISSUER} to what it prints"
            )
        self._tokens = f"http://{issuer.netloc}/control/id-tokens"
        self._client_id = settings[CLIENT_ID]

    def __call__(
        self, environ: "WSGIEnvironment", start_response: "StartResponse"
    ) -> Iterable[bytes]:
        """Forward a request; add the person's token if it is for the page."""
        request = Request(environ)
        if self._is_page(request.path):
            for header in [header for header in environ if header.startswith(_THEIRS)]:
                del environ[header]
            # not for a foreign name that resolves to 127.0.0.1 (DNS rebinding)
            if urlsplit(f"//{request.host}").hostname in {"127.0.0.1", "localhost"}:
                try:
                    environ.update(self._headers())
                except (requests.RequestException, ValueError, KeyError):
                    sentence = (
                        f"The stand-in tenant at {self._tokens} issues no ID token. "
                        "Is `python -m local.tenant` still running?\n"
                    )
                    return Response(sentence, HTTPStatus.BAD_GATEWAY)(environ, start_response)
        return self._application(environ, start_response)

    def _is_page(self, path: str) -> bool:
        path = path.lower()
        return path == self._page or path.startswith(f"{self._page}/")

    def _headers(self) -> Mapping[str, str]:
        asked = {"name": self._name, "claims": {"aud": self._client_id}}
        with requests.Session() as session:
            session.trust_env = False  # the tenant is on this machine: no proxy
            answer = session.post(self._tokens, json=asked, timeout=TIMEOUT)
            answer.raise_for_status()
            token: str = answer.json()["id_token"]
        claims: dict[str, Any] = jwt.decode(
            token, options={"verify_signature": False}
        )  # the app verifies it
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
