"""What a tick has to do: a check, or a retry of what the last one could not do.

Each decision is followed by its own check. If that one was not recorded (the request was cut off,
or the ledger failed), the tick runs it, so that everyone is notified.
"""

from datetime import datetime
from typing import NamedTuple

from shared.core.judge.schedule import is_check_due, is_inventory_due, is_retry_due
from shared.core.model.check_record import LastChecks
from shared.core.model.watchlist import Watchlist
from shared.ports.ledger import Ledger


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


def due(ledger: Ledger, watchlist: Watchlist, now: datetime) -> Due:
    """Return what is due: one table read, or two if it is nothing. Raises `LedgerError`."""
    last = ledger.last_checks()
    check = is_check_due(last, watchlist, now) or is_inventory_due(last, watchlist, now)
    retry = not check and is_retry_due(last)
    if not (check or retry) and last.last_attempt is not None:
        later = ledger.decisions_since(last.last_attempt)
        check = any(decision.at <= now for decision in later)
    return Due(last, check, retry)
