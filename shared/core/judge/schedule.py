"""When a check is owed, and when its absence is an alarm.

A day's check is due at `check_at`, local time: a time that a change to summer time skips moves forward, one that occurs
twice is its first (PEP 495, fold 0). The clock that calls us may fail; what is owed follows from the last good check.
"""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

from shared.core.model.memory import CheckRecord, LastChecks, Outcome
from shared.core.model.watchlist import Watchlist

STALE_AFTER = timedelta(hours=26)
CLOCKS_DIFFER = timedelta(minutes=10)
RETRIES = 6
"""How many ticks after a check that did not end well try again, before the next daily check does."""


def instant_on(day: date, watchlist: Watchlist) -> datetime:
    """Give the instant, in UTC, at which the check of a local day is due."""
    return datetime.combine(day, watchlist.check_at, watchlist.zone).astimezone(UTC)


def last_due(watchlist: Watchlist, now: datetime) -> datetime:
    """Give the latest due instant that is not after `now`."""
    today = now.astimezone(watchlist.zone).date()
    due = instant_on(today, watchlist)
    return due if due <= now else instant_on(today - timedelta(days=1), watchlist)


def is_check_due(last_checks: LastChecks, watchlist: Watchlist, now: datetime) -> bool:
    """Say whether a check is owed: no good one has started since the last due instant.

    One from the future counts for nothing: somebody's clock was ahead.
    """
    return (
        last_checks.last_success is None
        or not last_due(watchlist, now) <= last_checks.last_success <= now
    )


def is_inventory_due(last_checks: LastChecks, watchlist: Watchlist, now: datetime) -> bool:
    """Say whether a read of the whole tenant is owed: none was tried since the last due instant, or somebody asked for one."""
    tried = last_checks.inventory_attempt
    return watchlist.inventory is not None and (
        tried is None or not last_due(watchlist, now) <= tried <= now
    )


def is_retry_due(last_checks: LastChecks) -> bool:
    """Say whether this tick should try again what the last check could not do."""
    return last_checks.retries_left > 0


def is_tick_due(last_checks: LastChecks, watchlist: Watchlist, now: datetime) -> bool:
    """Say whether a tick has anything to do: a check, a read of the whole tenant, or another try."""
    return (
        is_check_due(last_checks, watchlist, now)
        or is_inventory_due(last_checks, watchlist, now)
        or is_retry_due(last_checks)
    )


def is_stale(last_checks: LastChecks, now: datetime) -> bool:
    """Say whether the last good check, or the first sign of life if there was none yet, is more than 26 hours old.

    One from the future, by more than clocks differ, proves nothing.
    """
    last = last_checks.last_success or last_checks.watching_since
    return last is not None and not -CLOCKS_DIFFER <= now - last <= STALE_AFTER


def last_checks_after(record: CheckRecord, before: LastChecks, *, retry: bool) -> LastChecks:
    """Give the pulse after a check: what is still to be retried, and since when things are well."""
    good = record.outcome in {Outcome.OK, Outcome.PARTIAL}
    retries = 0
    if record.outcome == Outcome.PARTIAL:
        retries = before.retries_left - 1 if retry else RETRIES
    elif record.outcome == Outcome.FAILED:
        retries = before.retries_left - 1 if retry else max(before.retries_left, RETRIES)
    return replace(
        before,
        watching_since=before.watching_since or record.started,
        last_success=record.started if good else before.last_success,
        last_attempt=record.started,
        outcome=record.outcome,
        error=record.error,
        retries_left=max(0, retries),
    )
