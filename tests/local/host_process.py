"""Runs `python -m local.host` as people do, in a process of its own."""

import contextlib
import os
import signal
import subprocess
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import IO

SAMPLE = Path(__file__).parent / "apps" / "sample"
ROOT = Path(__file__).parents[2]


def command(app: Path, *arguments: str) -> Sequence[str]:
    # kiota's own modules are deprecated by kiota at import; nothing of ours may warn
    quiet = [] if app == SAMPLE else ["-W", "ignore::DeprecationWarning"]
    return [sys.executable, "-W", "error", *quiet, "-m", "local.host", "--app", str(app), "--port", "0", *arguments]


def environment(**settings: str) -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if name not in {"LOCAL_FUNCTION_KEY", "SAMPLE_SCHEDULE"}}
    return {**kept, "SAMPLE_SCHEDULE": "0 0 7 * * *", **settings}


class Host:
    """A running host: what it printed until it listened, and what it prints now."""

    def __init__(self, process: subprocess.Popen[str], errors: Path) -> None:
        self._process, self._errors = process, errors
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

    @property
    def output(self) -> IO[str]:
        assert self._process.stdout
        return self._process.stdout

    def log(self) -> str:
        return self._errors.read_text()

    def signal(self, number: signal.Signals) -> None:
        self._process.send_signal(number)

    def ended(self) -> int:
        return self._process.wait(timeout=30)


@contextlib.contextmanager
def hosted(folder: Path, *arguments: str, app: Path = SAMPLE, **settings: str) -> Iterator[Host]:
    errors = folder / "errors.txt"
    with errors.open("w") as stderr:
        process = subprocess.Popen(
            command(app, *arguments), env=environment(**settings), cwd=ROOT, stdout=subprocess.PIPE, stderr=stderr, text=True
        )
    with process:
        try:
            host = Host(process, errors)
            yield host
            process.terminate()
            assert process.wait(timeout=30) in {0, -signal.SIGTERM}
        finally:
            process.kill()
    assert "Warning" not in host.log()  # nothing was left open
