"""A local host for a Python Functions app: the Python worker is the real one, the host around it is ours.

    python -m local.host [--app DIR] [--port 7071] [--state DIR] [--no-timers] [--signed-in NAME]

It reads the same environment as the app in Azure, with local.settings.json for what is not set, and accepts one function
key, `LOCAL_FUNCTION_KEY` (default: `local`). HTTP, timer and queue triggers run; others are shown, and do not. With `--signed-in`
it does what Easy Auth does for that person, before the routes of the page (`local.host_sign_in`); without, nobody is signed
in. It is not the Functions runtime: scaling and timeouts are not here. One app a process (see `local.host_worker`).
"""

import argparse
import contextlib
import io
import os
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Self

from werkzeug.datastructures import Headers
from werkzeug.test import Client

from local import host_log, rpc
from local.host_errors import HostError, InvocationFailed
from local.host_http import Front, Key, access
from local.host_queues import Queues
from local.host_server import serving
from local.host_settings import inside, route_prefix
from local.host_sign_in import EasyAuth
from local.host_timers import Timers
from local.host_worker import NOTHING, About, Function, Worker
from local.stop_signals import stop_signals

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIApplication

__all__ = ["Answer", "HostError", "InvocationFailed", "LocalHost"]


@dataclass(frozen=True, slots=True)
class Answer:
    """What an HTTP function answered."""

    status: int
    headers: Headers
    body: bytes


class LocalHost:
    """Hosts an app while its `with` statement lasts; the first and only one of its process."""

    def __init__(
        self,
        app: str | Path,
        *,
        environment: Mapping[str, str] | None = None,
        port: int = 0,
        state: str | Path | None = None,
        signed_in: str = "",
    ) -> None:
        """Say what to host; `environment` wins over the process's own, and `state` is the folder that remembers when timers ran.

        `signed_in` is the name of the person who is signed in to the page; empty for nobody.
        """
        self._app = Path(app).resolve()
        self._environment, self._port, self._signed_in = environment or {}, port, signed_in
        self._state = Path(state).resolve() if state else None
        self._worker = Worker(self._app)

    def __enter__(self) -> Self:
        """Index the app and listen. Raises `HostError`."""
        with contextlib.ExitStack() as stack:
            prefix = route_prefix(self._app)
            stack.enter_context(inside(self._app, self._environment))
            key = Key(os.environ.get("LOCAL_FUNCTION_KEY", "local"))
            worker = stack.enter_context(self._worker)
            self._timers = Timers(worker.functions, self._run, self._state)
            self._queues = Queues(worker.functions, self._invoke)
            self._front = Front(worker.functions.values(), self._invoke, self._timers, prefix, key)
            self._door: WSGIApplication = self._front
            if self._signed_in:
                self._door = EasyAuth(self._front, self._signed_in, prefix, os.environ)
            stack.callback(self._queues.close)
            stack.callback(self._timers.close)
            self.port = stack.enter_context(serving(self._door, self._port))
            os.environ.setdefault("WEBSITE_HOSTNAME", f"127.0.0.1:{self.port}")  # as the platform does, and Core Tools
            self.url = f"http://127.0.0.1:{self.port}/{prefix}".rstrip("/")
            self._stack = stack.pop_all()
        return self

    def __exit__(self, *_: object) -> None:
        """Answer what is open, let running functions end, and stop."""
        self._stack.close()

    @property
    def functions(self) -> Mapping[str, Function]:
        """The functions by name."""
        return self._worker.functions

    def http(self, method: str, path: str, headers: Mapping[str, str] | None = None, body: bytes = b"") -> Answer:
        """Send a request without a network; `path` is from the root, prefix and query included."""
        response = Client(self._door).open(path, method=method, headers=dict(headers or {}), data=body)
        return Answer(response.status_code, response.headers, response.get_data())

    def fire_timer(self, name: str, *, past_due: bool = False) -> None:
        """Run a timer now and wait for it, retries included. Raises `InvocationFailed`."""
        self._timers[name].fire(past_due=past_due)

    def follow_timers(self) -> None:
        """Run every timer when it is due, from now on; one that is late runs at once."""
        self._timers.follow()

    def follow_queues(self) -> None:
        """Run functions for the messages of their queues, from now on."""
        self._queues.follow()

    def running(self) -> str:
        """Name the function that the caller runs in; empty outside of functions."""
        return self._worker.running()

    def described(self) -> list[str]:
        """Say of each function, a line each, what starts it and who may."""
        return [f"  {name:24} {self._described(function)}" for name, function in self.functions.items()]

    def _described(self, function: Function) -> str:
        if function.kind == "http":
            route = self._front.routes[function.name]
            return f"http   {','.join(sorted(route.methods)) or 'any method'} {route.path} ({access(function)})"
        if function.kind == "timer":
            return f"timer  {self._timers[function.name].schedule.text}"
        if function.kind == "queue":
            return f"queue  {self._queues.described(function)}"
        return f"{function.kind} (not run by the local host)"

    def _run(self, function: Function, value: rpc.TypedData, retry: int, retries: int) -> object:
        return self._invoke(function, value, attempt=retry, attempts=retries)

    def _invoke(
        self, function: Function, value: rpc.TypedData, about: About = NOTHING, *, attempt: int = 0, attempts: int = 0
    ) -> rpc.TypedData | None:
        """Run a function, send what it wrote to its outputs, and give what it returned. Raises `InvocationFailed`."""
        given = self._worker.invoke(function, value, about, attempt=attempt, attempts=attempts)
        self._queues.send(function, given.outputs)
        return given.value


def main(arguments: Sequence[str] | None = None) -> int:
    """Host an app until SIGINT or SIGTERM; give the exit status."""
    parser = argparse.ArgumentParser(prog="python -m local.host", description="Runs a Functions app on 127.0.0.1.")
    parser.add_argument("--app", default=".", help="folder of the app (default: this one)")
    parser.add_argument("--port", type=int, default=7071, help="0 takes a free one (default: 7071)")
    parser.add_argument("--state", help="folder that remembers when timers ran, so that missed runs are noticed (default: none)")
    parser.add_argument("--no-timers", action="store_true", help="run no timer by itself")
    parser.add_argument("--signed-in", metavar="NAME", default="", help="who is signed in to the page, as by Easy Auth (default: nobody)")
    given = parser.parse_args(arguments)

    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(line_buffering=True)
    host = LocalHost(given.app, port=given.port, state=given.state, signed_in=given.signed_in)
    host_log.to_standard_error(host.running)
    try:
        with stop_signals() as stopped, host:  # the second signal does not wait for running functions
            print(*host.described(), sep="\n")
            if given.no_timers:
                print("no timer runs by itself (--no-timers)")
            print(f"listening on {host.url}")
            if not given.no_timers:
                host.follow_timers()  # only now, so that what they print comes after
            host.follow_queues()
            stopped()
    except HostError as error:
        print(*getattr(error, "__notes__", ()), f"local host: {error}", sep="\n", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
