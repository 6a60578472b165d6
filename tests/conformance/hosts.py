"""The hosts that the table can be run against: the local one, Core Tools, or one at a URL."""

import contextlib
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol
from urllib.parse import urlsplit

from tests.conformance.raw_http import ERRORS, get

ROOT = Path(__file__).parents[2]
APP = Path(__file__).parent / "app"


class HostFailed(Exception):
    """A host did not do what a row needs first. The text says what."""


@dataclass
class Running:
    """A host that runs the app: where it listens, and its process if we started it."""

    address: str
    keys: Mapping[str, str] = field(default_factory=dict)
    process: subprocess.Popen[bytes] | None = None
    output: Path | None = None

    @property
    def values(self) -> dict[str, str]:
        """What fills `{NAME}` in rows."""
        none = {"FUNCTION_KEY": "", "MASTER_KEY": ""}
        return {**none, **self.keys, "HOST": urlsplit(self.address).netloc}

    def log(self) -> str:
        """Return what it has printed so far."""
        return self.output.read_text("utf-8", "replace") if self.output else ""

    def signal(self, number: signal.Signals) -> None:
        """Send a signal to the host alone, not to its worker."""
        assert self.process is not None
        self.process.send_signal(number)

    def ended(self, within: float) -> tuple[int | None, float]:
        """Wait for its end. Return its exit status (`None`: it still runs) and the seconds."""
        assert self.process is not None
        began = time.monotonic()
        with contextlib.suppress(subprocess.TimeoutExpired):
            self.process.wait(within)
        return self.process.returncode, time.monotonic() - began

    def until(self, path: str, status: int, within: float = 60) -> None:
        """Wait until a path answers with a status. Raise `HostFailed`."""
        end, got = time.monotonic() + within, "no answer"
        while time.monotonic() < end:
            with contextlib.suppress(*ERRORS):
                got = str(get(self.address, path, timeout=5).status)
                if got == str(status):
                    return
            if self.process is not None and self.process.poll() is not None:
                got = f"it ended with status {self.process.returncode}"
                break
            time.sleep(0.05)
        raise HostFailed(f"{path} did not answer {status}: {got}. {self.log()[-700:].strip()}")

    def close(self) -> None:
        """Kill the process and its worker, both in a session of their own."""
        if self.process is not None:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait()


class Host(Protocol):
    """A host."""

    name: str
    asks_for_keys: bool
    starts_apps: bool
    """Whether it can start an app with other settings, stop and kill it."""
    logs_categories: bool
    seconds_to_start: float
    grace: float
    """Seconds that a running function gets when the host stops, or after a timeout."""

    def run(
        self, app: Path, settings: Mapping[str, str]
    ) -> contextlib.AbstractContextManager[Running]:
        """Run an app until the end of the block; it need not be ready yet."""


@dataclass(frozen=True)
class LocalHost:
    """`python -m local.host`."""

    name: str = "the local host"
    asks_for_keys: bool = True
    starts_apps: bool = True
    logs_categories: bool = True
    seconds_to_start: float = 2
    grace: float = 10

    @contextlib.contextmanager
    def run(self, app: Path, settings: Mapping[str, str]) -> Iterator[Running]:
        """Run an app until the end of the block."""
        keys = {"FUNCTION_KEY": "a-function-key", "MASTER_KEY": "a-master-key"}
        with _started(
            lambda port: [
                *(sys.executable, "-m", "local.host", "--app", str(app), "--port", str(port)),
                *("--state", str(app / ".state")),
            ],
            ROOT,
            {
                **settings,
                **{f"LOCAL_{name}": value for name, value in keys.items()},
                "LOCAL_GRACE_SECONDS": str(self.grace),
            },
        ) as running:
            running.keys = keys
            yield running


@dataclass(frozen=True)
class CoreTools:
    """`func start` of Azure Functions Core Tools, which asks for no keys."""

    program: Path
    name: str = "func start"
    asks_for_keys: bool = False
    starts_apps: bool = True
    logs_categories: bool = False
    seconds_to_start: float = 20
    grace: float = 10

    @contextlib.contextmanager
    def run(self, app: Path, settings: Mapping[str, str]) -> Iterator[Running]:
        """Run an app until the end of the block."""
        path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
        worker = {"FUNCTIONS_WORKER_RUNTIME": "python", "PATH": path}
        with _started(
            lambda port: [str(self.program), "start", "--port", str(port)],
            app,
            {**worker, "AzureWebJobsStorage": "", **settings},
        ) as running:
            yield running


@dataclass(frozen=True)
class AtUrl:
    """A host that runs the app already."""

    address: str
    function_key: str
    master_key: str
    name: str = "the host at the URL"
    starts_apps: bool = False
    logs_categories: bool = False
    seconds_to_start: float = 0
    grace: float = 10

    @property
    def asks_for_keys(self) -> bool:
        """Return whether both keys are known."""
        return bool(self.function_key and self.master_key)

    @contextlib.contextmanager
    def run(self, app: Path, settings: Mapping[str, str]) -> Iterator[Running]:  # noqa: ARG002  (it runs already)
        """Yield the host."""
        keys = {"FUNCTION_KEY": self.function_key, "MASTER_KEY": self.master_key}
        yield Running(self.address, keys)


def core_tools() -> CoreTools | None:
    """Return `func` on PATH; of npm's package its program, since its script passes no signals."""
    found = shutil.which("func")
    if found is None:
        return None
    program = Path(found).resolve()
    return CoreTools(program.parents[1] / "bin" / "func" if program.suffix == ".js" else program)


@contextlib.contextmanager
def _started(command: object, cwd: Path, settings: Mapping[str, str]) -> Iterator[Running]:
    assert callable(command)
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    output = Path(settings["CONFORMANCE_NOTES"]).with_name(f"output-{port}.txt")
    plain = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("LOCAL_", "CONFORMANCE_", "COVERAGE_PROCESS"))
    }
    with output.open("wb") as out:
        process = subprocess.Popen(
            command(port),
            cwd=cwd,
            env={**plain, **settings},
            stdin=subprocess.DEVNULL,
            stdout=out,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    running = Running(f"http://127.0.0.1:{port}", process=process, output=output)
    try:
        yield running
    finally:
        running.close()
