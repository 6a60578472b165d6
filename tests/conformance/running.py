"""A host that runs the app: where it listens, its process, and what it prints."""

import contextlib
import os
import signal
import socket
import subprocess
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

from tests.conformance.raw_http import ERRORS, get

type Settings = Mapping[str, str]
type Command = Callable[[int], list[str]]
"""The command for a port."""


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
        host = urlsplit(self.address).netloc
        return {**none, **self.keys, "HOST": host, "PORT": host.rpartition(":")[2]}

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
                code = get(self.address, path, timeout=5).status
                got = str(code)
                if code == status:
                    return
            if self.process is not None and self.process.poll() is not None:
                got = f"it ended with status {self.process.returncode}"
                break
            time.sleep(0.05)
        said = " / ".join(self.log().strip().splitlines()[-2:])
        raise HostFailed(f"{path} did not answer {status}, but {got}; the log ends with: {said}")

    def close(self) -> None:
        """Kill the process and its worker, both in a session of their own."""
        if self.process is not None:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait()


@contextlib.contextmanager
def started(command: Command, cwd: Path, settings: Settings) -> Iterator[Running]:
    """Run a command on a free port until the end of the block."""
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
