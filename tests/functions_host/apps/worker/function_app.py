"""A small app for the tests of the worker process: functions that wait, and that end it."""

import json
import logging
import os
import socket
import sys
import threading
from pathlib import Path

import azure.functions as func

if "APP_EXIT" in os.environ:
    sys.exit(int(os.environ["APP_EXIT"]))

SIDE_BY_SIDE = threading.Barrier(40, timeout=15)
app = func.FunctionApp(http_auth_level=func.AuthLevel.ANONYMOUS)
_log = logging.getLogger(__name__)
_kept: list[socket.socket] = []


@app.timer_trigger(schedule="0 0 7 1 1 *", arg_name="timer", run_on_startup=True)
def tick(timer: func.TimerRequest) -> None:  # noqa: ARG001  (a trigger's parameter)
    """Tell that it runs, and wait until it is let go."""
    _wait(int(os.environ["APP_PORT"]))


@app.route(route="about")
def about(req: func.HttpRequest) -> str:  # noqa: ARG001  (a trigger's parameter)
    """Return where the function runs."""
    return json.dumps(
        {
            "pid": os.getpid(),
            "name": __name__,
            "folder": str(Path.cwd()),
            "path": sys.path,
            "site": os.environ["WEBSITE_HOSTNAME"],
        }
    )


@app.route(route="together")
def together(req: func.HttpRequest) -> str:  # noqa: ARG001  (a trigger's parameter)
    """Wait until as many run as the barrier says."""
    return str(SIDE_BY_SIDE.wait())


@app.route(route="wait")
def wait(req: func.HttpRequest) -> str:
    """Wait until the client at that port of 127.0.0.1 lets it go."""
    return _wait(int(req.params["port"]))


@app.route(route="end")
def end(req: func.HttpRequest) -> str:
    """End the process with a status."""
    if req.params["how"] == "exit":
        sys.exit(int(req.params["status"]))
    os._exit(int(req.params["status"]))


@app.route(route="say")
def say(req: func.HttpRequest) -> str:
    """Log a text, print it, and log an exception."""
    _log.warning(req.params["text"])
    print(req.params["text"])  # noqa: T201  (what an app prints is logged)
    try:
        int(req.params["text"])
    except ValueError:
        _log.exception("it failed")
    return ""


def _wait(port: int) -> str:
    """Connect, and return what is said; only the end of the process closes the connection."""
    client = socket.create_connection(("127.0.0.1", port))
    _kept.append(client)
    said = client.recv(100)
    client.sendall(said)
    return said.decode()
