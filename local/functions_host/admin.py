"""The part of the host's admin API that is useful here, with the master key.

`POST /admin/functions/NAME` starts a function of any kind once, beside its other runs.
"""

import contextlib
import json
import logging
import re
import socket
import threading
import time
from collections.abc import Callable, Mapping
from http import HTTPStatus

from local.functions_host import rpc
from local.functions_host.errors import InvocationFailed
from local.functions_host.functions import NOTHING, About, Function
from local.functions_host.keys import Keys, Level
from local.functions_host.messages import Request, Response
from local.functions_host.queue_messages import metadata
from local.functions_host.timer_triggers import Timers

type Invoke = Callable[[Function, rpc.TypedData, About], object]
"""Runs a function with a value and its metadata. Raises `InvocationFailed`."""

PREFIX = "/admin/"
_JSON = re.compile(
    r"(?:(?:application|text)/json|application/[\w.+-]+\+json)"
    r"\s*(?:;(?!.*charset=(?!\"?utf-(?:8|16)\b)).*)?",
    re.ASCII | re.IGNORECASE,
)
"""The content types that ASP.NET Core reads as JSON (`NewtonsoftJsonInputFormatter`)."""
_log = logging.getLogger(__name__)


class Admin:
    """Answers the requests below `/admin/`."""

    def __init__(
        self, functions: Mapping[str, Function], invoke: Invoke, timers: Timers, keys: Keys
    ) -> None:
        """Set the functions, by name; those that are turned off are not among them."""
        self._functions = {name.lower(): function for name, function in functions.items()}
        self._invoke, self._timers, self._keys = invoke, timers, keys
        self._threads: list[threading.Thread] = []
        self._started = time.monotonic()

    def answer(self, request: Request) -> Response:
        """Answer a request: first the key, then the rest."""
        path = request.path.lower().removeprefix(PREFIX).removesuffix("/")
        if path == "host/ping":
            return Response()
        level = self._keys.level(request)
        if level is Level.ANONYMOUS:
            return Response(HTTPStatus.UNAUTHORIZED, [("WWW-Authenticate", "Bearer")])
        if level is not Level.ADMIN:
            return Response(HTTPStatus.FORBIDDEN)
        match request.method, path.split("/"):
            case "GET", parts:
                return self._document(parts)
            case "POST", ["functions", name]:
                return self._start(request, name)
        return Response(HTTPStatus.NOT_FOUND)

    def _document(self, parts: list[str]) -> Response:
        match parts:
            case ["host", "status"]:
                content: object = self._status()
            case ["host", "keys"]:
                content = {"keys": [{"name": "default", "value": self._keys.function}]}
            case ["functions"]:
                content = [_described(each) for each in self._functions.values()]
            case ["functions", name] if name in self._functions:
                content = _described(self._functions[name])
            case _:
                return Response(HTTPStatus.NOT_FOUND)
        json_type = [("Content-Type", "application/json; charset=utf-8")]
        return Response(HTTPStatus.OK, json_type, json.dumps(content).encode())

    def _status(self) -> Mapping[str, object]:
        milliseconds = int((time.monotonic() - self._started) * 1000)
        return {
            "id": socket.gethostname(),
            "state": "Running",
            "version": "4.0.0.0",
            "processUptime": milliseconds,
        }

    def _start(self, request: Request, name: str) -> Response:
        if not _JSON.fullmatch(request.header("content-type").strip()):
            return Response(HTTPStatus.UNSUPPORTED_MEDIA_TYPE)
        try:
            given = json.loads(request.body.whole())
        except ValueError:
            return Response(HTTPStatus.BAD_REQUEST)
        text = given.get("input") if isinstance(given, dict) else {}
        if isinstance(text, dict | list):
            return Response(HTTPStatus.BAD_REQUEST)
        if name not in self._functions:
            return Response(HTTPStatus.NOT_FOUND)
        self._run(self._functions[name], "" if text is None else str(text))
        return Response(HTTPStatus.ACCEPTED)

    def _run(self, function: Function, text: str) -> None:
        thread = threading.Thread(
            target=self._once, args=(function, text), name=f"{function.name}, once"
        )
        self._threads.append(thread)  # several requests at once may do so
        thread.start()

    def _once(self, function: Function, text: str) -> None:
        if function.kind == "timer":
            with contextlib.suppress(InvocationFailed):  # it logs a failure, and tries again
                self._timers[function.name].fire()
            return
        try:
            about = metadata(text) if function.kind == "queue" else NOTHING
            self._invoke(function, _value(function, text), about)
        except InvocationFailed as error:
            _log.error("%s failed: %s\n%s", function.name, error, error.stack.rstrip())

    def close(self) -> None:
        """Wait for the functions that were started."""
        for thread in self._threads:
            thread.join()


def _described(function: Function) -> Mapping[str, object]:
    bindings = [function.trigger, *function.outputs.values()]
    return {
        "name": function.name,
        "config": {"name": function.name, "bindings": bindings},
        "language": "python",
        "isDisabled": False,
    }


def _value(function: Function, text: str) -> rpc.TypedData:
    if function.kind != "http":
        return rpc.TypedData(string=text)
    body = rpc.TypedData(bytes=text.encode() or None)
    return rpc.TypedData(http=rpc.RpcHttp(method="POST", url="http://localhost/", body=body))
