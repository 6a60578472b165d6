"""How each value of the ledger lies in a table row: what comes back is exactly what was given, or it was refused with a sentence.

The only exceptions are texts that people read and nobody compares (`SHORTENED`): they are cut to a sane length, and what
no text should hold (control characters, half of a surrogate pair) becomes U+FFFD. Keys and everything else are stored as
they are, or not at all. Nothing here speaks to a table.

A record becomes flat columns: an inner record's fields carry its name (`by_name`, `credential_key_id`), a list is JSON
text, an instant is ISO text in UTC (exact to the microsecond, and free of the year 1601 where a table's own dates begin),
a day is ISO text, and a column that is absent is `None`.
"""

import json
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import is_dataclass
from datetime import UTC, date, datetime, timedelta
from functools import cache
from inspect import get_annotations
from operator import attrgetter
from types import NoneType
from typing import Annotated, Any, NamedTuple, cast, get_args, get_origin

import msgspec

from shared.core.model.decision import Acknowledgement, Assignment, InUse, PreviousCredential
from shared.core.model.inventory import InventoryItem
from shared.core.model.memory import (
    AppRecord,
    ChannelState,
    CredentialRecord,
    ItemState,
    Memory,
    Use,
)
from shared.core.model.notification import Notification
from shared.ports.errors import LedgerError

MAX_KEY_UNITS = 512
"""UTF-16 code units of a row key: a table takes 1 KiB."""
MAX_TEXT_UNITS = 32_768
"""UTF-16 code units of one column: a table takes 64 KiB."""
SHORTENED = {
    "name": 256,
    "app_name": 256,
    "hint": 256,
    "disabled": 1_000,
    "error": 4_000,
    "evidence": 4_000,
    "why": 4_000,
}
"""Characters kept of the texts that people read and nobody compares, by the field's name; one that makes a key is never cut."""

COLUMNS = {"action_needed_since": "hands_since", "inventory_attempt": "tenant_attempt"}
"""Columns that keep the name that existing ledgers have, by the field's name."""

_NOT_IN_KEYS = re.compile(
    r"[/\\#?\x00-\x1f\x7f-\x9f\ud800-\udfff]"
)  # Microsoft: "Understanding the Table service data model"
_NOT_IN_TEXTS = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff]")

type Column = str | bool | int | float
type Remembered = (
    InUse
    | PreviousCredential
    | Assignment
    | Acknowledgement
    | CredentialRecord
    | AppRecord
    | ItemState
    | Notification
    | ChannelState
    | Use
    | InventoryItem
)


class TableRow(NamedTuple):
    """A row as it was read: its key, its columns, and the etag that says which state of it this is."""

    key: str
    columns: Mapping[str, object]
    version: str = ""


class RowKind(NamedTuple):
    """One kind of row: the record that it holds, and the fields that make its key."""

    record: type[Remembered]
    names: tuple[str, ...]


class Field(NamedTuple):
    """How one field of a record is read back."""

    hint: Any
    inner: type | None
    """The record that the field holds, if it holds one."""
    optional: bool
    json: bool


KINDS: Mapping[str, RowKind] = {
    "acknowledgement": RowKind(Acknowledgement, ("service",)),
    "app": RowKind(AppRecord, ("key",)),
    "assignment": RowKind(Assignment, ("key_id",)),
    "channel": RowKind(ChannelState, ("name",)),
    "former": RowKind(PreviousCredential, ("service", "key_id")),
    "hold": RowKind(InUse, ("service",)),
    "item": RowKind(ItemState, ("item",)),
    "listed": RowKind(InventoryItem, ("object_id", "credential.key_id")),
    "sighting": RowKind(CredentialRecord, ("credential.key_id",)),
    "told": RowKind(Notification, ("item", "channel")),
    "use": RowKind(Use, ("key_id",)),
}
"""What a check remembers, by the first part of the row key; `listed` in the partition of a tenant only."""
_KEY_FIELDS: Mapping[type, tuple[str, ...]] = {kind.record: kind.names for kind in KINDS.values()}


def key(kind: str, *names: str) -> str:
    """Give the row key of the thing of this kind; raises `LedgerError` where a table would not take it."""
    made = f"{kind}:{'|'.join(names)}"
    if found := _NOT_IN_KEYS.search(made):
        raise LedgerError(
            f"The ledger cannot keep a row under {made!r}: a table takes no {found.group()!r} in a key. "
            "Rename the service or the channel in the watchlist.",
            transient=False,
        )
    if (length := _units(made)) > MAX_KEY_UNITS:
        raise LedgerError(
            f"The ledger cannot keep a row under {made[:60]!r}...: the key has {length} characters, a table takes {MAX_KEY_UNITS}. "
            "Shorten the name of the service or the channel in the watchlist.",
            transient=False,
        )
    return made


def key_of(value: Remembered) -> str:
    """Give the row key of a remembered value."""
    kind = next(name for name, kind in KINDS.items() if isinstance(value, kind.record))
    return key(kind, *(attrgetter(name)(value) for name in KINDS[kind].names))


def history_key(kind: str, at: datetime, suffix: str = "") -> str:
    """Give a row key that sorts newest first; `suffix` tells two of one instant apart."""
    left = (datetime.max.replace(tzinfo=UTC) - at) // timedelta(microseconds=1)
    return key(f"~{kind}", f"{left:018d}", *([suffix] if suffix else []))


