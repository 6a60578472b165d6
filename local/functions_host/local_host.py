"""A Functions host: the Python worker is the real one, the rest is ours."""

import contextlib
import logging
import os
import threading
from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from http import HTTPStatus
from pathlib import Path
from typing import TYPE_CHECKING, Self

from werkzeug import Response
from werkzeug.datastructures import Headers
from werkzeug.test import Client

from local.functions_host import log, rpc
from local.functions_host.easy_auth import EasyAuth
from local.functions_host.errors import HostError
from local.functions_host.host_json import HostFile, host_file
from local.functions_host.http_triggers import Front, Key, access
from local.functions_host.queue_triggers import Queues
from local.functions_host.server import listen, serving
from local.functions_host.settings import environment
from local.functions_host.timer_triggers import Timers
from local.functions_host.worker import NOTHING, About, Function, Limits, Worker

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

GRACE = "LOCAL_GRACE_SECONDS"
"""The setting for how long timers and queue functions may take when the host stops, and a function
after its timeout. Tests set it; the host in Azure waits 10 seconds."""
_HTTP = 3
"""Open requests may take that many times as long when the host stops."""
_BUILT_IN = {"http", "httptrigger", "timertrigger"}
_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Answer:
    """The response of an HTTP function."""

    status: int
    headers: Headers
    body: bytes


