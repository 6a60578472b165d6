"""A proxy that passes requests and answers on, unless a test puts a fault in between."""

import http.client
from collections.abc import Callable, Mapping
from urllib.parse import urlsplit

from tests.support.scripted import Asked, Reply, Script, Scripted

type Pass = Callable[[], Reply]
"""Sends the request to the server behind and returns its answer."""
type Twist = Callable[[Asked, Pass], Reply]
"""Handles a request: passes it on or not, and returns the answer."""

_HOP = {"connection", "transfer-encoding", "content-length", "keep-alive", "server", "date"}


class Front(Scripted):
    """The proxy. `twist` may be replaced at any time; at first it passes everything on."""

    def __init__(self, upstream: str) -> None:
        """Proxy `upstream`, an http URL of this machine; only its host and port count."""
        self._behind = urlsplit(upstream).netloc
        self.twist: Twist = straight
        super().__init__(self._twisted)

    def _twisted(self, asked: Asked) -> Reply:
        return self.twist(asked, lambda: _passed(self._behind, asked))

    def placed(self, url: str) -> str:
        """Return `url` with the proxy's host and port in place of the server's."""
        return url.replace(f"http://{self._behind}", self.url)


def straight(_: Asked, passed: Pass) -> Reply:
    """Pass everything on."""
    return passed()


def _passed(behind: str, asked: Asked) -> Reply:
    connection = http.client.HTTPConnection(behind, timeout=30)
    try:
        connection.request(
            asked.method,
            asked.target,
            asked.body or None,
            _kept(asked.headers) | {"Connection": "close"},
        )
        answer = connection.getresponse()
        return Reply(answer.status, answer.read(), _kept(dict(answer.getheaders())))
    finally:
        connection.close()


def _kept(headers: Mapping[str, str]) -> dict[str, str]:
    return {name: value for name, value in headers.items() if name.lower() not in _HOP}


__all__ = ["Asked", "Front", "Pass", "Reply", "Script", "Twist", "straight"]
