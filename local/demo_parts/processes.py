"""The stand-in tenant and the local host of the demo, at their usual ports if those are free."""

import contextlib
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path

from local.demo_parts.terminal import say
from local.stand_in.tenant import Tenant
from local.tenant import DEFAULT_PORT

ROOT = Path(__file__).resolve().parents[2]
HOST_PORT = 7071


class DemoError(Exception):
    """The demo failed. The text says why and what to do."""


@contextlib.contextmanager
def limited(seconds: int) -> Iterator[None]:
    """Raise `DemoError` in the body after this time, wherever it waits."""

    def end(_number: int, _frame: object) -> None:
        raise DemoError(f"The demo did not finish within {seconds} seconds.")

    before = signal.signal(signal.SIGALRM, end)
    signal.alarm(seconds)
    try:
        yield
    finally:
        signal.alarm(0)
        signal.signal(signal.SIGALRM, before)


@contextlib.contextmanager
def tenant_served() -> Iterator[Tenant]:
    """Yield the stand-in tenant at its usual port, or at any if that is taken."""
    with contextlib.ExitStack() as stack:
        try:
            tenant = stack.enter_context(Tenant(port=_port(DEFAULT_PORT), hand_over=True))
        except OSError:  # taken since it was probed
            tenant = stack.enter_context(Tenant(hand_over=True))
        yield tenant


@contextlib.contextmanager
def host_served(environment: Mapping[str, str], *, person: str, log: Path) -> Iterator[str]:
    """Yield the root of a local host at its usual port, or at any if that is taken.

    `person` is signed in to the page. Errors are written to `log`.
    """
    with contextlib.ExitStack() as stack:
        root = stack.enter_context(_host_at(_port(HOST_PORT), environment, person, log))
        if not root:  # the port may have been taken since it was probed
            root = stack.enter_context(_host_at(0, environment, person, log))
        if not root:
            raise DemoError("The local host did not start.")
        yield root


@contextlib.contextmanager
def _host_at(port: int, environment: Mapping[str, str], person: str, log: Path) -> Iterator[str]:
    """Run a local host in its own process. Yield its root, empty if it did not start."""
    options = ["--port", str(port), "--no-timers", "--signed-in", person]
    with (
        log.open("w", encoding="utf-8") as errors,
        subprocess.Popen(  # noqa: S603  (our own module)
            [sys.executable, "-m", "local.host", *options],
            cwd=ROOT,
            env=dict(environment),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=errors,
            text=True,
            process_group=0,  # Ctrl-C reaches only the demo, which then stops it
        ) as process,
    ):
        assert process.stdout is not None
        try:
            root = ""
            for line in process.stdout:
                if line.startswith("listening on "):
                    say(line.strip())
                    root = line.removeprefix("listening on ").strip().removesuffix("/api")
                    break
            yield root
        finally:
            process.terminate()
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(10)
            process.kill()


def _port(wanted: int) -> int:
    """Return the usual port, or 0 (any) if it is taken."""
    with socket.socket() as probe:
        return 0 if probe.connect_ex(("127.0.0.1", wanted)) == 0 else wanted
