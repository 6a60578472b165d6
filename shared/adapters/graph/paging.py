"""From one page to the next: the token goes to no other host, no page is read twice, and Graph's limit of requests is kept."""

from collections import deque
from typing import NamedTuple
from urllib.parse import urlsplit

from shared.adapters.graph.session import Session
from shared.ports.errors import DirectoryError
from shared.render.text.escape import plain

REQUESTS_A_MINUTE = 140
"""Of lists with `keyCredentials` Graph takes 150 a minute, of all programs in a tenant together: some are left to the others.

https://learn.microsoft.com/graph/api/application-list
"""
MINUTE = 60.0


class Pace:
    """Says how long to wait before the next request, so that no minute has more than `limit`."""

    def __init__(self, limit: int = REQUESTS_A_MINUTE) -> None:
        """Begin with a minute in which nothing was asked."""
        self._asked: deque[float] = deque(maxlen=limit)

    def wait(self, now: float) -> float:
        """Give the seconds to wait at `now` (seconds of any clock), and count the request that follows."""
        full = len(self._asked) == self._asked.maxlen
        wait = max(0.0, self._asked[0] + MINUTE - now) if full else 0.0
        self._asked.append(now + wait)
        return wait


def followed(link: str, session: Session, seen: set[str]) -> str:
    """Give the next page's address. The token goes to no other host, and a page that was read is not read again for ever."""
    try:
        here, there = _origin(session.root), _origin(link)
    except ValueError as error:
        raise DirectoryError(
            f"Graph's link to the next page is not an address: {plain(link, 80)!r}."
        ) from error
    if here != there:
        raise DirectoryError(
            f"Graph's link to the next page leads to another host, {plain(there.host, 80)!r}; the token is not sent there."
        )
    if link in seen:
        raise DirectoryError(
            "Graph's link to the next page leads back to a page that was read before: the list has no end."
        )
    seen.add(link)
    return link


class _Origin(NamedTuple):
    scheme: str
    host: str
    port: int | None


def _origin(address: str) -> _Origin:
    """Read where an address leads. Raises `ValueError` for what is no address."""
    parts = urlsplit(address)
    return _Origin(
        parts.scheme,
        parts.hostname or "",
        parts.port or {"https": 443, "http": 80}.get(parts.scheme),
    )
