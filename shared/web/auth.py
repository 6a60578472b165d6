"""Who sent a request, and whether a form came from the page.

Nothing counts that a client can forge.

Easy Auth in front of the page passes on the ID token of the sign-in. The headers
`X-MS-CLIENT-PRINCIPAL*` say the same without a signature, so they are never read: it is not
documented that the platform removes them from what a client sends.
"""

from collections.abc import Mapping
from urllib.parse import urlsplit

from shared.config.setting_rules import SIGN_IN_TRIED
from shared.config.urls import is_loopback
from shared.core.model.visitor import Visitor
from shared.ports.errors import NotSignedIn
from shared.ports.token_verifier import TokenVerifier

TOKEN = "x-ms-token-aad-id-token"  # noqa: S105  (the name of a header)
"""The header in which Easy Auth passes on the ID token, if its token store is enabled."""
_PORTS = {"http": 80, "https": 443}


def who(headers: Mapping[str, str], token_verifier: TokenVerifier | None) -> Visitor:
    """Return the person who sent a request.

    Args:
        headers: The headers of the request, by lower-case name.
        token_verifier: `None` if sign-in to the page is not set up.

    Raises:
        NotSignedIn: There is no ID token, or it is not valid.
        TokenVerifierError: The ID token could not be verified.
    """
    if token_verifier is None:
        raise NotSignedIn("Sign-in to the page is not set up.")
    token = headers.get(TOKEN, "").strip()
    if not token:
        raise NotSignedIn("The request has no ID token.")
    return token_verifier.visitor(token)


def may_sign_in_again(headers: Mapping[str, str], token_verifier: TokenVerifier | None) -> bool:
    """Return whether to send a browser without an ID token to sign in: once.

    Easy Auth keeps tokens on an instance of the app. On Flex Consumption they are lost whenever
    the app scales to zero, while the browser's session goes on: then requests come without a
    token, and only another sign-in brings one.
    """
    if token_verifier is None or headers.get(TOKEN, "").strip():
        return False
    cookies = headers.get("cookie", "").split(";")
    return SIGN_IN_TRIED not in {each.partition("=")[0].strip() for each in cookies}


def from_own_page(headers: Mapping[str, str], *, page_url: str, asked: str) -> bool:
    """Return whether the browser says that a form came from the page.

    Args:
        headers: The headers of the request, by lower-case name.
        page_url: Where people open the page; empty if unknown.
        asked: The URL of the request. It replaces `page_url` on this machine only: elsewhere
            the client chooses the host in it.
    """
    site = headers.get("sec-fetch-site", "")
    if site:
        return site == "same-origin"
    own = page_url or (asked if is_loopback(urlsplit(asked)) else "")
    return bool(own) and _origin(headers.get("origin", "")) == _origin(own)


def _origin(url: str) -> tuple[str, str, int | None]:
    """Return scheme, host and port (RFC 6454). All names of this machine are one host."""
    try:
        parts = urlsplit(url)
        host = "localhost" if is_loopback(parts) else parts.hostname or ""
        return parts.scheme, host, parts.port or _PORTS.get(parts.scheme)
    except ValueError:
        return "", "", None
