"""Runs the program again and again, each time in a process of its own that may be killed: `python -m tests.support.lives`.

A process that has imported the program waits for a line, forks, and the child is the program: wired by the composition
root from the environment of that line, with a clock and a partition of the ledger that the line gives. Python takes more
than a second to import the program, and a fork a few milliseconds; that is all that this is for.

    in    {"environment": {...}, "now": "2026-...", "partition": "...", "act": ["tick"] | ["confirm", SERVICE, KEY-ID]}
    out   {"pid": 123}, then {"signal": 0, "outcome": "ok", "error": "", "told": 2, "seconds": 0.3}
"""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Self

from shared import people
from shared.adapters.tables import TablesLedger
from shared.bootstrap import ROOT, watching
from shared.core.decide import Refused
from shared.core.memory import Person
from shared.core.results import CheckResult
from shared.ports import PortError
from shared.settings import load
from shared.watch import Watch

DANA = Person("00000000-0000-4000-8000-00000000000d", "Dana Example")


@dataclass(frozen=True)
class Lived:
    """How one life ended."""

    signal: int
    outcome: str = ""
    """That of the check; `refused`, or `error` for a port's error; empty if it was killed."""
    error: str = ""
    told: int = 0
    """Messages delivered."""
    seconds: float = 0.0


@dataclass
class Lives:
    """The process that forks, as a context manager."""

    environment: Mapping[str, str] = field(default_factory=dict)
    pid: int = 0
    """Of the life that lasts just now, or was the last."""

    def __enter__(self) -> Self:
        """Start it."""
        command = [sys.executable, "-m", "tests.support.lives"]
        # not measured: it lives hundreds of times through what other tests cover, and measuring takes as long as living
        plain = {name: value for name, value in os.environ.items() if not name.startswith("COVERAGE_PROCESS")}
        pipe = subprocess.PIPE
        self._process = subprocess.Popen(command, cwd=ROOT, env=plain, stdin=pipe, stdout=pipe, text=True, bufsize=1)
        return self

    def __exit__(self, *_: object) -> None:
        """End it: it ends with its input."""
        assert self._process.stdin
        assert self._process.stdout
        self._process.stdin.close()
        self._process.wait(timeout=30)
        self._process.stdout.close()

    def live(self, *act: str, now: datetime, partition: str, **environment: str) -> Lived:
        """Let the program live once, and wait for its end."""
        assert self._process.stdin
        order = {"environment": {**self.environment, **environment}, "now": now.isoformat(), "partition": partition, "act": act}
        self._process.stdin.write(json.dumps(order) + "\n")
        self.pid = self._answer()["pid"]
        return Lived(**self._answer())

    def kill(self) -> None:
        """End the life that lasts just now, without a word."""
        os.kill(self.pid, signal.SIGKILL)

    def _answer(self) -> Any:  # noqa: ANN401  (a document)
        assert self._process.stdout
        return json.loads(self._process.stdout.readline())


def main() -> None:
    """Read orders until there are no more."""
    for line in sys.stdin:
        order = json.loads(line)
        reading, writing = os.pipe()
        started = time.monotonic()
        pid = os.fork()
        if not pid:
            _live(order, writing)
        os.close(writing)
        print(json.dumps({"pid": pid}), flush=True)  # noqa: T201  (the answer)
        with os.fdopen(reading) as said:
            result = said.read()
        _, status = os.waitpid(pid, 0)
        ended: dict[str, Any] = {"signal": os.WTERMSIG(status) if os.WIFSIGNALED(status) else 0}
        ended |= json.loads(result) if result and not ended["signal"] else {}
        print(json.dumps(ended | {"seconds": time.monotonic() - started}), flush=True)  # noqa: T201


def _live(order: Mapping[str, Any], writing: int) -> None:
    """Be the program, once; never comes back."""
    for stream in (sys.stdin, sys.stdout):
        with suppress(OSError):
            os.close(stream.fileno())
    os.environ.update(order["environment"])
    status = 1
    try:
        result = _lived(order["act"], datetime.fromisoformat(order["now"]), order["partition"])
        os.write(writing, json.dumps(result).encode())
        status = 0
    finally:
        os._exit(status)


def _lived(act: Sequence[str], now: datetime, partition: str) -> dict[str, Any]:
    born = time.monotonic()

    def clock() -> datetime:
        return now + timedelta(seconds=time.monotonic() - born)

    configured = load(os.environ, Path(ROOT))
    with watching(configured) as wired, TablesLedger(configured.tables.value.reveal(), clock, partition=partition) as ledger:
        try:
            tenant = replace(wired.tenant, ledger=ledger.tenant, clock=clock) if wired.tenant is not None else None
            result = _acted(replace(wired, ledger=ledger, clock=clock, tenant=tenant), act)
        except Refused as error:
            return {"outcome": "refused", "error": str(error)}
        except PortError as error:
            return {"outcome": "error", "error": str(error)}
    told = sum(delivery.delivered for delivery in result.told)
    return {"outcome": result.outcome, "error": result.error, "told": told}


def _acted(watch: Watch, act: Sequence[str]) -> CheckResult:
    match act:
        case ["tick"]:
            return watch.tick()
        case ["check"]:
            return watch.check()
        case ["confirm", service, key_id]:
            return people.confirm(watch, service, key_id, by=DANA).check
    raise ValueError(act)


if __name__ == "__main__":
    main()
