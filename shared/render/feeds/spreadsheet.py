"""The status as CSV for a spreadsheet: one row per item.

RFC 4180, with a byte order mark: without it, Excel assumes the computer's old code page. An
apostrophe stands before text that a spreadsheet would change: compute as a formula, or show as
another number or date.
"""

import csv
import io
import re
from collections.abc import Iterable, Sequence

from shared.core.model.watchlist import Watchlist
from shared.core.results import Status
from shared.render.feeds.spreadsheet_cell import as_text
from shared.render.feeds.spreadsheet_rows import CsvRow, rows
from shared.render.text.escape import clean

BYTE_ORDER_MARK = "\ufeff"
MAX_CELL_CHARS = 1000

CREDENTIAL_COLUMNS = (
    "standing",
    "severity",
    "days_left",
    "ends",
    "ends_at",
    "zone",
    "ends_utc",
    "credential",
    "credential_kind",
    "hint",
    "key_id",
)
DECIDED_COLUMNS = ("acknowledged_until", "acknowledged_by", "acknowledged_why", "ignored_by")
COLUMNS = (
    "kind",
    "item",
    "name",
    "app",
    *CREDENTIAL_COLUMNS,
    "whose_turn",
    "next_step",
    "next_message",
    *DECIDED_COLUMNS,
    "hand_over",
)

OUR_VALUES = {"days_left", "ends", "ends_at", "ends_utc", "next_message", "acknowledged_until"}
"""Columns with numbers, days and times of our own."""

_KEY_ID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)


def status_csv(status: Status, watchlist: Watchlist) -> str:
    """Return a table of all items, with lines that end in CR LF.

    `ends` and `ends_at` are the local day and time in `zone`; `ends_utc` is the same instant in
    RFC 3339.
    """
    return csv_text(COLUMNS, rows(status, watchlist))


def csv_text(columns: Sequence[str], rows_: Iterable[CsvRow]) -> str:
    """Return a table with these columns, as a spreadsheet reads it."""
    text = io.StringIO()
    table = csv.DictWriter(text, columns, restval="", lineterminator="\r\n")
    table.writeheader()
    table.writerows(_as_they_are(row) for row in rows_)
    return BYTE_ORDER_MARK + text.getvalue()


def _as_they_are(row: CsvRow) -> CsvRow:
    return {
        name: value if name in OUR_VALUES or isinstance(value, int) else _text_cell(value)
        for name, value in row.items()
    }


def _text_cell(text: str) -> str:
    """Return a clean text; an apostrophe stands before what a spreadsheet would change.

    A GUID stays as it is: programs look it up, and no spreadsheet changes it.
    """
    line = clean(text, MAX_CELL_CHARS)
    return line if _KEY_ID.fullmatch(line) else as_text(line)
