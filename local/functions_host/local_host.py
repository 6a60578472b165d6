"""A Functions host in process: the Python worker is the real one, the rest is ours."""

import contextlib
import logging
import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Self

from werkzeug.datastructures import Headers
from werkzeug.test import Client

from local.functions_host import rpc
from local.functions_host.easy_auth import EasyAuth
from local.functions_host.errors import HostError
from local.functions_host.http_triggers import Front, Key, access
from local.functions_host.queue_settings import queue_settings
from local.functions_host.queue_triggers import Queues
from local.functions_host.server import serving
from local.functions_host.settings import host_json, inside, route_prefix
from local.functions_host.timer_triggers import Timers
from local.functions_host.worker import NOTHING, About, Function, Worker

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIApplication


@dataclass(frozen=True, slots=True)
class Answer:
    """The response of an HTTP function."""

    status: int
    headers: Headers
    body: bytes


class LocalHost:
    """Hosts an app inside a `with` statement; a process can have only one."""

    def __init__(
        self,
        app: str | Path,
        *,
        environment: Mapping[str, str] | None = None,
        port: int = 0,
        state: str | Path | None = None,
        signed_in: str = "",
        production: bool = False,
    ) -> None:
        """Set what to host.

        `environment` wins over the process's own. `state` is the folder for the times of timer
        runs. `signed_in` is the name of the person who is signed in to the page; empty for nobody.
        `production` waits as long as in Azure.
        """
        self._app = Path(app).resolve()
        self._environment, self._port, self._signed_in = environment or {}, port, signed_in
        self._state = Path(state).resolve() if state else None
        self._production = production
        self._worker = Worker(self._app)

    def __enter__(self) -> Self:
        """Index the app and listen. Raise `HostError` if that fails."""
        with contextlib.ExitStack() as stack:
            prefix = route_prefix(self._app)
            stack.enter_context(inside(self._app, self._environment))
            key = Key(os.environ.get("LOCAL_FUNCTION_KEY", "local"))
            worker = stack.enter_context(self._worker)
            self._timers = Timers(
                worker.functions, self._run, self._state, _refuse, production=self._production
            )
            polling = queue_settings(host_json(self._app), production=self._production)
            self._queues = Queues(worker.functions, self._invoke, polling, _log_off)
            self._front = Front(worker.functions.values(), self._invoke, self._timers, prefix, key)
            self._door: WSGIApplication = self._front
            if self._signed_in:
                self._door = EasyAuth(self._front, self._signed_in, prefix, os.environ)
            stack.callback(self._queues.close)
            stack.callback(self._timers.close)
            self.port = stack.enter_context(serving(self._door, self._port))
            os.environ.setdefault(
                "WEBSITE_HOSTNAME", f"127.0.0.1:{self.port}"
            )  # as Azure and Core Tools do
            self.url = f"http://127.0.0.1:{self.port}/{prefix}".rstrip("/")
            self._stack = stack.pop_all()
        return self

    def __exit__(self, *_: object) -> None:
        """Finish the open requests and the running functions, and stop."""
        self._stack.close()

    @property
    def functions(self) -> Mapping[str, Function]:
        """The functions by name."""
        return self._worker.functions

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

    def running(self) -> str:
        """Return the name of the function that the caller runs in; empty outside of functions."""
        return self._worker.running()

    def described(self) -> list[str]:
        """Return a line for each function: its trigger, and who may start it."""
        return [
            f"  {name:24} {self._described(function)}" for name, function in self.functions.items()
        ]

    def _described(self, function: Function) -> str:
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
        given = self._worker.invoke(function, value, about, attempt=attempt, attempts=attempts)
        self._queues.send(function, given.outputs)
        return given.value


def _log_off(function: Function, reason: str) -> None:
    logging.getLogger(__name__).error("The '%s' function is in error: %s", function.name, reason)


def _refuse(function: Function, reason: str) -> None:
    raise HostError(f"The '{function.name}' function is in error: {reason}")
