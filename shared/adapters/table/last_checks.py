"""Read the row about the last checks, also a damaged one: it must not stop the next check."""

from dataclasses import replace

from shared.adapters.table.keys import key
from shared.adapters.table.records import RowError, TableRow, readable_fields, record_of
from shared.adapters.table.unreadable import unreadable_row
from shared.core.model.check_record import LastChecks, Outcome
from shared.core.model.days import LONG_AGO
from shared.render.text.unreadable import unreadable_rows

LAST_CHECKS = key("~pulse")


def last_checks_of(row: TableRow | None) -> LastChecks:
    """Return how the last checks ended; without a row, nothing is known.

    Of a damaged row, what can be read is kept. The last check counts as failed, so that the next
    tick checks and writes the row again. Without a readable instant, checks are stale at once:
    since when none has succeeded is not known.
    """
    if row is None:
        return LastChecks()
    try:
        return record_of(LastChecks, row)
    except RowError as error:
        found = LastChecks(**readable_fields(LastChecks, row))
        return replace(
            found,
            watching_since=found.watching_since or LONG_AGO,
            last_attempt=found.last_attempt or found.last_success or LONG_AGO,
            outcome=Outcome.FAILED,
            error=unreadable_rows([unreadable_row(row, error)]),
            retries_left=max(1, found.retries_left),
        )
