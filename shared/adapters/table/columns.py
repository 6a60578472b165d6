"""Write a record into the columns of a row.

Keys and texts that are compared are stored unchanged or refused. Texts that only people read are
shortened (`MAX_CHARS_OF`), and what a table cannot hold in them becomes U+FFFD.
"""

import json
from datetime import UTC, date, datetime

import msgspec

from shared.adapters.table.fields import annotations_of, column_name, is_record
from shared.adapters.table.keys import utf16_length
from shared.adapters.table.kinds import KEY_FIELDS
from shared.ports.errors import LedgerError
from shared.render.text.escape import storable

MAX_TEXT_UNITS = 32_768
"""UTF-16 code units of one column: a table takes 64 KiB."""
MAX_CHARS_OF = {
    "name": 256,
    "app_name": 256,
    "hint": 256,
    "disabled": 1_000,
    "error": 4_000,
    "evidence": 4_000,
    "why": 4_000,
}
"""Characters kept of texts that people read, by the field's name; a key is never cut."""

type Column = str | bool | int | float


def columns_of(record: object, row_key: str) -> dict[str, Column]:
    """Return the columns of a record.

    Raises:
        LedgerError: a table cannot hold a value; the text names the row.
    """
    columns: dict[str, Column] = {}
    key_fields = KEY_FIELDS.get(type(record), ())
    for name in annotations_of(type(record)):
        value = getattr(record, name)
        if value is None or name == "version":
            continue
        if is_record(type(value)):
            inner = columns_of(value, row_key)
            columns |= {f"{name}_{part}": column for part, column in inner.items()}
        else:
            limit = None if name in key_fields else MAX_CHARS_OF.get(name)
            columns[column_name(name)] = _column(name, value, row_key, limit)
    return columns


def _column(name: str, value: object, row_key: str, limit: int | None) -> Column:
    match value:
        case bool() | int() | float():
            return value
        case datetime():
            if value.utcoffset() is None:
                raise ValueError(f"{name} of {row_key} has no time zone; every instant is aware")
            return value.astimezone(UTC).isoformat().replace("+00:00", "Z")
        case date():
            return value.isoformat()
        case tuple():
            text = json.dumps(msgspec.to_builtins(value), ensure_ascii=False)
            return _exact(name, text, row_key)
        case _:
            text = str(value)
            return _exact(name, text, row_key) if limit is None else storable(text, limit)


def _exact(name: str, text: str, row_key: str) -> str:
    """Return `text` if a table takes it. Raises `LedgerError`."""
    what = f"The ledger cannot keep the row {row_key}: its {name}"
    try:
        length = utf16_length(text)
    except UnicodeEncodeError:
        raise LedgerError(
            f"{what} is not valid text (half of a surrogate pair).", transient=False
        ) from None
    if length > MAX_TEXT_UNITS:
        raise LedgerError(
            f"{what} has {length:,} characters, a table takes {MAX_TEXT_UNITS:,}.",
            transient=False,
        )
    return text