class LocalHost:
    """Hosts an app inside a `with` statement."""

    def __init__(  # noqa: PLR0913  (all by keyword)
        self,
        app: str | Path,
        *,
        environment: Mapping[str, str] | None = None,
        port: int = 0,
        state: str | Path | None = None,
        signed_in: str = "",
        strict: bool = True,
        production: bool = False,
        give_up: Callable[[], None] = lambda: None,
    ) -> None:
        """Set what to host.

        `environment` wins over the process's own. `state` is the folder for the times of timer
        runs. `signed_in` is the name of the person who is signed in to the page; empty for nobody.
        `strict` refuses an app with a function that cannot run. `production` waits as long as
        Azure does. `give_up` is called after the last death of the worker process.
        """
        self._app = Path(app).resolve()
        self._environment, self._port, self._signed_in = environment or {}, port, signed_in
        self._state = Path(state).resolve() if state else None
        self._strict, self._production, self._give_up = strict, production, give_up
        self._end_worker: Callable[[], None] = lambda: None
        self._off: dict[str, str] = {}
        self.functions: Mapping[str, Function] = {}
        """The functions by name."""
        self._door: WSGIApplication = _not_running

    def __enter__(self) -> Self:
        """Index the app and listen. Raise `HostError` if that fails."""
        if not (self._app / "host.json").is_file():
            raise HostError(
                f"there is no host.json in {self._app}: is it the folder of a Functions app?"
            )
        with contextlib.ExitStack() as stack:
            listening = stack.enter_context(listen(self._port))
            self.port = listening.getsockname()[1]
            stack.enter_context(environment(self._app, self._environment, self.port))
            self._grace = float(os.environ.get(GRACE, "10"))
            self._key = Key(os.environ.get("LOCAL_FUNCTION_KEY", "local"))
            file = HostFile()
            try:
                file = host_file(self._app)
            except HostError as error:
                self._refuse(error, "The host does not run: %s", error)
                self._register({}, file.prefix)
            else:
                self._start(file, stack)
            stack.callback(self._within, self._grace, self._close_triggers)
            if self._signed_in:
                self._door = EasyAuth(self._door, self._signed_in, file.prefix, os.environ)
            self.url = f"http://127.0.0.1:{self.port}/{file.prefix}".rstrip("/")
            served = contextlib.ExitStack()
            served.enter_context(serving(self._door, listening))
            stack.callback(self._within, _HTTP * self._grace, served.close)
            self._stack = stack.pop_all()
        return self

    def __exit__(self, *_: object) -> None:
        """Finish the open requests and the running functions, and stop."""
        self._stack.close()

    def _start(self, file: HostFile, stack: contextlib.ExitStack) -> None:
        """Start the worker, and register what the app has; what cannot run is off."""
        self._worker = Worker(self._app, Limits(file.timeout, self._grace), self._give_up)
        self._end_worker = self._worker.kill
        try:
            self.functions = stack.enter_context(self._worker).functions
        except HostError as error:
            notes = getattr(error, "__notes__", ())
            self._refuse(error, "No function runs: %s", "\n".join((str(error), *notes)))
        known = {
            name: function
            for name, function in self.functions.items()
            if file.bundle or self._is_built_in(function)
        }
        self._register(known, file.prefix)
        self._door = self._front

    def _register(self, functions: Mapping[str, Function], prefix: str) -> None:
        off = self._turn_off
        self._timers = Timers(functions, self._run, self._state, off=off)
        self._queues = Queues(functions, self._invoke, production=self._production, off=off)
        self._front = Front(
            functions.values(), self._invoke, self._timers, prefix, self._key, off=off
        )

    def _is_built_in(self, function: Function) -> bool:
        """Return whether a function needs no extension bundle; turn it off otherwise."""
        for binding in (function.trigger, *function.outputs.values()):
            if str(binding["type"]).lower() not in _BUILT_IN:
                missing = f"The binding type(s) '{binding['type']}' are not registered"
                self._turn_off(function, f"{missing}: host.json has no extensionBundle")
                return False
        return True

    def _turn_off(self, function: Function, why: str) -> None:
        """Leave out a function that cannot be registered."""
        refusal = HostError(f"the function {function.name}: {why}")
        self._refuse(refusal, "The '%s' function is in error: %s", function.name, why)
        self._off[function.name] = why

    def _refuse(self, error: HostError, text: str, *values: object) -> None:
        """Raise an error if the host is strict; log it otherwise."""
        if self._strict:
            raise error
        _log.error(text, *values)

    def _within(self, seconds: float, close: Callable[[], None]) -> None:
        """Close something, and end the worker if it waits for functions too long."""

        def end() -> None:
            _log.error("Host did not shutdown within its allotted time (%g s)", seconds)
            self._end_worker()

        watch = threading.Timer(seconds, end)
        watch.start()
        try:
            close()
        finally:
            watch.cancel()
            watch.join()

    def _close_triggers(self) -> None:
        with ThreadPoolExecutor() as pool:  # each stops at once, and then waits
            list(pool.map(lambda each: each.close(), (self._timers, self._queues)))

    def http(
        self, method: str, path: str, headers: Mapping[str, str] | None = None, body: bytes = b""
    ) -> Answer:
        """Send a request without a network; `path` includes the prefix and the query."""
        response = Client(self._door).open(
            path, method=method, headers=dict(headers or {}), data=body
        )
        return Answer(response.status_code, response.headers, response.get_data())

    def fire_timer(self, name: str, *, past_due: bool = False) -> None:
        """Run a timer now and wait for it, retries included. Raise `InvocationFailed`."""
        self._timers[name].fire(past_due=past_due)

    def follow_timers(self) -> None:
        """Run every timer when it is due; one that is overdue runs at once."""
        self._timers.follow()

    def follow_queues(self) -> None:
        """Run functions for the messages in their queues."""
        self._queues.follow()

    def described(self) -> list[str]:
        """Return a line for each function: its trigger, and who may start it."""
        return [
            f"  {name:24} {self._described(function)}" for name, function in self.functions.items()
        ]

    def _described(self, function: Function) -> str:
        if function.name in self._off:
            return f"off    {self._off[function.name]}"
        if function.kind == "http":
            route = self._front.routes[function.name]
            methods = ",".join(sorted(route.methods)) or "any method"
            return f"http   {methods} {route.path} ({access(function)})"
        if function.kind == "timer":
            return f"timer  {self._timers[function.name].schedule.text}"
        if function.kind == "queue":
            return f"queue  {self._queues.described(function)}"
        return f"{function.kind} (not run by the local host)"

    def _run(self, function: Function, value: rpc.TypedData, retry: int, retries: int) -> object:
        return self._invoke(function, value, attempt=retry, attempts=retries)

    def _invoke(
        self,
        function: Function,
        value: rpc.TypedData,
        about: About = NOTHING,
        *,
        attempt: int = 0,
        attempts: int = 0,
    ) -> rpc.TypedData | None:
        """Run a function, send its outputs, and return its value. Raise `InvocationFailed`."""
        with log.invocation(function.name, function.kind) as number:
            given = self._worker.invoke(
                function, value, about, attempt=attempt, attempts=attempts, invocation_id=number
            )
            self._queues.send(function, given.outputs)
        return given.value


def _not_running(environ: "WSGIEnvironment", start_response: "StartResponse") -> Iterable[bytes]:
    response = Response("Function host is not running.", HTTPStatus.SERVICE_UNAVAILABLE)
    return response(environ, start_response)
