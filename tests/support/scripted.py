"""An HTTP server on 127.0.0.1 that answers by a script and records the requests."""

import json
import socket
import ssl
import struct
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from itertools import chain, repeat
from pathlib import Path
from threading import Event, Lock, Thread
from types import TracebackType
from typing import Self
from urllib.parse import unquote


@dataclass(frozen=True)
class Asked:
    """A request. `path` is decoded, with its query."""

    method: str
    path: str
    headers: Mapping[str, str]
    """Names in lower case."""
    body: bytes
    target: str = ""
    """The path as it was sent, not decoded."""


@dataclass(frozen=True)
class Reply:
    """The answer of the server, or how it fails."""

    status: int = 200
    body: bytes = b""
    headers: Mapping[str, str] = field(default_factory=dict)
    reset: bool = False
    """Cut the connection instead of answering."""
    hang: bool = False
    """Do not answer until the server is closed."""
    drip: float = 0.0
    """Seconds between two bytes of an answer that has no end."""
    missing: int = 0
    """Bytes that Content-Length announces and that are not sent."""


type Script = Callable[[Asked], Reply]


def reply(value: object, status: int = 200, **headers: str) -> Reply:
    """Return an answer with JSON; `retry_after="1"` is the header Retry-After."""
    named = {name.replace("_", "-"): text for name, text in headers.items()}
    return Reply(status, json.dumps(value).encode(), {"Content-Type": "application/json", **named})


def in_turn(replies: Sequence[Reply]) -> Script:
    """Return a script with these replies, one a request; after the last it answers 418."""
    rest, lock = list(replies), Lock()

    def script(_: Asked) -> Reply:
        with lock:
            return rest.pop(0) if rest else Reply(418, b"the script has ended")

    return script


class Scripted:
    """The server, as a context manager. `asked` holds every request in the order of arrival."""

    def __init__(
        self, script: Script | Sequence[Reply], certificate: tuple[Path, Path] | None = None
    ) -> None:
        """Listen on a free port; `script` may be replaced at any time.

        With a `certificate` and its key it speaks TLS.
        """
        self.script: Script = script if callable(script) else in_turn(script)
        self.asked: list[Asked] = []
        self._closing = Event()
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self._server.daemon_threads = True
        self._thread = Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.01})
        if certificate:
            secured = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            secured.load_cert_chain(*certificate)
            self._server.socket = secured.wrap_socket(
                self._server.socket, server_side=True, do_handshake_on_connect=False
            )
        scheme = "https" if certificate else "http"
        self.url = f"{scheme}://127.0.0.1:{self._server.server_port}"

    def __enter__(self) -> Self:
        """Start to answer."""
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Stop, and release all clients that still wait."""
        self._closing.set()
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        scripted = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            disable_nagle_algorithm = True

            def log_message(self, *_: object) -> None:
                """Log nothing: the requests are in `asked`."""

            def answer(self) -> None:
                body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
                headers = {name.lower(): value for name, value in self.headers.items()}
                asked = Asked(self.command, unquote(self.path), headers, body, self.path)
                scripted.asked.append(asked)
                self.say(scripted.script(asked))

            def say(self, said: Reply) -> None:
                if said.hang:
                    scripted._closing.wait()
                if said.hang or said.reset:
                    self.connection.setsockopt(
                        socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0)
                    )
                    self.close_connection = True
                    return
                if said.drip:
                    self.close_connection = True
                    _drip(self.wfile.write, said.drip, scripted._closing)
                    return
                self.send_response(said.status)
                for name, value in said.headers.items():
                    self.send_header(name, value)
                self.send_header("Content-Length", str(len(said.body) + said.missing))
                self.end_headers()
                self.wfile.write(said.body)
                self.close_connection = bool(said.missing)

            do_GET = do_POST = do_PUT = do_DELETE = answer  # noqa: N815  (the names that http.server looks for)

        return Handler


def _drip(write: Callable[[bytes], object], seconds: float, closing: Event) -> None:
    """Write a byte every `seconds`, until the client or the server closes."""
    with suppress(OSError):
        for byte in chain(b"HTTP/1.1 200 OK\r\nX-Long: ", repeat(ord("x"))):
            write(bytes([byte]))
            if closing.wait(seconds):
                return
