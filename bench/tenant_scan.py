"""Reading and judging a tenant costs little more than a bare loop, and memory stays flat.

Three ways count the apps of the same pages and their credentials that expire in a window, and must
agree: ours (adapter and filter, as in a check), a bare loop of requests and msgspec, and, for a
small tenant, the SDK's own models. Each run is a process of its own, so that no way warms up for
another and the peak of memory is its own.
"""

import json
import statistics
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack
from pathlib import Path

from bench.pages import PAGE, serving
from bench.results import Bound, Line
from bench.scan_run import Run

SIZES = (1_000, 10_000, 100_000)
MIN_SIZE, MIDDLE_SIZE, MAX_SIZE = SIZES
DELAYS = (0, 50)
"""Milliseconds that the server waits before each answer."""
RUNS = 3
MAX_SLOWDOWN = 1.5
MAX_PART_OF_SDK = 0.5
MAX_MEGABYTES = 96
MAX_GROWTH = 1.15
"""Peak of memory with the largest tenant, as a multiple of that with a tenth of it."""


def measure() -> tuple[list[Bound], list[Line]]:
    """Read the same pages in each way by turns. Return the bounds of the medians, and all lines."""
    lines: list[Line] = []
    bounds: list[Bound] = []
    peaks: dict[int, float] = {}
    with ExitStack() as servers:
        for apps in SIZES:
            for delay in DELAYS:
                root = servers.enter_context(serving(apps, delay))
                runs = _runs(root, apps, delay)
                medians = {way: _median([each[way] for each in runs]) for way in runs[0]}
                lines += [_line(way, apps, delay, run) for way, run in medians.items()]
                if not delay:
                    peaks[apps] = max(each["ours"].megabytes for each in runs)
                    bounds += _time_bounds(apps, medians)
    return [*bounds, *_memory_bounds(peaks)], lines


def _runs(root: str, apps: int, delay: int) -> list[dict[str, Run]]:
    ways = ("ours", "bare", "sdk") if apps == MIN_SIZE and not delay else ("ours", "bare")
    runs = [{way: _run(way, root) for way in ways} for _ in range(1 if delay else RUNS)]
    found = {(run.apps, run.expiring) for each in runs for run in each.values()}
    assert len(found) == 1, f"the ways disagree: {found}"
    assert {each["ours"].requests for each in runs} == {-(-apps // PAGE)}
    return runs


def _run(way: str, root: str) -> Run:
    command = [sys.executable, "-m", f"bench.scan_{way}", root]
    done = subprocess.run(command, capture_output=True, check=True, cwd=Path(__file__).parents[1])  # noqa: S603  (ourselves)
    return Run(**json.loads(done.stdout))


def _median(runs: Sequence[Run]) -> Run:
    middle = (statistics.median(values) for values in zip(*runs, strict=True))
    return Run(*middle)


def _line(way: str, apps: int, delay: int, run: Run) -> Line:
    return Line(way, apps, delay, run.seconds, run.cpu, run.megabytes, run.requests)


def _time_bounds(apps: int, medians: Mapping[str, Run]) -> Iterator[Bound]:
    ours, bare = medians["ours"], medians["bare"]
    if apps == MAX_SIZE:
        yield Bound(
            f"{apps:,} apps read and judged, beside a bare loop",
            f"{ours.seconds:.2f} s",
            f"{bare.seconds:.2f} s",
            ours.seconds / bare.seconds,
            MAX_SLOWDOWN,
            "scan",
        )
    if "sdk" in medians:
        sdk = medians["sdk"]
        yield Bound(
            f"{apps:,} apps, beside the SDK's models",
            f"{ours.cpu:.2f} s",
            f"{sdk.cpu:.2f} s",
            ours.cpu / sdk.cpu,
            MAX_PART_OF_SDK,
        )


def _memory_bounds(peaks: Mapping[int, float]) -> Iterator[Bound]:
    largest, middle = peaks[MAX_SIZE], peaks[MIDDLE_SIZE]
    yield Bound(
        f"peak of memory, {MAX_SIZE:,} apps",
        f"{largest:.0f} MB",
        f"{MAX_MEGABYTES} MB",
        largest / MAX_MEGABYTES,
    )
    yield Bound(
        f"the same, beside {MIDDLE_SIZE:,} apps",
        f"{largest:.0f} MB",
        f"{middle:.0f} MB",
        largest / middle,
        MAX_GROWTH,
    )
