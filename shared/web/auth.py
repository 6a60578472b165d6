"""Who is there, and from which page a form came: only what cannot be made up counts, and that is never a header alone.

Easy Auth stands in front of the page and passes the ID token of the person's sign-in. `X-MS-CLIENT-PRINCIPAL*`, which say
the same without a signature, are never read: nothing shows that the platform takes them away from what a client sends.
"""

from collections.abc import Mapping
from urllib.parse import urlsplit

from shared.config.urls import is_loopback
from shared.core.model.decision import Person
from shared.ports.errors import NotSignedIn
from shared.ports.token_verifier import TokenVerifier

TOKEN = "x-ms-token-aad-id-token"  # noqa: S105  (the name of a header)
"""The header in which Easy Auth passes the ID token, where its token store is on."""
_PORTS = {"http": 80, "https": 443}


def who(headers: Mapping[str, str], token_verifier: TokenVerifier | None) -> Person:
    """Give who asks; `identities` is `None` where the page's sign-in is not switched on. Raises `NotSignedIn`, `TokenVerifierError`."""
    if token_verifier is None:
        raise NotSignedIn("The page's sign-in is not switched on.")
    token = headers.get(TOKEN, "").strip()
    if not token:
        raise NotSignedIn("The request comes without an ID token.")
    return token_verifier.person(token)


def from_own_page(headers: Mapping[str, str], *, page_url: str, asked: str) -> bool:
    """Tell whether a form came from our page: the browser says `same-origin`, or names the page's origin.

    `page_url` is where people open the page, empty if that is not known; `asked` is the URL that was asked for, which
    takes its place on this machine only: elsewhere the host in it is what the client says.
    """
    site = headers.get("sec-fetch-site", "")
    if site:
        return site == "same-origin"
    own = page_url or (asked if is_loopback(urlsplit(asked)) else "")
    return bool(own) and _origin(headers.get("origin", "")) == _origin(own)


def _origin(url: str) -> tuple[str, str, int | None]:
    """Give scheme, host and port (RFC 6454)."""
    try:
        parts = urlsplit(url)
        return parts.scheme, parts.hostname or "", parts.port or _PORTS.get(parts.scheme)
    except ValueError:
        return "", "", None