def columns_of(value: object, row_key: str) -> dict[str, Column]:
    """Give the columns of a record; raises `LedgerError`, naming the row, for what a table cannot hold."""
    columns: dict[str, Column] = {}
    exact = _KEY_FIELDS.get(type(value), ())
    for name in _fields(type(value)):
        inner = getattr(value, name)
        if inner is None or name == "version":
            continue
        if _is_record(type(inner)):
            columns |= {f"{name}_{part}": text for part, text in columns_of(inner, row_key).items()}
        else:
            columns[COLUMNS.get(name, name)] = _column(
                name, inner, row_key, None if name in exact else SHORTENED.get(name)
            )
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
            return _exact(name, json.dumps(msgspec.to_builtins(value), ensure_ascii=False), row_key)
        case _:
            text = str(value)
            return _exact(name, text, row_key) if limit is None else _shortened(text, limit)


def _shortened(text: str, limit: int) -> str:
    kept = _NOT_IN_TEXTS.sub("\N{REPLACEMENT CHARACTER}", text[: limit + 1])
    return kept if len(kept) <= limit else kept[: limit - 1] + "\N{HORIZONTAL ELLIPSIS}"


def _exact(name: str, text: str, row_key: str) -> str:
    try:
        length = _units(text)
    except UnicodeEncodeError:
        raise LedgerError(
            f"The ledger cannot keep the row {row_key}: its {name} is no valid text (half of a surrogate pair).",
            transient=False,
        ) from None
    if length > MAX_TEXT_UNITS:
        raise LedgerError(
            f"The ledger cannot keep the row {row_key}: its {name} has {length:,} characters, a table takes {MAX_TEXT_UNITS:,}.",
            transient=False,
        )
    return text


def _units(text: str) -> int:
    return len(text.encode("utf-16-le")) // 2


def record_of[T](kind: type[T], row: TableRow) -> T:
    """Give the record that a row holds; raises `LedgerError`, naming the row, if it is none of this kind."""
    try:
        return _record(
            kind, row.columns, {"version": row.version} if "version" in _fields(kind) else {}
        )
    except (msgspec.MsgspecError, TypeError, ValueError) as error:
        raise LedgerError(
            f"The row {row.key!r} of the ledger cannot be understood: {error}. "
            "Was it written by another version of the program, or by hand? Put it right, or delete it.",
            transient=False,
        ) from None


def _record[T](
    kind: type[T], columns: Mapping[str, object], known: Mapping[str, object], prefix: str = ""
) -> T:
    values = dict(known)
    for name, field in _shape(cast("type", kind)).items():
        if name in values:
            continue
        path = f"{prefix}{COLUMNS.get(name, name)}"
        if field.inner is not None:
            there = not field.optional or any(column.startswith(f"{path}_") for column in columns)
            values[name] = _record(field.inner, columns, {}, f"{path}_") if there else None
        elif path in columns:
            values[name] = _value(path, field, columns[path])
        elif field.optional:
            values[name] = None
        else:
            raise ValueError(f"it has no column {path!r}")
    return cast("Callable[..., T]", kind)(**values)


def _value(path: str, field: Field, raw: object) -> object:
    if type(raw) is field.hint:
        return raw
    try:
        return (
            msgspec.json.decode(cast("str", raw), type=field.hint)
            if field.json
            else msgspec.convert(raw, field.hint)
        )
    except (msgspec.MsgspecError, TypeError) as error:
        raise ValueError(f"in its column {path!r}, {error}") from None


@cache
def _shape(kind: Callable[..., object]) -> Mapping[str, Field]:
    """Give the fields of a record; once for each kind, since a ledger has thousands of rows."""
    shape = {}
    for name, hint in _fields(kind).items():
        parts = (hint, *get_args(hint))
        exact = Annotated[datetime, msgspec.Meta(tz=True)] if datetime in parts else hint
        inner = next((part for part in parts if _is_record(part)), None)
        shape[name] = Field(exact, inner, NoneType in parts, get_origin(hint) is tuple)
    return shape


def _fields(kind: Callable[..., object]) -> Mapping[str, Any]:
    return get_annotations(kind)


def _is_record(kind: object) -> bool:
    return isinstance(kind, type) and (is_dataclass(kind) or hasattr(kind, "_fields"))


def memory_of(rows: Iterable[TableRow]) -> Memory:
    """Give what the rows remember; raises `LedgerError` for one that cannot be understood."""
    values = [record_of(_kind(row), row) for row in rows]
    return Memory(
        in_use_records={value.service: value for value in values if isinstance(value, InUse)},
        previous_credentials=frozenset(
            value for value in values if isinstance(value, PreviousCredential)
        ),
        assignments={value.key_id: value for value in values if isinstance(value, Assignment)},
        acknowledgements={
            value.service: value for value in values if isinstance(value, Acknowledgement)
        },
        credential_records={
            value.credential.key_id: value
            for value in values
            if isinstance(value, CredentialRecord)
        },
        apps={value.key: value for value in values if isinstance(value, AppRecord)},
        items={value.item: value for value in values if isinstance(value, ItemState)},
        notifications={
            (value.item, value.channel): value
            for value in values
            if isinstance(value, Notification)
        },
        channels={value.name: value for value in values if isinstance(value, ChannelState)},
        uses={value.key_id: value for value in values if isinstance(value, Use)},
    )


def _kind(row: TableRow) -> type[Remembered]:
    name = row.key.partition(":")[0]
    if name not in KINDS:
        raise LedgerError(
            f"The row {row.key!r} of the ledger is of no known kind ({', '.join(KINDS)}). "
            "Was it written by another version of the program, or by hand? Delete it if it is not needed.",
            transient=False,
        )
    return KINDS[name].record
