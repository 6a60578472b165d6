"""Set aside the rows that cannot be read, so that one row never stops the others."""

from collections.abc import Callable, Iterable, Mapping
from typing import NamedTuple

from shared.adapters.table.records import RowError, TableRow
from shared.core.model.notification import UnreadableRow

REWRITTEN = "the next check writes it again"
CONSEQUENCES: Mapping[str, str] = {
    "acknowledgement": "reminders are not paused by it",
    "app": REWRITTEN,
    "assignment": "its credential counts as not assigned",
    "channel": "failures of this channel are counted from zero",
    "former": "its credential may be reported as not assigned",
    "hold": "which credential the service uses is guessed, and the guess is not saved",
    "item": REWRITTEN,
    "listed": REWRITTEN,
    "sighting": "since when its credential is known, and whether it was deleted, is lost",
    "told": "a message may be repeated",
    "use": "earlier sign-ins with its credential are not known",
    "~check": "it is missing from the history",
    "~decision": "it is missing from the history",
    "~pulse": REWRITTEN,
    "~scan": REWRITTEN,
}
"""What a lost row means, by the first part of its key."""


class SetAside[T](NamedTuple):
    """What was read from rows, and the rows that could not be read."""

    read: dict[str, T]
    """By row key, in the order of the rows."""
    unreadable: tuple[UnreadableRow, ...]


def read_rows[T](rows: Iterable[TableRow], read: Callable[[TableRow], T]) -> SetAside[T]:
    """Read each row with `read`, and set aside those for which it raises `RowError`."""
    records: dict[str, T] = {}
    unreadable: list[UnreadableRow] = []
    for row in rows:
        try:
            records[row.key] = read(row)
        except RowError as error:
            unreadable.append(unreadable_row(row, error))
    return SetAside(records, tuple(unreadable))


def unreadable_row(row: TableRow, error: RowError) -> UnreadableRow:
    """Return what is shown of a row that cannot be read."""
    consequence = CONSEQUENCES.get(row.key.partition(":")[0], "its contents are ignored")
    return UnreadableRow(row.key, f"{error}; {consequence}", row.partition)
