"""Timers over time: due, late, failing, retried, and missed while the host was down."""

import json
import re
import threading
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import requests

from local.functions_host.errors import InvocationFailed
from local.functions_host.functions import Function
from local.functions_host.rpc import RpcRetryOptions
from local.functions_host.timer_listener import delay
from local.functions_host.timer_triggers import Timers
from tests.functions_host.host_process import hosted
from tests.functions_host.timer_world import START, World, at


def test_it_runs_when_it_is_due() -> None:
    world = World(until=at(10, 1))
    world.timer("0 0 7,10 * * *").follow()
    assert world.runs == [(at(7), False, 0), (at(10), False, 0)]


def test_a_failed_run_does_not_stop_the_schedule() -> None:
    world = World(until=at(9, 1))
    world.fails = 2
    world.timer("0 0 * * * *").follow()
    assert [when for when, _, _ in world.runs] == [at(7), at(8), at(9)]


def test_long_run_is_followed_by_one_run() -> None:
    world = World(until=at(10, 1))
    world.takes = timedelta(minutes=150)
    world.timer("0 0 * * * *").follow()
    assert [when for when, _, _ in world.runs] == [at(7), at(9, 30)]


def test_administrators_run_goes_beside_a_scheduled_one() -> None:
    both = threading.Barrier(2, timeout=10)  # each run waits for the other
    world = World(START)
    timer = world.timer("0 0 7 * * *", run=lambda *_: both.wait(), runOnStartup=True)
    beside = threading.Thread(target=timer.fire)
    beside.start()
    timer.follow()
    beside.join()
    assert not both.broken


def test_a_failed_run_is_tried_again_as_its_policy_says() -> None:
    world = World(until=at(23))
    world.fails = 2
    world.timer("0 0 7 * * *", RpcRetryOptions(3, "fixed_delay", timedelta(minutes=5))).fire()
    assert world.runs == [(at(6, 30), False, 0), (at(6, 35), False, 1), (at(6, 40), False, 2)]


def test_the_last_try_is_the_last() -> None:
    world = World(until=at(23))
    world.fails = 9
    with pytest.raises(InvocationFailed, match="Graph is down"):
        world.timer("0 0 7 * * *", RpcRetryOptions(3, "fixed_delay", timedelta(minutes=5))).fire()
    assert [retry for _, _, retry in world.runs] == [0, 1, 2, 3]


def test_a_host_that_stops_does_not_wait_for_a_retry() -> None:
    world = World(until=at(6, 32))
    world.fails = 9
    with pytest.raises(InvocationFailed):
        world.timer("0 0 7 * * *", RpcRetryOptions(-1, "fixed_delay", timedelta(minutes=5))).fire()
    assert len(world.runs) == 1


def test_waits_double_from_the_least_to_the_most() -> None:
    policy = RpcRetryOptions(
        -1, "exponential_backoff", None, timedelta(seconds=4), timedelta(minutes=1)
    )
    assert [delay(policy, retry).total_seconds() for retry in (1, 2, 3, 4, 5, 999)] == [
        4,
        8,
        16,
        32,
        60,
        60,
    ]


def test_any_number_of_missed_runs_is_one_late_run(tmp_path: Path) -> None:
    World(until=START, state=tmp_path).timer("0 0 * * * *").follow()
    later = World(until=at(10, 1, day=25), state=tmp_path)
    later.now = at(8, 15, day=25)
    later.timer("0 0 * * * *").follow()
    assert later.runs == [
        (at(8, 15, day=25), True, 0),
        (at(9, day=25), False, 0),
        (at(10, day=25), False, 0),
    ]
    assert later.values[1]["ScheduleStatus"] == {
        "Last": "2026-11-25T08:15:00+00:00",
        "Next": "2026-11-25T09:00:00+00:00",
        "LastUpdated": "2026-11-25T08:15:00+00:00",
    }


def test_host_that_was_up_has_missed_no_run(tmp_path: Path) -> None:
    World(until=at(7, 1), state=tmp_path).timer("0 0 * * * *").follow()
    later = World(until=at(8, 1), state=tmp_path)
    later.now = at(7, 30)
    later.timer("0 0 * * * *").follow()
    assert later.runs == [(at(8), False, 0)]
    assert later.values[0]["ScheduleStatus"] == {
        "Last": "2026-11-22T07:00:00+00:00",
        "Next": "2026-11-22T08:00:00+00:00",
        "LastUpdated": "2026-11-22T07:00:00+00:00",
    }


def test_first_run_sees_a_status_that_was_never_updated(tmp_path: Path) -> None:
    """The stored one is updated when the timer starts; an administrator's run sees that one."""
    world = World(until=at(7, 1), state=tmp_path)
    timer = world.timer("0 0 7 * * *")
    World(until=START, state=tmp_path).timer("0 0 7 * * *").follow()
    first = {"Last": "0001-01-01T00:00:00+00:00", "Next": "2026-11-22T07:00:00+00:00"}
    assert world.kept() == {**first, "LastUpdated": "2026-11-22T06:30:00+00:00"}
    (tmp_path / "tick.json").unlink()
    timer.follow()
    assert world.values[0]["ScheduleStatus"] == {
        **first,
        "LastUpdated": "0001-01-01T00:00:00+00:00",
    }


