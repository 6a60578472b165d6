"""A small HTTP/1.1 client on a socket: it sends the bytes that it is given, and hides nothing.

Other clients resolve dot segments, refuse odd headers and follow redirects.
"""

import io
import socket
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from urllib.parse import urlsplit

_NO_BODY = {204, 304}


class BrokenAnswer(Exception):
    """The answer is not HTTP, or it ended too early."""


@dataclass(frozen=True)
class Answer:
    """An answer: its headers in their order, its body without the chunks."""

    status: int
    headers: tuple[tuple[str, str], ...]
    body: bytes

    def values(self, name: str) -> list[str]:
        """Return the values of a header, in their order."""
        return [value for each, value in self.headers if each.lower() == name.lower()]

    def value(self, name: str) -> str | None:
        """Return the values of a header with commas between, `None` if it is absent."""
        found = self.values(name)
        return ", ".join(found) if found else None


class Connection:
    """One connection, for one request or more."""

    def __init__(self, address: str, timeout: float = 60) -> None:
        """Connect to a URL, whose path does not matter."""
        parts = urlsplit(address)
        self._socket = socket.create_connection(
            (parts.hostname or "", parts.port or (443 if parts.scheme == "https" else 80)), timeout
        )
        if parts.scheme == "https":
            context = ssl.create_default_context()
            self._socket = context.wrap_socket(self._socket, server_hostname=parts.hostname)
        self._reader: io.BufferedReader = self._socket.makefile("rb")

    def send(self, data: bytes) -> None:
        """Send bytes. A host may refuse a large body before it has arrived: read its answer."""
        try:
            self._socket.sendall(data)
        except (BrokenPipeError, ConnectionResetError):
            return

    def receive(self, *, head: bool = False) -> Answer:
        """Read one answer; to HEAD, there is no body. Raise `BrokenAnswer`."""
        status, headers = self._start()
        if status == 100 and not headers:  # with headers, a function chose this status
            status, headers = self._start()
        answer = Answer(status, headers, b"")
        if head or status < 200 or status in _NO_BODY:
            return answer
        return Answer(status, headers, self._body(answer))

    def close(self) -> None:
        """Close the connection."""
        self._reader.close()
        self._socket.close()

    def _start(self) -> tuple[int, tuple[tuple[str, str], ...]]:
        line = self._reader.readline(65536).decode("latin-1")
        parts = line.split(None, 2)
        if len(parts) < 2 or not parts[0].startswith("HTTP/") or not parts[1].isdigit():
            raise BrokenAnswer(f"not an answer of HTTP: {line!r}")
        return int(parts[1]), tuple(self._headers())

    def _headers(self) -> Iterator[tuple[str, str]]:
        while line := self._reader.readline(65536).decode("latin-1").rstrip("\r\n"):
            name, _, value = line.partition(":")
            yield name, value.strip()

    def _body(self, answer: Answer) -> bytes:
        if "chunked" in (answer.value("Transfer-Encoding") or "").lower():
            return b"".join(self._chunks())
        length = answer.value("Content-Length")
        if length is None:
            return self._reader.read()
        body = self._reader.read(int(length))
        if len(body) < int(length):
            raise BrokenAnswer(f"{len(body)} bytes of a body of {length}")
        return body

    def _chunks(self) -> Iterator[bytes]:
        while True:
            line = self._reader.readline(65536)
            try:
                size = int(line.split(b";")[0], 16)
            except ValueError:
                raise BrokenAnswer(f"not the size of a chunk: {line!r}") from None
            data = self._reader.read(size)
            self._reader.readline(65536)
            if not size:
                return
            yield data


@contextmanager
def connected(address: str, timeout: float = 60) -> Iterator[Connection]:
    """Yield a connection, and close it."""
    connection = Connection(address, timeout)
    try:
        yield connection
    finally:
        connection.close()


def get(address: str, target: str, timeout: float = 60, **headers: str) -> Answer:
    """Send a plain GET."""
    return ask(address, "GET", target, b"", timeout, **headers)


def ask(
    address: str, method: str, target: str, body: bytes = b"", timeout: float = 60, **headers: str
) -> Answer:
    """Send a plain request; `_` in a header's name stands for a hyphen."""
    lines = [f"{method} {target} HTTP/1.1", f"Host: {urlsplit(address).netloc}"]
    lines += [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
    lines += [f"Content-Length: {len(body)}"] if body or method not in {"GET", "HEAD"} else []
    with connected(address, timeout) as connection:
        connection.send("\r\n".join([*lines, "Connection: close", "", ""]).encode() + body)
        return connection.receive(head=method == "HEAD")


ERRORS = (OSError, BrokenAnswer)
"""What a host that stops, or is not there, makes of a request."""
