"""Run `python -m local.host` in a process of its own, forked where that is quicker."""

import contextlib
import functools
import os
import signal
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from pathlib import Path
from typing import IO

import requests

from tests.support.forks import Forked, Forks, program

SAMPLE = Path(__file__).parent / "apps" / "sample"
ROOT = Path(__file__).parents[2]


HOST_MODULES = ("local.functions_host.local_host",)
STRICT = ("-W", "error")
QUIET = (*STRICT, "-W", "ignore::DeprecationWarning")
"""kiota's own modules are deprecated by kiota at import; nothing of ours may warn."""


@functools.cache
def small_apps() -> Forks:
    """Return the process that forks hosts of apps other than ours: nothing of ours may warn."""
    return Forks(HOST_MODULES, *STRICT)


def module(app: Path, *arguments: str) -> Sequence[str]:
    return ["local.host", "--app", str(app), "--port", "0", *arguments]


def environment(**settings: str) -> dict[str, str]:
    kept = {
        name: value
        for name, value in os.environ.items()
        if name not in {"LOCAL_FUNCTION_KEY", "LOCAL_MASTER_KEY", "SAMPLE_SCHEDULE"}
    }
    return {**kept, "SAMPLE_SCHEDULE": "0 0 7 * * *", **settings}


class Host:
    """A running host: what it printed until it listened, and what it prints now."""

    def __init__(self, process: Forked, output: IO[str], errors: Path) -> None:
        self._process, self.output, self._errors = process, output, errors
        self.greeting: list[str] = []
        for line in self.output:
            self.greeting.append(line.rstrip())
            if line.startswith("listening on "):
                break
        else:
            raise AssertionError(self.log())
        self.url = self.greeting[-1].removeprefix("listening on ")
        self.root = self.url.removesuffix("/api")
        self.port = int(self.root.rpartition(":")[2])

    def log(self) -> str:
        return self._errors.read_text()

    def until(self, text: str, times: int = 1) -> str:
        """Wait until the log has a text that many times. Return the log."""
        end = time.monotonic() + 20
        while (log := self.log()).count(text) < times:
            assert time.monotonic() < end, log
            time.sleep(0.02)
        return log

    @property
    def pid(self) -> int:
        """The process id of the host."""
        return self._process.pid

    def start(self, name: str, key: str = "local-master") -> None:
        """Start a function as an administrator does."""
        requests.post(
            f"{self.root}/admin/functions/{name}",
            headers={"x-functions-key": key},
            json={},
            timeout=60,
        ).raise_for_status()

    def signal(self, number: signal.Signals) -> None:
        self._process.send_signal(number)

    def ended(self) -> int:
        return self._process.wait(timeout=30)


def hosted(
    folder: Path, *arguments: str, app: Path = SAMPLE, **settings: str
) -> AbstractContextManager[Host]:
    """Run a host until the end of the block; it refuses an app with any fault."""
    return tolerant(folder, "--strict", *arguments, app=app, **settings)


@contextlib.contextmanager
def tolerant(folder: Path, *arguments: str, app: Path = SAMPLE, **settings: str) -> Iterator[Host]:
    """Run a host until the end of the block; it turns off what is wrong, as in Azure."""
    errors = folder / "errors.txt"
    reading, writing = os.pipe()
    with os.fdopen(reading) as output:
        with os.fdopen(writing, "w") as out, errors.open("w") as err:
            process = _started(app, arguments, environment(**settings), out, err)
        try:
            host = Host(process, output, errors)
            yield host
            process.terminate()
            assert process.wait(timeout=30) in {0, -signal.SIGTERM, -signal.SIGKILL}
        finally:
            process.kill()
            process.wait(timeout=30)
            print(errors.read_text())  # noqa: T201  (for `tests.support.secret_scan` and failure reports)
    assert "Warning" not in host.log()  # nothing was left open


def _started(
    app: Path, arguments: Sequence[str], settings: Mapping[str, str], out: IO[str], err: IO[str]
) -> Forked:
    forks = program(*QUIET) if app == ROOT else small_apps()
    return forks.start(*module(app, *arguments), environment=settings, out=out, err=err)


def refused(app: Path, *arguments: str, **settings: str) -> str:
    """Run a host that must not start. Return what it wrote to standard error."""
    with tempfile.TemporaryFile("w+") as out, tempfile.TemporaryFile("w+") as err:
        options = ("--strict", *arguments)
        status = _started(app, options, environment(**settings), out, err).wait(timeout=60)
        out.seek(0)
        err.seek(0)
        assert (status, out.read()) == (1, "")
        return err.read()
