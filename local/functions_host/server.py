"""Serves a WSGI application on 127.0.0.1, and stops without leaving a socket or a thread behind.

The query of a request is never logged: the function key may be in it.
"""

import contextlib
import logging
import os
import socket
import threading
from collections.abc import Iterator
from typing import TYPE_CHECKING
from urllib.parse import quote

from werkzeug.serving import ThreadedWSGIServer, WSGIRequestHandler

from local.functions_host.errors import HostError

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIApplication

_log = logging.getLogger(__name__)


class _Handler(WSGIRequestHandler):
    def log_request(self, code: int | str = "-", size: int | str = "-") -> None:  # noqa: ARG002  (the base class's)
        path = quote(str(getattr(self, "path", "-")).partition("?")[0], safe="/%")
        _log.info(
            "%s %s %s",
            getattr(self, "command", None) or "-",
            path,
            int(code) if isinstance(code, int) else code,
        )

    def log(self, type: str, message: str, *args: object) -> None:  # noqa: A002, ARG002  (the base class's; its arguments may quote the query)
        _log.warning("a request was not understood, or its answer broke off")


class _Server(ThreadedWSGIServer):
    daemon_threads = False

    def __init__(self, listening: socket.socket, application: "WSGIApplication") -> None:
        self._open: set[socket.socket] = set()
        host, port = listening.getsockname()
        super().__init__(host, port, application, handler=_Handler, fd=listening.fileno())

    def process_request(self, request: socket.socket, client_address: tuple[str, int]) -> None:  # type: ignore[override]  # (typeshed allows datagrams)
        self._open.add(request)
        super().process_request(request, client_address)

    def shutdown_request(self, request: socket.socket) -> None:  # type: ignore[override]  # (as above)
        self._open.discard(request)
        super().shutdown_request(request)

    def server_close(self) -> None:
        # a browser holds connections open that it has not used yet; those that are in use end by themselves
        for connection in list(self._open):
            with contextlib.suppress(OSError):
                connection.shutdown(socket.SHUT_RD)
        super().server_close()


@contextlib.contextmanager
def serving(application: "WSGIApplication", port: int) -> Iterator[int]:
    """Serve, and give the port (a free one for 0). At the end, open requests are answered first. Raises `HostError`."""
    try:
        listening = socket.create_server(("127.0.0.1", port))
    except OSError as error:
        raise HostError(
            f"cannot listen on port {port} of 127.0.0.1 ({os.strerror(error.errno or 0)}): choose another one with --port"
        ) from None
    with listening:
        server = _Server(listening, application)
    thread = threading.Thread(
        target=server.serve_forever, kwargs={"poll_interval": 0.05}, name="http"
    )
    thread.start()
    try:
        yield server.port
    finally:
        server.shutdown()
        thread.join()
