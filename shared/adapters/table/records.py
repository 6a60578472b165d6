"""Read a record from the columns of a row."""

from collections.abc import Callable, Mapping
from operator import attrgetter
from typing import Any, NamedTuple, cast

from shared.adapters.table.fields import Field, annotations_of, column_name, fields_of
from shared.adapters.table.keys import key
from shared.adapters.table.kinds import KINDS, Remembered
from shared.adapters.table.values import value_of
from shared.ports.errors import LedgerError


class TableRow(NamedTuple):
    """A row as it was read."""

    key: str
    columns: Mapping[str, object]
    version: str = ""
    """The etag of this state of the row."""
    partition: str = ""


class RowError(Exception):
    """A row cannot be read. The text is a clause that says why."""


def record_of[T](kind: type[T], row: TableRow) -> T:
    """Return the record of this class in a row. Raises `RowError`."""
    known = {"version": row.version} if "version" in annotations_of(kind) else {}
    try:
        return _record(kind, row.columns, known)
    except (TypeError, ValueError) as error:
        raise RowError(str(error)) from None


def remembered(row: TableRow) -> Remembered:
    """Return the record of a row by the kind in its key. Raises `RowError`."""
    name = row.key.partition(":")[0]
    if name not in KINDS:
        raise RowError(f"its kind {name!r} is unknown (known: {', '.join(KINDS)})")
    kind = KINDS[name]
    record = record_of(kind.record, row)
    try:
        made = key(name, *(attrgetter(field)(record) for field in kind.names))
    except LedgerError as error:
        raise RowError(str(error)) from None
    if made != row.key:  # copied by hand: it would take the place of the row with that key
        raise RowError(f"its columns belong under the key {made!r}")
    return record


def readable_fields(kind: type, row: TableRow) -> dict[str, Any]:
    """Return the fields of a damaged row that can be read; `kind` has no inner records."""
    values: dict[str, Any] = {}
    for name, field in fields_of(kind).items():
        try:
            values[name] = _read(column_name(name), field, row.columns)
        except ValueError:
            continue
    return values


def _record[T](
    kind: type[T], columns: Mapping[str, object], known: Mapping[str, object], prefix: str = ""
) -> T:
    values = dict(known)
    for name, field in fields_of(cast("type", kind)).items():
        if name not in values:
            values[name] = _read(f"{prefix}{column_name(name)}", field, columns)
    return cast("Callable[..., T]", kind)(**values)


def _read(column: str, field: Field, columns: Mapping[str, object]) -> object:
    if field.inner is not None:
        inner_prefix = f"{column}_"
        if field.optional and not any(name.startswith(inner_prefix) for name in columns):
            return None
        return _record(field.inner, columns, {}, inner_prefix)
    if column in columns:
        return value_of(column, field, columns[column])
    if field.optional:
        return None
    raise ValueError(f"it has no column {column!r}")
