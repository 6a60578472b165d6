"""When a check is due: in local time, across clock changes, whatever the timer does."""

from dataclasses import replace
from datetime import UTC, datetime, time, timedelta

import pytest

from local.simulation.build import at, watchlist
from shared.core.judge.schedule import (
    RETRIES,
    is_check_due,
    is_retry_due,
    is_stale,
    last_checks_after,
    last_due,
)
from shared.core.model.check_record import CheckRecord, LastChecks, Outcome, Read


@pytest.mark.parametrize(
    ("check_at", "now", "due"),
    [
        pytest.param(
            "08:00", "2026-11-22T14:00Z", "2026-11-22T14:00Z", id="due at this very instant"
        ),
        pytest.param(
            "08:00",
            "2026-11-22T13:59Z",
            "2026-11-21T14:00Z",
            id="a minute early it is still yesterday's",
        ),
        pytest.param(
            "23:30",
            "2026-11-23T05:29Z",
            "2026-11-22T05:30Z",
            id="late in the evening, the day before",
        ),
        pytest.param(
            "23:30", "2026-11-23T05:30Z", "2026-11-23T05:30Z", id="late in the evening, now"
        ),
        pytest.param("00:00", "2026-11-22T06:00Z", "2026-11-22T06:00Z", id="at midnight"),
        pytest.param(
            "02:30", "2027-03-14T08:29Z", "2027-03-13T08:30Z", id="before a time that is skipped"
        ),
        pytest.param(
            "02:30",
            "2027-03-14T08:30Z",
            "2027-03-14T08:30Z",
            id="a skipped time moves forward, to 03:30",
        ),
        pytest.param(
            "01:30",
            "2026-11-01T06:30Z",
            "2026-11-01T06:30Z",
            id="a time that occurs twice is its first",
        ),
        pytest.param("01:30", "2026-11-01T07:30Z", "2026-11-01T06:30Z", id="and not its second"),
        pytest.param(
            "08:00",
            "2026-11-01T14:05Z",
            "2026-11-01T14:00Z",
            id="an hour later in UTC once summer time ends",
        ),
        pytest.param(
            "08:00", "2027-03-14T13:05Z", "2027-03-14T13:00Z", id="an hour earlier once it begins"
        ),
    ],
)
def test_last_due_instant_is_in_local_time(check_at: str, now: str, due: str) -> None:
    watched = watchlist(check_at=time.fromisoformat(check_at))
    assert last_due(watched, at(now)) == at(due)


def test_a_check_is_due_until_one_succeeds() -> None:
    watched, now = watchlist(), at("2026-11-22T15:05Z")
    assert is_check_due(LastChecks(), watched, now)
    assert is_check_due(LastChecks(last_success=at("2026-11-22T13:59Z")), watched, now)
    assert not is_check_due(LastChecks(last_success=at("2026-11-22T14:00Z")), watched, now)


def test_any_number_of_missed_days_makes_one_check_due() -> None:
    watched, now = watchlist(), at("2026-11-22T15:05Z")
    late = LastChecks(last_success=now - timedelta(days=25))
    assert is_check_due(late, watched, now)
    assert not is_check_due(
        last_checks_after(record(now, Outcome.OK), late, retry=False),
        watched,
        now + timedelta(hours=1),
    )


def test_stale_means_more_than_26_hours_since_the_last_success() -> None:
    last = at("2026-11-22T14:00Z")
    assert not is_stale(LastChecks(last_success=last), last + timedelta(hours=26))
    assert is_stale(LastChecks(last_success=last), last + timedelta(hours=26, seconds=1))
    assert is_stale(LastChecks(watching_since=last), last + timedelta(hours=27))
    assert not is_stale(LastChecks(), last)


def test_a_partial_check_is_retried_in_six_hourly_runs() -> None:
    now = at("2026-11-22T14:00Z")
    last_checks = last_checks_after(record(now, Outcome.PARTIAL), LastChecks(), retry=False)
    tries = 0
    while is_retry_due(last_checks):
        tries += 1
        last_checks = last_checks_after(record(now, Outcome.PARTIAL), last_checks, retry=True)
    assert tries == RETRIES == 6
    assert not is_retry_due(
        last_checks_after(record(now, Outcome.OK), replace(last_checks, retries_left=3), retry=True)
    )


def test_a_failed_check_is_not_a_success_and_keeps_its_error() -> None:
    before = LastChecks(last_success=at("2026-11-21T14:00Z"))
    after = last_checks_after(record(at("2026-11-22T14:00Z"), Outcome.FAILED), before, retry=False)
    assert after.last_success == before.last_success
    assert (after.last_attempt, after.outcome, after.error) == (
        at("2026-11-22T14:00Z"),
        Outcome.FAILED,
        "Graph is down.",
    )


def record(started: datetime, outcome: Outcome) -> CheckRecord:
    return CheckRecord(
        started.astimezone(UTC),
        outcome,
        "" if outcome == Outcome.OK else "Graph is down.",
        Read(),
        0,
    )
