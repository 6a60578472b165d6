"""A proxy that passes requests and answers on, unless a test puts a fault in between."""

import http.client
import ssl
from collections.abc import Callable, Mapping
from pathlib import Path
from urllib.parse import urlsplit

from tests.support.scripted import Asked, Reply, Script, Scripted

type Pass = Callable[[], Reply]
"""Sends the request to the server behind and returns its answer."""
type Twist = Callable[[Asked, Pass], Reply]
"""Handles a request: passes it on or not, and returns the answer."""

_HOP = {"connection", "transfer-encoding", "content-length", "keep-alive", "server", "date"}


class Front(Scripted):
    """The proxy. `twist` may be replaced at any time; at first it passes everything on."""

    def __init__(self, upstream: str, certificate: tuple[Path, Path] | None = None) -> None:
        """Proxy `upstream`, a URL of this machine; only its host and port count.

        With the `certificate` and the key of `upstream`, both speak TLS.
        """
        self._behind = urlsplit(upstream).netloc
        self._trusted = ssl.create_default_context(cafile=certificate[0]) if certificate else None
        self.twist: Twist = straight
        super().__init__(self._twisted, certificate)

    def _twisted(self, asked: Asked) -> Reply:
        return self.twist(asked, lambda: self._passed(asked))

    def _connected(self) -> http.client.HTTPConnection:
        if self._trusted is None:
            return http.client.HTTPConnection(self._behind, timeout=30)
        return http.client.HTTPSConnection(self._behind, timeout=30, context=self._trusted)

    def _passed(self, asked: Asked) -> Reply:
        connection = self._connected()
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

    def placed(self, url: str) -> str:
        """Return `url` with the proxy's host and port in place of the server's."""
        scheme = self.url.partition(":")[0]
        return url.replace(f"{scheme}://{self._behind}", self.url)


def straight(_: Asked, passed: Pass) -> Reply:
    """Pass everything on."""
    return passed()


def _kept(headers: Mapping[str, str]) -> dict[str, str]:
    return {name: value for name, value in headers.items() if name.lower() not in _HOP}


__all__ = ["Asked", "Front", "Pass", "Reply", "Script", "Twist", "straight"]
