"""HTTP/1.1 on a connection: reads a request with Kestrel's rules and limits, writes a response."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from email.utils import formatdate
from http import HTTPStatus
from io import BufferedIOBase
from urllib.parse import urlsplit

from local.functions_host.messages import Body, Request, Response
from local.functions_host.targets import path_of

LINE_LIMIT, HEADERS_LIMIT, HEADERS_COUNT = 8192, 32_768, 100
NO_BODY = {HTTPStatus.NO_CONTENT, HTTPStatus.NOT_MODIFIED}
NAME = r"[!#$%&'*+\-.^_`|~0-9A-Za-z]+"
"""The name of a method, a header or a cookie, as a regular expression."""
_REQUEST_LINE = re.compile(rf"({NAME}) ([!-~]+) HTTP/(\d\.\d)")
_HEADER = re.compile(rf"({NAME}):[ \t]*([^\0\r\n]*?)[ \t]*")
_HOST = re.compile(r"(\[[0-9A-Fa-f:.]+\]|[0-9A-Za-z\-._~!$&'()*+,;=%]*)(:\d+)?")
_DEFAULT_PORTS = {"http": ":80", "https": ":443"}


class Refused(Exception):
    """A request that no function gets."""

    def __init__(self, status: int) -> None:
        """Set the status of the answer."""
        super().__init__(status)
        self.status = status


@dataclass(frozen=True, slots=True)
class Received:
    """A request, and what its answer on the connection depends on."""

    request: Request
    modern: bool
    """HTTP/1.1, which knows chunks."""
    keeps: bool
    """The client may send another request."""


def receive(stream: BufferedIOBase, proceed: Callable[[], None]) -> Received | None:
    """Read a request up to its body; `None` if the client sends no more.

    Raises:
        Refused: it breaks a rule or a limit.
        ConnectionError: the connection ended in the middle.
    """
    line: str | None = ""
    while not line and line is not None:  # empty lines before a request do not count
        line = _line(stream, LINE_LIMIT, HTTPStatus.REQUEST_URI_TOO_LONG)
    if line is None:
        return None
    found = _REQUEST_LINE.fullmatch(line)
    if found is None:
        raise Refused(HTTPStatus.BAD_REQUEST)
    method, target, version = found.groups()
    if version not in {"1.0", "1.1"}:
        raise Refused(HTTPStatus.HTTP_VERSION_NOT_SUPPORTED)
    modern = version == "1.1"
    headers = _headers(stream)
    path, query = _target(method, target, _host(headers, needed=modern))
    length = _length(headers)
    if length == 0 and not modern and method in {"POST", "PUT"} and "content-length" not in headers:
        raise Refused(HTTPStatus.BAD_REQUEST)
    waits = modern and "".join(headers.get("expect", ())).lower() == "100-continue"
    request = Request(
        method, path, query, headers, Body(stream, length, proceed if waits else None)
    )
    closes = "close" in ",".join(headers.get("connection", ())).lower()
    return Received(request, modern, keeps=modern and not closes)


def _line(stream: BufferedIOBase, limit: int, too_long: int) -> str | None:
    line = stream.readline(limit)
    if not line:
        return None
    if not line.endswith(b"\n"):
        if len(line) == limit:
            raise Refused(too_long)
        raise ConnectionError("a request ended in the middle of a line")
    try:
        return line.removesuffix(b"\n").removesuffix(b"\r").decode()
    except UnicodeDecodeError:
        raise Refused(HTTPStatus.BAD_REQUEST) from None


def _headers(stream: BufferedIOBase) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    left, count = HEADERS_LIMIT + 2, 0
    while True:
        line = _line(stream, left, HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE)
        if line is None:
            raise ConnectionError("a request ended in its headers")
        if not line:
            return found
        left -= len(line.encode()) + 2
        count += 1
        if left < len(b"\r\n") or count > HEADERS_COUNT:
            raise Refused(HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE)
        header = _HEADER.fullmatch(line)
        if header is None:
            raise Refused(HTTPStatus.BAD_REQUEST)
        found.setdefault(header[1].lower(), []).append(header[2])


def _host(headers: Mapping[str, Sequence[str]], *, needed: bool) -> str:
    hosts = headers.get("host", ())
    if len(hosts) > 1 or (needed and not hosts) or not all(map(_HOST.fullmatch, hosts)):
        raise Refused(HTTPStatus.BAD_REQUEST)
    return "".join(hosts)


def _target(method: str, target: str, host: str) -> tuple[str, str]:
    """Return path and query of a target: a path, a whole URL of this host, or `*`."""
    if method == "OPTIONS" and target == "*":
        return target, ""
    raw, _, query = target.partition("?")
    try:
        if not raw.startswith("/"):
            parts = urlsplit(raw)
            port = _DEFAULT_PORTS.get(parts.scheme, "")
            if not port or host.removesuffix(port) != parts.netloc.removesuffix(port):
                raise Refused(HTTPStatus.BAD_REQUEST)
            raw = parts.path or "/"
        return path_of(raw), query
    except ValueError:
        raise Refused(HTTPStatus.BAD_REQUEST) from None


def _length(headers: dict[str, list[str]]) -> int | None:
    """Return the length of the body; `None` if it comes in chunks, which count if both are set."""
    codings = ",".join(headers.get("transfer-encoding", ())).lower()
    if codings:
        if codings.rpartition(",")[2].strip() != "chunked":
            raise Refused(HTTPStatus.BAD_REQUEST)
        headers.pop("content-length", None)
        return None
    lengths = headers.get("content-length", ["0"])
    if len(lengths) > 1 or not re.fullmatch(r"[0-9]{1,18}", lengths[0]):
        raise Refused(HTTPStatus.BAD_REQUEST)
    return int(lengths[0])


def closes(response: Response) -> bool:
    """Return whether a response is the last one on its connection."""
    return any(
        name.lower() == "connection" and "close" in value.lower()
        for name, value in response.headers
    )


def written(response: Response, method: str, *, modern: bool, keeps: bool) -> bytes:
    """Return a response as it goes over the connection.

    A body goes in chunks unless the function set its length; `Server` and `Date` of the function
    stay.
    """
    headers = list(response.headers)
    names = {name.lower() for name, _ in headers}
    bare = method == "HEAD" or response.status in NO_BODY
    body = b"" if bare or response.status == HTTPStatus.RESET_CONTENT else response.body
    framed = not names.isdisjoint({"content-length", "transfer-encoding"})
    if body and modern and not framed:
        headers.append(("Transfer-Encoding", "chunked"))
        body = b"%x\r\n%b\r\n0\r\n\r\n" % (len(body), body)
    elif not body and not bare and not framed:
        headers.append(("Content-Length", "0"))
    if modern and not keeps and "connection" not in names:
        headers.append(("Connection", "close"))
    if "date" not in names:
        headers.append(("Date", formatdate(usegmt=True)))
    if "server" not in names:
        headers.append(("Server", "Kestrel"))
    head = "".join(f"{name}: {value}\r\n" for name, value in headers)
    return f"HTTP/1.1 {response.status} {_reason(response.status)}\r\n{head}\r\n".encode() + body


def _reason(status: int) -> str:
    try:
        return HTTPStatus(status).phrase
    except ValueError:
        return ""
