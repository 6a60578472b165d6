"""The lease of a timer: one host of several runs it, and a run that was cut is repeated."""

import logging
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from local.functions_host.errors import Interrupted
from local.functions_host.timer_lease import Lease
from tests.functions_host.timer_world import World, at


def test_a_run_that_was_cut_is_repeated_when_the_lease_has_run_out(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """After a clean stop, at once; as after `kill -9`, the lease of a cut run stays."""
    caplog.set_level(logging.INFO)

    def cut(*_: object) -> None:
        raise Interrupted("the host stops")

    World(until=at(7, 1), state=tmp_path).timer("0 0 * * * *", run=cut).follow()
    again = World(until=at(8, 1), state=tmp_path)
    again.now = at(7) + timedelta(seconds=1)
    again.timer("0 0 * * * *").follow()
    assert again.runs == [(at(7, 1) + timedelta(seconds=1), True, 0), (at(8), False, 0)]
    assert "another host on this folder runs tick; this one tries again in 60 s" in caplog.text
    assert (
        "Trigger Details: UnscheduledInvocationReason: IsPastDue, "
        "OriginalSchedule: 2026-11-22T07:00:00+00:00" in caplog.text
    )


def test_one_of_two_hosts_on_a_folder_runs_the_timer(tmp_path: Path) -> None:
    first, second = World(at(7, 1), tmp_path), World(at(8, 1), tmp_path)
    other = second.timer("0 0 * * * *")

    def run(*_: object) -> None:
        second.now, second.until = first.now, at(7, 1)
        other.follow()  # without the lease, it waits until it stops
        assert second.runs == []

    first.timer("0 0 * * * *", run=run).follow()
    second.until = at(8, 1)
    other.follow()  # a clean stop has released the lease
    assert second.runs == [(at(8), False, 0)]


def test_lease_is_renewed_while_a_host_lives(tmp_path: Path) -> None:
    def now() -> datetime:
        return datetime.now(UTC)

    mine, other = Lease(tmp_path, "tick", 0.3, now), Lease(tmp_path, "tick", 0.3, now)
    assert mine.take()
    with mine.kept():
        until = time.monotonic() + 0.5
        while time.monotonic() < until:
            assert not other.take()
    assert other.take()
