"""When a check is due, and when a missing check is an alarm.

The check of a day is due at `check_at`, local time. A time that is skipped by a change to summer
time moves forward; of a time that occurs twice, the first counts (PEP 495, fold 0). Whether a
check is due follows from the last successful one, so a missed timer delays it only.
"""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

from shared.core.model.check_record import CheckRecord, LastChecks, Outcome
from shared.core.model.watchlist import Watchlist

STALE_AFTER = timedelta(hours=26)
CLOCKS_DIFFER = timedelta(minutes=10)
FUNCTION_TIMEOUT = timedelta(minutes=30)
"""After which Azure stops a function, and all that runs beside it: functionTimeout of host.json."""
ENDS_WITHIN = timedelta(minutes=2)
"""How long a check goes on after its time limit: the last message, the record and the ping."""
RETRIES = 6
"""How many hourly runs retry a check that failed or was partial, before the next daily check."""


def instant_on(day: date, watchlist: Watchlist) -> datetime:
    """Return the instant, in UTC, at which the check of a local day is due."""
    return datetime.combine(day, watchlist.check_at, watchlist.zone).astimezone(UTC)


def last_due(watchlist: Watchlist, now: datetime) -> datetime:
    """Return the last instant, not after `now`, at which a check was due."""
    today = now.astimezone(watchlist.zone).date()
    due = instant_on(today, watchlist)
    return due if due <= now else instant_on(today - timedelta(days=1), watchlist)


def is_check_due(last_checks: LastChecks, watchlist: Watchlist, now: datetime) -> bool:
    """Return whether a check is due: none has succeeded since the last due instant.

    A success in the future does not count: it was written while the clock was ahead.
    """
    last = last_checks.last_success
    return last is None or not last_due(watchlist, now) <= last <= now


def is_inventory_due(last_checks: LastChecks, watchlist: Watchlist, now: datetime) -> bool:
    """Return whether to read the inventory: it was not tried since the last due instant."""
    if watchlist.inventory is None:
        return False
    tried = last_checks.inventory_attempt
    return tried is None or not last_due(watchlist, now) <= tried <= now


def is_retry_due(last_checks: LastChecks) -> bool:
    """Return whether this hourly run should retry what the last check could not do."""
    return last_checks.retries_left > 0


def is_stale(last_checks: LastChecks, now: datetime) -> bool:
    """Return whether the last success, or the first sign of life, is over 26 hours old.

    An instant further in the future than clocks differ proves nothing.
    """
    # A program that never ran is stale, too: `health` or the first tick saves the sign of life.
    last = last_checks.last_success or last_checks.watching_since
    return last is not None and not -CLOCKS_DIFFER <= now - last <= STALE_AFTER


def last_checks_after(record: CheckRecord, before: LastChecks, *, retry: bool) -> LastChecks:
    """Return the row about the last checks after one more check; `retry`: it was a retry."""
    success = record.outcome in {Outcome.OK, Outcome.PARTIAL}
    retries = 0
    if record.outcome == Outcome.PARTIAL:
        retries = before.retries_left - 1 if retry else RETRIES
    elif record.outcome == Outcome.FAILED:
        retries = before.retries_left - 1 if retry else max(before.retries_left, RETRIES)
    return replace(
        before,
        watching_since=before.watching_since or record.started,
        last_success=record.started if success else before.last_success,
        last_attempt=record.started,
        outcome=record.outcome,
        error=record.error,
        retries_left=max(0, retries),
    )
