"""Links to the next page of a list: followed only on the same host, and never twice.

msgraph's `PageIterator` would drop the rest of a list after an empty page.
"""

from typing import NamedTuple
from urllib.parse import urlsplit

from shared.ports.errors import DirectoryError
from shared.render.text.escape import clean


def next_page_url(link: str, root: str, seen: set[str]) -> str:
    """Return the URL of the next page, and add it to `seen`.

    Raises:
        DirectoryError: `link` is not a URL, leads to another host than `root`, to which no token
            is sent, or leads back to a page in `seen`.
    """
    try:
        here, there = _origin(root), _origin(link)
    except ValueError as error:
        raise DirectoryError(
            f"Graph's link to the next page is not a URL: {clean(link)!r}."
        ) from error
    if here != there:
        raise DirectoryError(
            f"Graph's link to the next page leads to another host, {clean(there.host)!r}; the"
            " token is not sent there."
        )
    if link in seen:
        raise DirectoryError(
            "Graph's link to the next page leads back to an earlier page: the list has no end."
        )
    seen.add(link)
    return link


class _Origin(NamedTuple):
    scheme: str
    host: str
    port: int | None


def _origin(url: str) -> _Origin:
    parts = urlsplit(url)
    port = parts.port or {"https": 443, "http": 80}.get(parts.scheme)
    return _Origin(parts.scheme, parts.hostname or "", port)
