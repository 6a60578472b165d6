"""Easy Auth for one person who is always signed in: only the page's routes get an ID token.

`/.auth/login/aad` signs the person in again, without a question, and leads back to the page. With
`?login_hint=NAME` it signs that browser in as somebody else, who has no role.

Headers with the same names are removed from the client's request first. The token comes from the
stand-in tenant (`local.stand_in.sign_in`); in Azure it comes from Entra. The headers:
https://learn.microsoft.com/azure/app-service/configure-authentication-user-identities
"""

import json
import re
import urllib.request
from base64 import b64encode, urlsafe_b64decode
from collections.abc import Mapping
from dataclasses import dataclass, replace
from http import HTTPStatus
from http.client import HTTPException
from time import time
from typing import Any
from urllib.parse import parse_qs, quote, unquote, urlsplit

from local.functions_host.errors import HostError
from local.functions_host.messages import Application, Request, Response

ISSUER, CLIENT_ID = "LAPSEWATCH_SIGN_IN_ISSUER", "LAPSEWATCH_SIGN_IN_CLIENT_ID"
TIMEOUT = 10.0
"""Timeout of the request for a token, in seconds."""
_OPENER = urllib.request.build_opener(urllib.request.ProxyHandler({}))
"""Without a proxy: the tenant is on this machine."""
_OWN_HOST = re.compile(r"(127\.0\.0\.1|localhost)(:\d*)?", re.IGNORECASE)
_THEIRS = ("x-ms-client-principal", "x-ms-token-")
SIGN_IN, AFTERWARDS, WHO = "/.auth/login/aad", "post_login_redirect_uri", "login_hint"
_SESSION = "AppServiceAuthSession"
_SIGNED_IN_AS = re.compile(rf"(?:^|[;,] ?){_SESSION}=([^;,]+)")


@dataclass(frozen=True, slots=True)
class SignedIn:
    """Who is signed in."""

    name: str
    """Empty: nobody."""
    roles: tuple[str, ...] = ("Installer",)
    """App roles of the page's registration."""
    minutes_ago: float = 0
    """How long before the host started."""


NOBODY = SignedIn("")


class EasyAuth:
    """An application in front of another one."""

    def __init__(
        self, application: Application, person: SignedIn, prefix: str, settings: Mapping[str, str]
    ) -> None:
        """Sign a person in to the page below `prefix`.

        Raises:
            HostError: `settings` do not name a stand-in tenant.
        """
        self._application, self._person = application, person
        self._signed_in = time() - 60 * person.minutes_ago
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

    def __call__(self, request: Request) -> Response:
        """Forward a request; add the person's token if it is for the page."""
        if request.path.lower() == SIGN_IN:
            return self._sign_in(request)
        if not self._is_page(request.path):
            return self._application(request)
        headers = {
            name: values for name, values in request.headers.items() if not name.startswith(_THEIRS)
        }
        person = self._person_of(request)
        # not for a foreign name that resolves to 127.0.0.1 (DNS rebinding)
        if _OWN_HOST.fullmatch(request.header("host")):
            try:
                headers |= {name: [value] for name, value in self._headers(person).items()}
            except (OSError, HTTPException, ValueError, KeyError):
                sentence = (
                    f"The stand-in tenant at {self._tokens} issues no ID token. "
                    "Is `python -m local.tenant` still running?\n"
                )
                plain = [("Content-Type", "text/plain; charset=utf-8")]
                return Response(HTTPStatus.BAD_GATEWAY, plain, sentence.encode())
        return self._application(replace(request, headers=headers))

    def _sign_in(self, request: Request) -> Response:
        """Sign the person in now, and lead back to a path of this host."""
        self._signed_in = time()
        asked = parse_qs(request.query)
        path = asked.get(AFTERWARDS, ["/"])[0]
        own = re.fullmatch(r"/(?![/\\])[!-~]*", path)
        headers = [("Location", path if own else "/")]
        for name in asked.get(WHO, [])[:1]:
            session = f"{_SESSION}={quote(name)}; Path=/; HttpOnly; SameSite=Lax"
            headers.append(("Set-Cookie", session))
        return Response(HTTPStatus.FOUND, headers)

    def _is_page(self, path: str) -> bool:
        path = path.lower()
        return path == self._page or path.startswith(f"{self._page}/")

    def _person_of(self, request: Request) -> SignedIn:
        """Return who is signed in to the browser that sends a request."""
        session = _SIGNED_IN_AS.search(request.header("cookie"))
        name = unquote(session[1]) if session else self._person.name
        return self._person if name == self._person.name else SignedIn(name, roles=())

    def _headers(self, person: SignedIn) -> Mapping[str, str]:
        claims = {"aud": self._client_id, "auth_time": int(self._signed_in)}
        roles = {"roles": person.roles} if person.roles else {}
        asked = {"name": person.name, "claims": claims | roles}
        request = urllib.request.Request(  # noqa: S310  (loopback, over http)
            self._tokens, json.dumps(asked).encode(), {"Content-Type": "application/json"}
        )
        with _OPENER.open(request, timeout=TIMEOUT) as answer:
            token: str = json.load(answer)["id_token"]
        # the app verifies it
        found: dict[str, Any] = json.loads(urlsafe_b64decode(token.split(".")[1] + "=="))
        principal = {
            "auth_typ": "aad",
            "claims": [{"typ": claim, "val": str(value)} for claim, value in found.items()],
            "name_typ": "name",
            "role_typ": "roles",
        }
        return {
            "x-ms-token-aad-id-token": token,
            "x-ms-client-principal": b64encode(json.dumps(principal).encode()).decode("ascii"),
            "x-ms-client-principal-id": str(found["oid"]),
            "x-ms-client-principal-name": str(found["preferred_username"]),
            "x-ms-client-principal-idp": "aad",
        }
