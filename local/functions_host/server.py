"""Serves an application on 127.0.0.1; stopping leaves no socket or thread behind.

The query of a request is never logged, because it may contain a key.
"""

import contextlib
import logging
import os
import socket
import socketserver
import threading
import time
from collections.abc import Iterator
from http import HTTPStatus
from urllib.parse import quote

from local.functions_host import wire
from local.functions_host.errors import HostError
from local.functions_host.messages import Application, Response

LINGER_SECONDS = 5.0
"""How long a client may go on sending a body that was refused; then its connection is cut."""

_log = logging.getLogger(__name__)


class _Handler(socketserver.StreamRequestHandler):
    disable_nagle_algorithm = True
    server: "_Server"

    def handle(self) -> None:
        try:
            while self._one():
                pass
        except ConnectionError:
            _log.warning("a request broke off, or its answer")

    def _one(self) -> bool:
        """Answer a request. Return whether another one may follow."""
        try:
            received = wire.receive(self.rfile, self._proceed)
        except wire.Refused as refused:
            _log.warning("a request was not understood: %d", refused.status)
            refusal = wire.written(Response(refused.status), "", modern=True, keeps=False)
            self.wfile.write(refusal)
            self._linger()
            return False
        if received is None:
            return False
        request = received.request
        response = self._answer(received)
        keeps = received.keeps and not wire.closes(response)
        self.wfile.write(
            wire.written(response, request.method, modern=received.modern, keeps=keeps)
        )
        path = quote(request.path, safe="/%")
        _log.info("%s %s %d", request.method, path, response.status)
        if keeps and request.body.finish():
            return True
        self._linger()
        return False

    def _answer(self, received: wire.Received) -> Response:
        try:
            return self.server.application(received.request)
        except ConnectionError:
            raise
        except Exception:  # noqa: BLE001  (a fault of the host is one failed request)
            _log.exception("the local host failed")
            return Response(HTTPStatus.INTERNAL_SERVER_ERROR)

    def _proceed(self) -> None:
        self.wfile.write(b"HTTP/1.1 100 Continue\r\n\r\n")

    def _linger(self) -> None:
        """Take what the client still sends; without that, it might not see the answer."""
        with contextlib.suppress(OSError):
            self.connection.shutdown(socket.SHUT_WR)
            end = time.monotonic() + LINGER_SECONDS
            while (left := end - time.monotonic()) > 0:
                self.connection.settimeout(left)
                if not self.connection.recv(65_536):
                    return


class _Server(socketserver.ThreadingTCPServer):
    daemon_threads = False

    def __init__(self, listening: socket.socket, application: Application) -> None:
        super().__init__(listening.getsockname(), _Handler, bind_and_activate=False)
        self.socket.close()
        self.socket = listening
        self.application = application
        self._open: set[socket.socket] = set()

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
        return socket.create_server(("127.0.0.1", port), backlog=128)
    except OSError as error:
        raise HostError(
            f"cannot listen on port {port} of 127.0.0.1 ({os.strerror(error.errno or 0)}): "
            "choose another one with --port"
        ) from None


@contextlib.contextmanager
def serving(application: Application, listening: socket.socket) -> Iterator[None]:
    """Serve on that socket, and close it. Finish open requests at the end."""
    with _Server(listening, application) as server:
        thread = threading.Thread(
            target=server.serve_forever, kwargs={"poll_interval": 0.05}, name="http"
        )
        thread.start()
        try:
            yield
        finally:
            server.shutdown()
            thread.join()
