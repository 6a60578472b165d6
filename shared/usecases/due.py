"""What a tick has to do: a check, or a retry of what the last one could not do.

Each decision is followed by its own check. If that one was not recorded (the request was cut off,
or the ledger failed), the tick runs it, so that everyone is notified.

A message of the queue asks for a check; many may ask for the same one. A check that began after
a message was sent has answered it: else duplicates would use up the hourly retries at once.
"""

from datetime import datetime, timedelta
from typing import NamedTuple

from shared.core.judge.schedule import is_check_due, is_inventory_due, is_retry_due
from shared.core.model.check_record import LastChecks
from shared.core.model.watchlist import Watchlist
from shared.ports.ledger import Ledger

CLOCK_DIFFERENCE = timedelta(seconds=2)
"""Between the queue's clock, which counts whole seconds, and ours."""


class Due(NamedTuple):
    """What is due, with the row about the last checks."""

    last_checks: LastChecks
    check: bool
    """Whether a check is due."""
    retry: bool
    """Whether only a retry is due."""

    @property
    def anything(self) -> bool:
        """Whether the tick has anything to do."""
        return self.check or self.retry


def due(
    ledger: Ledger, watchlist: Watchlist, now: datetime, *, asked: datetime | None = None
) -> Due:
    """Return what is due: one table read, or two if it is nothing. Raises `LedgerError`.

    Args:
        ledger: Knows the last checks.
        watchlist: When a check is due.
        now: The time.
        asked: When the message was sent that asks for the check, if one does.
    """
    last = ledger.last_checks()
    if asked is not None and _is_answered(asked, last, now):
        return Due(last, check=False, retry=False)
    check = is_check_due(last, watchlist, now) or is_inventory_due(last, watchlist, now)
    retry = not check and is_retry_due(last)
    if not (check or retry) and last.last_attempt is not None:
        later = ledger.decisions_since(last.last_attempt)
        check = any(decision.at <= now for decision in later)
    return Due(last, check, retry)


def _is_answered(asked: datetime, last: LastChecks, now: datetime) -> bool:
    """Return whether a check began after it was asked for."""
    return last.last_attempt is not None and asked + CLOCK_DIFFERENCE < last.last_attempt <= now
