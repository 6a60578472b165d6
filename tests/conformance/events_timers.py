"""Timers that run, are missed, overlap, or belong to two hosts."""

import contextlib
import signal
import time
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

from tests.conformance.life import Life, at, minutely, sleep_until, start_by_hand
from tests.conformance.running import HostFailed, Running


@contextlib.contextmanager
def ready_before_due(life: Life) -> Iterator[tuple[Life, Running, datetime]]:
    """Run a host that is ready before its timer is due for the first time ever.

    After a slow start, it is another host, with an app and a storage of its own, and more time.
    """
    for factor in (1, 3, 6):
        schedule, due = minutely(factor * life.host.seconds_to_start)
        life.settings["CONFORMANCE_SCHEDULE"] = schedule
        with life.ready() as running:
            if datetime.now(UTC) < due:
                yield life, running, due
                return
        life = life.another()
    raise HostFailed("the host is not ready before its timer is due")


def first_run(life: Life, _setup: Mapping[str, Any]) -> Mapping[str, object]:
    """Wait for the first run ever, then stop the idle host."""
    with ready_before_due(life) as (used, running, due):
        [note] = used.wait_for("tick", 1)
        used.wait_for("tick done", 1)
        running.signal(signal.SIGTERM)
        status, seconds = running.ended(15)
        log = running.log()
    given = note["status"]
    return {
        "after due": (at(note) - due).total_seconds(),
        "past due": note["past_due"],
        "schedule": note["schedule"],
        "year of Last": int(given["Last"][:4]),
        "year of LastUpdated": int(given["LastUpdated"][:4]),
        "Next is the due instant": given["Next"][:19] == due.isoformat()[:19],
        "fired": "Executing 'Functions.tick' (Reason='Timer fired at " in log,
        "ready line": "Application started." in log,
        "stop": {"status": status, "seconds": seconds},
    }


def missed_run(life: Life, _setup: Mapping[str, Any]) -> Mapping[str, object]:
    """Stop the host cleanly before a run is due, and start it afterwards."""
    with ready_before_due(life) as (used, running, due):
        running.signal(signal.SIGINT)
        status, seconds = running.ended(15)
    sleep_until(due)
    with used.ready() as running:
        ready = datetime.now(UTC)
        [note] = used.wait_for("tick", 1)
        time.sleep(0.5)
        runs, log = len(used.notes("tick")), running.log()
    return {
        "past due": note["past_due"],
        "runs": runs,
        "after ready": (at(note) - ready).total_seconds(),
        "said": "UnscheduledInvocationReason: IsPastDue, OriginalSchedule: " in log,
        "stop": {"status": status, "seconds": seconds},
    }


def fast_timer(life: Life, _setup: Mapping[str, Any]) -> Mapping[str, object]:
    """Run a timer each second whose function lasts longer, and fails; start it by hand, too."""
    lasts, zone = 1.1, "Europe/Berlin"
    hour = datetime.now(ZoneInfo(zone)).hour
    with life.ready(
        TZ=zone,
        CONFORMANCE_SCHEDULE=f"* * {hour},{(hour + 1) % 24} * * *",  # another hour than in UTC
        CONFORMANCE_TICK_SECONDS=str(lasts),
        CONFORMANCE_TICK_FAILS="1",
    ) as running:
        first = life.wait_for("tick", 1)[0]
        answer = start_by_hand(running, "tick", {})
        second, third = life.wait_for("tick", 3)[1:3]
        log = running.log()
    beside = (at(second) - at(first)).total_seconds() < lasts / 2
    scheduled = third if beside else second
    return {
        "ran in the hour of TZ": True,
        "status": first["status"],
        "past due": [first["past_due"], scheduled["past_due"]],
        "after the end": (at(scheduled) - at(first)).total_seconds() - lasts,
        "by hand": answer.status,
        "beside": beside,
        "failed": "Executed 'Functions.tick' (Failed, Id=" in log,
    }


def two_hosts(life: Life, _setup: Mapping[str, Any]) -> Mapping[str, object]:
    """Run two hosts with one storage until a run is due."""
    schedule, due = minutely(2 * life.host.seconds_to_start)
    life.settings["CONFORMANCE_SCHEDULE"] = schedule
    with contextlib.ExitStack() as stack:
        for _ in range(2):
            stack.enter_context(life.ready())
        sleep_until(due)
        life.wait_for("tick", 1, 60)
        time.sleep(2)
        return {"runs": len(life.notes("tick"))}
