"""The lease of a timer: one host of several runs it, and a run that was cut is repeated."""

import logging
from datetime import datetime, timedelta
from pathlib import Path
from queue import Queue

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
    """The clock stands still between two renewals, so a slow machine changes nothing."""
    now, asked = at(7), Queue[datetime]()

    def clock() -> datetime:
        asked.put(now)
        return now

    seconds = 0.02
    mine = Lease(tmp_path, "tick", seconds, clock)
    other = Lease(tmp_path, "tick", seconds, lambda: now)
    assert mine.take()
    with mine.kept():
        for _ in range(4):
            now += timedelta(seconds=seconds * 0.75)
            asked_at_the_new_time = 0
            while asked_at_the_new_time < 2:  # the first renewal is over when the second begins
                asked_at_the_new_time += asked.get(timeout=20) == now
            assert not other.take()
    assert other.take()
