"""The status as CSV for a spreadsheet: one row per item.

RFC 4180, with a byte order mark: without it, Excel assumes the computer's old code page. No cell
is computed as a formula.
"""

import csv
import io
import re

from shared.core.model.watchlist import Watchlist
from shared.core.results import Status
from shared.render.feeds.spreadsheet_rows import CsvRow, rows
from shared.render.text.escape import clean

BYTE_ORDER_MARK = "\ufeff"
MAX_CELL_CHARS = 1000

COLUMNS = (
    "kind",
    "item",
    "name",
    "app",
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
    "whose_turn",
    "next_step",
    "next_message",
    "acknowledged_until",
)

# Where a cell could begin: some spreadsheets split cells at semicolons and remove quotation marks
# (OWASP, "CSV Injection"), and take the fullwidth signs for the plain ones.
_FORMULA = re.compile(r'(^|;)([\s"]*)(?=[=+\-@\t\r＝＋－＠])')  # noqa: RUF001  (fullwidth)


def status_csv(status: Status, watchlist: Watchlist) -> str:
    """Return a table of all items, with lines that end in CR LF.

    `ends` and `ends_at` are the local day and time in `zone`; `ends_utc` is the same instant in
    RFC 3339.
    """
    text = io.StringIO()
    table = csv.DictWriter(text, COLUMNS, restval="", lineterminator="\r\n")
    table.writeheader()
    table.writerows(_without_formulas(row) for row in rows(status, watchlist))
    return BYTE_ORDER_MARK + text.getvalue()


def _without_formulas(row: CsvRow) -> CsvRow:
    return {
        name: value if isinstance(value, int) else _text_cell(value) for name, value in row.items()
    }


def _text_cell(text: str) -> str:
    """Return a clean text; an apostrophe stands before what a spreadsheet would compute."""
    return _FORMULA.sub(r"\1\2'", clean(text, MAX_CELL_CHARS))