def test_runs_and_status_are_in_local_time(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("TZ", "Europe/Berlin")
    world = World(until=at(7, 1), state=tmp_path)
    world.timer("0 0 8 * * *").follow()
    assert world.runs == [(at(7), False, 0)]
    assert world.kept()["Next"] == "2026-11-23T08:00:00+01:00"


def test_a_function_with_a_bad_schedule_is_reported_and_left_out() -> None:
    off: list[str] = []
    tick = {"type": "timerTrigger", "name": "timer"}
    functions = {
        "good": Function("good", "1", {**tick, "schedule": "0 0 7 * * *"}),
        "bad": Function("bad", "2", {**tick, "schedule": "0 60 * * * *"}),
        "unset": Function("unset", "3", {**tick, "schedule": "%NOWHERE%"}),
    }
    timers = Timers(functions, World(START).run, None, lambda _, reason: off.append(reason))
    assert timers["good"].schedule.text == "0 0 7 * * *"
    for name in ("bad", "unset"):
        with pytest.raises(KeyError):
            timers[name]
    assert off == [
        (
            "Microsoft.Azure.WebJobs.Host: Error indexing method 'Functions.bad'. The schedule "
            "expression '0 60 * * * *' was not recognized as a valid cron expression or timespan "
            'string: a schedule with the minute "60"; expected 0 to 59; also lists, ranges, steps '
            "and *"
        ),
        (
            "Microsoft.Azure.WebJobs.Host: Error indexing method 'Functions.unset'. '%NOWHERE%' "
            "does not resolve to a value. Set NOWHERE in the environment or in local.settings.json."
        ),
    ]


def test_a_schedule_that_was_changed_has_missed_none(tmp_path: Path) -> None:
    World(until=START, state=tmp_path).timer("0 0 7 * * *").follow()
    later = World(until=at(13), state=tmp_path)
    later.now = at(12)
    later.timer("0 0 6 * * *").follow()
    assert later.runs == []
    assert later.kept()["Next"] == "2026-11-23T06:00:00+00:00"


def test_a_late_run_that_fails_is_not_late_again(tmp_path: Path) -> None:
    World(until=START, state=tmp_path).timer("0 0 7 * * *").follow()
    for fails, runs in ((1, 1), (0, 0)):
        later = World(until=at(13), state=tmp_path)
        later.now, later.fails = at(12), fails
        later.timer("0 0 7 * * *").follow()
        assert len(later.runs) == runs


@pytest.mark.parametrize("content", ["", "{}", "[]", '{"Last": 1, "Next": 2, "LastUpdated": 3}'])
def test_a_state_that_cannot_be_read_is_a_new_start(tmp_path: Path, content: str) -> None:
    (tmp_path / "tick.json").write_text(content)
    world = World(until=at(7, 1), state=tmp_path)
    world.timer("0 0 7 * * *").follow()
    assert world.runs == [(at(7), False, 0)]


def test_a_state_that_cannot_be_written_does_not_stop_the_schedule(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    world = World(until=at(7, 1), state=tmp_path / "file" / "state")
    world.timer("0 0 7 * * *").follow()
    assert len(world.runs) == 1


@pytest.mark.parametrize(
    ("schedule", "monitor"), [("0 0 * * * *", False), ("*/30 * * * * *", True)]
)
def test_without_a_monitor_nothing_is_kept(tmp_path: Path, schedule: str, monitor: object) -> None:
    world = World(until=at(7, 1), state=tmp_path)
    world.now = at(6, 59) + timedelta(seconds=1)
    world.timer(schedule, useMonitor=monitor).follow()
    assert world.runs
    assert world.values[0]["ScheduleStatus"] is None
    assert not (tmp_path / "tick.json").exists()


def test_one_that_runs_on_startup_does_so_once() -> None:
    world = World(until=at(7, 1))
    world.timer("0 0 7 * * *", runOnStartup=True).follow()
    assert [when for when, _, _ in world.runs] == [START, at(7)]


def test_the_real_host_makes_up_for_what_it_missed(tmp_path: Path) -> None:
    last = datetime.now(UTC) - timedelta(days=3)
    due = last.replace(hour=7, minute=0, second=0, microsecond=0) + timedelta(
        days=1 if last.hour >= 7 else 0
    )
    state = tmp_path / "state"
    state.mkdir()
    (state / "tick.json").write_text(
        json.dumps(
            {"Last": last.isoformat(), "Next": due.isoformat(), "LastUpdated": last.isoformat()}
        )
    )
    with hosted(tmp_path, "--state", str(state), SAMPLE_FAILURES="1") as host:
        host.until("Host.Function.Console: tick: past due True, retry 0")
        host.until("Host.Function.Console: tick: past due True, retry 1")
        assert requests.get(f"{host.url}/runs", timeout=20).status_code == 200
    kept = json.loads((state / "tick.json").read_text())
    assert datetime.fromisoformat(kept["Last"]) > due
    assert "INFO    Function.tick.User: the tick runs" in host.log()
    assert "tick failed, try 1: RuntimeError: Graph is down" in host.log()


def test_the_real_host_keeps_the_schedule_of_a_timer_that_fails(tmp_path: Path) -> None:
    with hosted(tmp_path, SAMPLE_SCHEDULE="* * * * * *", SAMPLE_FAILURES="9") as host:
        log = host.until("tick: past due False, retry 2", times=2)
    retries = re.findall(r"tick: past due False, retry (\d)", log)
    assert retries[:6] == ["0", "1", "2", "0", "1", "2"]
