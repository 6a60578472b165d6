"""A Functions host: the Python worker is the real one, the rest is ours."""

import contextlib
import logging
import os
import threading
from collections.abc import Callable, Mapping
from http import HTTPStatus
from pathlib import Path
from typing import Self

from local.functions_host import log, rpc
from local.functions_host.easy_auth import NOBODY, EasyAuth, SignedIn
from local.functions_host.errors import HostError
from local.functions_host.functions import NOTHING, About, Function
from local.functions_host.host_json import HostFile, host_file
from local.functions_host.http_triggers import Front, access
from local.functions_host.keys import Keys
from local.functions_host.messages import Application, Request, Response
from local.functions_host.queue_settings import queue_settings
from local.functions_host.queue_triggers import Queues
from local.functions_host.refusals import Refusals
from local.functions_host.server import listen, serving
from local.functions_host.settings import environment, seconds
from local.functions_host.timer_triggers import Timers
from local.functions_host.worker import Limits, Worker

GRACE = "LOCAL_GRACE_SECONDS"
"""The setting for how long timers and queue functions may take when the host stops, and a function
after its timeout. Tests set it; the host in Azure waits 10 seconds."""
_HTTP = 3
"""Open requests may take that many times as long when the host stops."""
_log = logging.getLogger(__name__)


class LocalHost:
    """Hosts an app inside a `with` statement."""

    def __init__(  # noqa: PLR0913  (all by keyword)
        self,
        app: str | Path,
        *,
        environment: Mapping[str, str] | None = None,
        port: int = 0,
        state: str | Path | None = None,
        signed_in: SignedIn = NOBODY,
        strict: bool = True,
        production: bool = False,
        give_up: Callable[[], None] = lambda: None,
    ) -> None:
        """Set what to host.

        `environment` wins over the process's own. `state` is the folder for the times of timer
        runs. `signed_in` is the person who is signed in to the page.
        `strict` refuses an app with a function that cannot run. `production` waits as long as
        Azure does. `give_up` is called after the last death of the worker process.
        """
        self._app = Path(app).resolve()
        self._environment, self._port, self._signed_in = environment or {}, port, signed_in
        self._state = Path(state).resolve() if state else None
        self._production, self._give_up = production, give_up
        self._end_worker: Callable[[], None] = lambda: None
        self._off = Refusals(strict=strict)
        self.functions: Mapping[str, Function] = {}
        """The functions by name."""
        self._door: Application = _not_running

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
            self._grace = seconds(GRACE, 10)
            self._keys = Keys.of(os.environ)
            file = HostFile()
            try:
                file = host_file(self._app)
            except HostError as error:
                self._off.all(error, "The host does not run")
                self._register({}, file)
            else:
                self._start(file, stack)
            stack.callback(self._within, self._grace, self._close_triggers)
            if self._signed_in.name:
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
            self._off.all(error, "No function runs")
        known = {
            name: function
            for name, function in self.functions.items()
            if file.bundle or self._off.without_bundle(function)
        }
        self._register(known, file)
        self._door = self._front

    def _register(self, functions: Mapping[str, Function], file: HostFile) -> None:
        off, production = self._off.turn_off, self._production
        self._timers = Timers(functions, self._run, self._state, off, production=production)
        settings = queue_settings(file.queues, production=production)
        self._queues = Queues(functions, self._invoke, settings, off, self._off.leave_off)
        on = [each for name, each in functions.items() if name not in self._off.reasons]
        self._front = Front(on, self._invoke, self._timers, file.prefix, self._keys, off)

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
        self._timers.stop()
        self._queues.stop()
        for each in (self._timers, self._front, self._queues):  # queues last: outputs go there
            each.close()

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
        if function.name in self._off.reasons:
            return f"off    {self._off.reasons[function.name]}"
        if function.kind == "http":
            route = self._front.routes[function.name]
            methods = ",".join(sorted(route.methods)) or "any method"
            return f"http   {methods} {route.path} ({access(function)})"
        if function.kind == "timer":
            return f"timer  {self._timers[function.name].schedule.text}"
        if function.kind == "queue":
            return f"queue  {self._queues[function.name].queue.queue_name}"
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
        with log.invocation(function.name, function.reason) as number:
            given = self._worker.invoke(
                function, value, about, attempt=attempt, attempts=attempts, invocation_id=number
            )
            self._queues.send(function, given.outputs)
        return given.value


def _not_running(_: Request) -> Response:
    return Response(HTTPStatus.SERVICE_UNAVAILABLE, body=b"Function host is not running.")
