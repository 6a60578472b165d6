"""A small HTTP server on 127.0.0.1; `stop` leaves no thread or socket behind."""

import socket
from collections.abc import Callable
from pathlib import Path
from threading import Thread

from werkzeug import Request, Response
from werkzeug.serving import ThreadedWSGIServer, WSGIRequestHandler

HOST = "127.0.0.1"


class _Quiet(WSGIRequestHandler):
    """Logs no requests. An exception in an endpoint is still shown."""

    timeout = 1  # seconds: an idle connection, as browsers keep them, must not delay the stop

    def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
        """Log nothing."""


class _Server(ThreadedWSGIServer):
    daemon_threads = False  # so that closing waits for the open requests


class Loopback:
    """Answers HTTP requests, each in a thread of its own."""

    def __init__(
        self,
        answer: Callable[[Request], Response],
        port: int,
        *,
        certificate: tuple[Path, Path] | None = None,
    ) -> None:
        """Listen on `port` (0: a free one) and serve; over https with a `certificate` and its key.

        Raises:
            OSError: the port is taken.
        """
        secured = (str(certificate[0]), str(certificate[1])) if certificate else None
        with socket.create_server((HOST, port)) as listening:
            number = listening.fileno()
            self._server = _Server(
                HOST, 0, Request.application(answer), handler=_Quiet, fd=number, ssl_context=secured
            )
        self._thread = Thread(
            target=self._server.serve_forever,
            kwargs={"poll_interval": 0.02},
            name=f"loopback {self.port}",
        )
        self._thread.start()

    @property
    def port(self) -> int:
        """The port in use."""
        return self._server.port

    def stop(self) -> None:
        """Accept no more requests, and wait for the open ones."""
        self._server.shutdown()
        self._thread.join()


def hang_up(request: Request) -> None:
    """Close the connection of a request without a response."""
    request.environ["werkzeug.socket"].shutdown(socket.SHUT_RDWR)
