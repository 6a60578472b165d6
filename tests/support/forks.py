"""Run `python -m MODULE ...` in forked processes, which need not import everything again.

A process that has imported the program waits for orders and forks for each. The child runs the
module with the arguments, environment and outputs of its order, and ends as Python does. Importing
the program takes two seconds of CPU, a fork some milliseconds: that is the only purpose.
`test_command_line.py` starts commands without it.
"""

import contextlib
import functools
import gc
import importlib
import io
import json
import os
import runpy
import select
import selectors
import signal
import socket
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from threading import Lock
from typing import IO, Any

ROOT = Path(__file__).parents[2]
LENGTH = 4
"""Bytes of the length in front of an order."""
COVERAGE = "COVERAGE_PROCESS"
LATE = (
    "anyio._backends._asyncio",
    "azure.core.pipeline.transport._requests_basic",
    "azure.identity._credentials.app_service",
    "h2",
    "httpcore",
    "shared.adapters.graph.directory",
    "shared.adapters.graph.inventory",
    "shared.adapters.graph.usage_report",
    "shared.adapters.identity.cross_tenant",
    "shared.render.mail.mail",
)
"""Modules that libraries, and the program itself, import only at their first use."""


@dataclass
class Forked:
    """A forked process, with the part of `subprocess.Popen` that tests need."""

    pid: int
    _said: IO[str]
    returncode: int | None = field(default=None, init=False)

    def poll(self) -> int | None:
        """Return the exit status, the negative number of a signal, or `None` while it runs."""
        return self._ended(0)

    def wait(self, timeout: float) -> int:
        """Wait and return the exit status. Raise `TimeoutError` after `timeout` seconds."""
        ended = self._ended(timeout)
        if ended is None:
            raise TimeoutError(f"process {self.pid} runs after {timeout} seconds")
        return ended

    def send_signal(self, number: signal.Signals) -> None:
        """Send it a signal if it runs."""
        if self.poll() is None:
            os.kill(self.pid, number)

    def terminate(self) -> None:
        """Send SIGTERM."""
        self.send_signal(signal.SIGTERM)

    def kill(self) -> None:
        """Send SIGKILL."""
        self.send_signal(signal.SIGKILL)

    def _ended(self, timeout: float) -> int | None:
        if self.returncode is None and select.select([self._said], [], [], timeout)[0]:
            self.returncode = int(self._said.readline())
            self._said.close()
        return self.returncode


class Forks:
    """A process that forks. It and its children end with the process that started it."""

    def __init__(self, modules: Sequence[str], *options: str) -> None:
        """Start it with `options` of Python and import `modules`. Coverage skips it."""
        ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_STREAM)
        command = [
            sys.executable,
            *options,
            "-m",
            "tests.support.forks",
            str(theirs.fileno()),
            *modules,
        ]
        plain = {name: value for name, value in os.environ.items() if not name.startswith(COVERAGE)}
        with theirs:
            self._process = subprocess.Popen(
                command, cwd=ROOT, env=plain, stdin=subprocess.DEVNULL, pass_fds=[theirs.fileno()]
            )
        self._orders = ours
        self._one_order = Lock()  # a test may start processes in several threads

    def start(
        self, *run: str, environment: Mapping[str, str], out: IO[Any], err: IO[Any]
    ) -> Forked:
        """Run `python -m RUN...` in the project's folder, with these files as outputs."""
        order = json.dumps({"run": run, "environment": dict(environment)}).encode()
        reading, writing = os.pipe()
        files = [out.fileno(), err.fileno(), writing]
        try:
            with self._one_order:
                socket.send_fds(self._orders, [len(order).to_bytes(LENGTH)], files)
                self._orders.sendall(order)
        finally:
            os.close(writing)
        said = os.fdopen(reading)
        return Forked(int(said.readline()), said)

    def close(self) -> None:
        """End it and its children."""
        self._orders.close()
        self._process.wait(timeout=30)


@functools.cache
def program(*options: str) -> Forks:
    """Return the process that has imported the program with `options`; one for each test run."""
    hosts = (
        "shared.web.response",
        "local.functions_host.local_host",
    )
    commands = [f"shared.cli.{each}" for each in ("checks", "decisions", "doctor", "reports")]
    return Forks([*commands, "typer._adapters", *hosts, *LATE], *options)


def _serve(orders: socket.socket) -> Mapping[str, Any] | None:
    """Fork for each order. Return the order in a child, and `None` at the end of all orders."""
    running: dict[
        int, tuple[int, int]
    ] = {}  # what closes when it ends -> the process, and where to say how it ended
    more = True
    with selectors.DefaultSelector() as selector, orders:
        selector.register(orders, selectors.EVENT_READ)
        while more or running:
            for key, _ in selector.select():
                if key.fd in running:
                    selector.unregister(key.fd)
                    pid, status = running.pop(key.fd)
                    _, ended = os.waitpid(pid, 0)
                    with contextlib.suppress(BrokenPipeError):  # nobody waits for it
                        os.write(status, b"%d\n" % os.waitstatus_to_exitcode(ended))
                    _close(key.fd, status)
                    continue
                length, files, _, _ = socket.recv_fds(orders, LENGTH, 3)
                if not length:
                    more = False
                    selector.unregister(orders)
                    for pid, _ in running.values():
                        os.kill(pid, signal.SIGKILL)
                    continue
                order = orders.recv(int.from_bytes(length), socket.MSG_WAITALL)
                out, err, status = files
                ends, alive = os.pipe()
                pid = os.fork()
                if not pid:  # `alive` stays open until the child ends
                    os.dup2(out, 1)
                    os.dup2(err, 2)
                    _close(*files, ends, *running, *(status for _, status in running.values()))
                    return dict(json.loads(order))
                os.write(status, b"%d\n" % pid)
                _close(out, err, alive)
                running[ends] = pid, status
                selector.register(ends, selectors.EVENT_READ)
    return None


def _close(*files: int) -> None:
    for file in files:
        os.close(file)


def main() -> None:
    """Import modules, wait for orders, and run them."""
    _, number, *modules = sys.argv
    for module in modules:
        importlib.import_module(module)
    gc.collect()
    gc.freeze()  # the child ends sooner if it does not collect all of that
    order = _serve(socket.socket(fileno=int(number)))
    if order is None:
        return
    os.environ.clear()
    os.environ.update(order["environment"])
    if any(name.startswith(COVERAGE) for name in os.environ):
        importlib.import_module("coverage").process_startup()
    encoding = os.environ.get("PYTHONIOENCODING")
    for stream in (sys.stdout, sys.stderr) if encoding else ():
        assert isinstance(stream, io.TextIOWrapper)
        stream.reconfigure(encoding=encoding, errors="strict")
    module, *sys.argv[1:] = order["run"]
    runpy.run_module(module, run_name="__main__", alter_sys=True)


if __name__ == "__main__":
    main()
