"""Timers over time: due, late, failing, retried, and missed while the host was down."""

import json
import re
import threading
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import requests

from local.functions_host.errors import InvocationFailed
from local.functions_host.rpc import RpcRetryOptions, TypedData
from local.functions_host.timer_triggers import Timer, delay
from local.functions_host.worker import Function
from tests.functions_host.host_process import hosted

START = datetime(2026, 11, 22, 6, 30, tzinfo=UTC)


class World:
    """A clock that moves with each wait, and functions with a set duration and failures."""

    def __init__(self, until: datetime, state: Path | None = None) -> None:
        self.now = START
        self.until = until
        self.state = state
        self.takes = timedelta()
        self.fails = 0
        self.runs: list[tuple[datetime, bool, int]] = []
        self.values: list[dict[str, object]] = []

    def wait(self, seconds: float) -> bool:
        self.now += timedelta(seconds=seconds)
        return self.now >= self.until

    def run(self, _function: Function, value: TypedData, retry: int, _retries: int) -> None:
        self.values.append(json.loads(value.json or ""))
        self.runs.append((self.now, bool(self.values[-1]["IsPastDue"]), retry))
        self.now += self.takes
        if self.fails:
            self.fails -= 1
            raise InvocationFailed("RuntimeError: Graph is down")

    def timer(
        self, schedule: str, retry: RpcRetryOptions | None = None, /, **binding: object
    ) -> Timer:
        function = Function(
            "tick",
            "1",
            {"type": "timerTrigger", "name": "timer", "schedule": schedule, **binding},
            retry,
        )
        return Timer(function, self.run, self.wait, lambda: self.now, self.state)

    def kept(self) -> dict[str, str]:
        assert self.state
        kept: dict[str, str] = json.loads((self.state / "tick.json").read_text())
        return kept


def at(hour: int, minute: int = 0, *, day: int = 22) -> datetime:
    return datetime(2026, 11, day, hour, minute, tzinfo=UTC)


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


def test_two_runs_never_overlap() -> None:
    second = threading.Event()
    overlapped: list[bool] = []

    def run(*_: object) -> None:
        if overlapped:
            second.set()
        else:
            overlapped.append(False)
            other.start()
            overlapped[0] = second.wait(
                0.3
            )  # time enough for a run that does not wait for this one

    function = Function(
        "tick", "1", {"type": "timerTrigger", "name": "timer", "schedule": "0 0 7 * * *"}
    )
    timer = Timer(function, run, World(START).wait, lambda: START, None)
    other = threading.Thread(target=timer.fire)
    timer.fire()
    other.join()
    assert overlapped == [False]
    assert second.is_set()


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
    ("schedule", "monitor"),
    [("0 0 * * * *", {"useMonitor": False}), ("*/30 * * * * *", {"useMonitor": True})],
)
def test_without_a_monitor_nothing_is_kept(
    tmp_path: Path, schedule: str, monitor: dict[str, bool]
) -> None:
    world = World(until=at(7, 1), state=tmp_path)
    world.timer(schedule, **monitor).follow()
    assert world.runs
    assert world.values[0]["ScheduleStatus"] is None
    assert list(tmp_path.iterdir()) == []


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
