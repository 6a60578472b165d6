"""One measured run of one way to read a tenant, in a process of its own, and its result as JSON.

Times are from the first request to the last value. What an empty tenant takes (imports,
certificates of authorities) is subtracted.
"""

import json
import sys
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import NamedTuple

NOW = datetime(2026, 1, 20, 14, 0, tzinfo=UTC)
"""At this time one credential in twenty is in the window: more than in a well-kept tenant."""
SINCE, UNTIL = NOW - timedelta(days=90), NOW + timedelta(days=30)
TOKEN = "the-token"  # noqa: S105  (the server asks for none)


class Count(NamedTuple):
    """What a way found in a tenant."""

    apps: int
    expiring: int
    """Credentials that expire from `SINCE` to `UNTIL`."""
    requests: int


class Run(NamedTuple):
    """What one process measured."""

    seconds: float
    """Elapsed, without those for an empty tenant."""
    cpu: float
    """Seconds of processor time, without those for an empty tenant."""
    megabytes: float
    """Peak of resident memory, imports included."""
    apps: int
    expiring: int
    requests: int


type Way = Callable[[str], Count]
"""Reads the tenant below a root of Graph."""


def main(way: Way) -> None:
    """Measure a way with the root in the first argument, and print the run."""
    root = sys.argv[1]
    way(f"{root}/first")  # imports
    marks = [(time.perf_counter(), time.process_time())]
    way(f"{root}/first")
    marks.append((time.perf_counter(), time.process_time()))
    count = way(root)
    marks.append((time.perf_counter(), time.process_time()))
    seconds, cpu = ((marks[2][n] - marks[1][n]) - (marks[1][n] - marks[0][n]) for n in (0, 1))
    sys.stdout.write(json.dumps(Run(seconds, cpu, _peak_megabytes(), *count)._asdict()))


def _peak_megabytes() -> float:
    # getrusage would include the process that started this one
    status = Path("/proc/self/status").read_text(encoding="ascii")
    return int(status.partition("VmHWM:")[2].split()[0]) / 1024
