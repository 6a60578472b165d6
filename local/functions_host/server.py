"""Serves a WSGI application on 127.0.0.1; stopping leaves no socket or thread behind.

The query of a request is never logged, because it may contain the function key.
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
    def log_request(self, code: int | str = "-", size: int | str = "-") -> None:  # noqa: ARG002  (a method of the base class)
        path = quote(str(getattr(self, "path", "-")).partition("?")[0], safe="/%")
        _log.info(
            "%s %s %s",
            getattr(self, "command", None) or "-",
            path,
            int(code) if isinstance(code, int) else code,
        )

    # the arguments may contain the query
    def log(self, type: str, message: str, *args: object) -> None:  # noqa: A002, ARG002  (the same)
        _log.warning("a request was not understood, or its answer broke off")


class _Server(ThreadedWSGIServer):
    daemon_threads = False

    def __init__(self, listening: socket.socket, application: "WSGIApplication") -> None:
        self._open: set[socket.socket] = set()
        host, port = listening.getsockname()
        super().__init__(host, port, application, handler=_Handler, fd=listening.fileno())

    def process_request(  # type: ignore[override]  # typeshed allows datagrams
        self, request: socket.socket, client_address: tuple[str, int]
    ) -> None:
        self._open.add(request)
        super().process_request(request, client_address)

    def shutdown_request(self, request: socket.socket) -> None:  # type: ignore[override]  # as above
        self._open.discard(request)
        super().shutdown_request(request)

    def server_close(self) -> None:
        # a browser keeps unused connections open; connections in use end on their own
        for connection in list(self._open):
            with contextlib.suppress(OSError):
                connection.shutdown(socket.SHUT_RD)
        super().server_close()


def listen(port: int) -> socket.socket:
    """Listen on a port (a free one for 0). Raise `HostError` if it cannot be used."""
    try:
        return socket.create_server(("127.0.0.1", port))
    except OSError as error:
        raise HostError(
            f"cannot listen on port {port} of 127.0.0.1 ({os.strerror(error.errno or 0)}): "
            "choose another one with --port"
        ) from None


@contextlib.contextmanager
def serving(application: "WSGIApplication", listening: socket.socket) -> Iterator[None]:
    """Serve on that socket, and close it. Finish open requests at the end."""
    with listening:
        server = _Server(listening, application)
    thread = threading.Thread(
        target=server.serve_forever, kwargs={"poll_interval": 0.05}, name="http"
    )
    thread.start()
    try:
        yield
    finally:
        server.shutdown()
        thread.join()
