"""A request, and its response, as the parts of the host pass them on."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from http import HTTPStatus
from io import BufferedIOBase

BODY_LIMIT = 104_857_600
"""Maximum size of a request's body in bytes."""
_CHUNK = 65_536


class BodyTooLarge(Exception):
    """The body of a request has more than `BODY_LIMIT` bytes."""


class Body:
    """The body of a request. It is read from the connection when somebody asks for it."""

    def __init__(
        self, stream: BufferedIOBase, length: int | None, proceed: Callable[[], None] | None = None
    ) -> None:
        """Set the length in bytes: `None` if it comes in chunks.

        `proceed` is called before reading; the client waits for it (`Expect: 100-continue`).
        """
        self._stream, self._length, self._proceed = stream, length, proceed
        self._read = False

    def content(self) -> bytes:
        """Return what a function gets: nothing if the body comes in chunks.

        Raises:
            BodyTooLarge: it has more than `BODY_LIMIT` bytes.
            ConnectionError: the client sent only a part of it.
        """
        return b"" if self._length is None else self.whole()

    def whole(self) -> bytes:
        """Return the body, also one in chunks. It can be read once. Raise as `content` does."""
        if self._length is not None and self._length > BODY_LIMIT:
            raise BodyTooLarge
        if self._length != 0 and self._proceed is not None:
            self._proceed()
        self._read = True
        return self._chunks() if self._length is None else self._exactly(self._length)

    def finish(self) -> bool:
        """Read the rest. Return whether another request can follow on the connection."""
        if self._read or self._length == 0:
            return True
        if self._proceed is not None:
            return False  # the client waits, and has sent nothing
        try:
            self.whole()
        except BodyTooLarge:
            return False
        return True

    def _chunks(self) -> bytes:
        parts: list[bytes] = []
        size = 0
        while True:
            line = self._stream.readline(100).partition(b";")[0].strip()
            try:
                length = int(line, 16)
            except ValueError:
                raise ConnectionError("a chunk has no length") from None
            size += length
            if length < 0 or size > BODY_LIMIT:
                raise BodyTooLarge
            if length == 0:
                while self._stream.readline(_CHUNK).strip():
                    pass  # trailers
                return b"".join(parts)
            parts.append(self._exactly(length))
            self._exactly(2)

    def _exactly(self, length: int) -> bytes:
        content = self._stream.read(length) if length else b""
        if len(content) < length:
            raise ConnectionError("the body of a request is incomplete")
        return content


@dataclass(frozen=True, slots=True)
class Request:
    """A request that the server understood."""

    method: str
    path: str
    """Decoded (but for `%2F`), and without dot segments."""
    query: str
    """As it came, without the question mark."""
    headers: Mapping[str, Sequence[str]]
    """The values of each header, by its name in small letters."""
    body: Body

    def header(self, name: str) -> str:
        """Return the values of a header, with commas between; empty if it is missing."""
        return ",".join(self.headers.get(name, ()))


@dataclass(frozen=True, slots=True)
class Response:
    """A response, without the headers that the server adds."""

    status: int = HTTPStatus.OK
    headers: Sequence[tuple[str, str]] = ()
    body: bytes = field(default=b"", repr=False)


type Application = Callable[[Request], Response]
