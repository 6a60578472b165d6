"""The rows of the ledger that cannot be read, in words."""

from collections.abc import Sequence

from shared.core.model.notification import UnreadableRow
from shared.render.text.escape import clean

ADVICE = "If a newer version wrote it, upgrade; else correct the row, or delete it."
MAX_NAMED = 5
"""Rows that a sentence names; `doctor` names all."""
_MAX_KEY_CHARS = 200
_MAX_REASON_CHARS = 400


def unreadable_row(row: UnreadableRow) -> str:
    """Return the row's key and why it cannot be read."""
    key, reason = clean(row.key, _MAX_KEY_CHARS), clean(row.reason, _MAX_REASON_CHARS)
    return f"“{key}”: {reason}"


def unreadable_rows(rows: Sequence[UnreadableRow]) -> str:
    """Return sentences that name the rows; empty if there are none."""
    if not rows:
        return ""
    named = ". ".join(unreadable_row(row) for row in rows[:MAX_NAMED])
    more = len(rows) - MAX_NAMED
    others = f" And {more} more; doctor names all." if more > 0 else ""
    return f"{brief(rows)} {named}.{others} {ADVICE}"


def brief(rows: Sequence[UnreadableRow]) -> str:
    """Return how many rows cannot be read."""
    if len(rows) == 1:
        return "A row of the ledger cannot be read and is set aside."
    return f"{len(rows)} rows of the ledger cannot be read and are set aside."
