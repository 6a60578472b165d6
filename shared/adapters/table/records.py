"""Read a record from the columns of a row."""

from collections.abc import Callable, Iterable, Mapping
from typing import NamedTuple, cast

import msgspec

from shared.adapters.table.fields import Field, annotations_of, column_name, fields_of
from shared.adapters.table.kinds import KINDS, Remembered
from shared.core.model.decision import Acknowledgement, Assignment, InUse, PreviousCredential
from shared.core.model.directory import AppRecord
from shared.core.model.memory import (
    ChannelState,
    CredentialRecord,
    ItemState,
    Memory,
    Notification,
    Use,
)
from shared.ports.errors import LedgerError

_FOREIGN_ROW = "Was it written by another version of the program, or by hand?"


class TableRow(NamedTuple):
    """A row as it was read."""

    key: str
    columns: Mapping[str, object]
    version: str = ""
    """The etag of this state of the row."""


def record_of[T](kind: type[T], row: TableRow) -> T:
    """Return the record of this class in a row.

    Raises:
        LedgerError: the row holds something else; the text names the row.
    """
    known = {"version": row.version} if "version" in annotations_of(kind) else {}
    try:
        return _record(kind, row.columns, known)
    except (msgspec.MsgspecError, TypeError, ValueError) as error:
        raise LedgerError(
            f"The row {row.key!r} of the ledger cannot be read: {error}."
            f" {_FOREIGN_ROW} Correct it, or delete it.",
            transient=False,
        ) from None


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
        return _value(column, field, columns[column])
    if field.optional:
        return None
    raise ValueError(f"it has no column {column!r}")


def _value(column: str, field: Field, raw: object) -> object:
    if type(raw) is field.hint:
        return raw
    try:
        if field.json:
            return msgspec.json.decode(cast("str", raw), type=field.hint)
        return msgspec.convert(raw, field.hint)
    except (msgspec.MsgspecError, TypeError) as error:
        raise ValueError(f"in its column {column!r}, {error}") from None


def memory_of(rows: Iterable[TableRow]) -> Memory:
    """Return everything that the rows hold. Raises `LedgerError` for a row of no known kind."""
    records = [record_of(_kind(row), row) for row in rows]

    def every[T](kind: type[T]) -> list[T]:
        return [record for record in records if isinstance(record, kind)]

    return Memory(
        in_use_records={each.service: each for each in every(InUse)},
        previous_credentials=frozenset(every(PreviousCredential)),
        assignments={each.key_id: each for each in every(Assignment)},
        acknowledgements={each.service: each for each in every(Acknowledgement)},
        credential_records={each.credential.key_id: each for each in every(CredentialRecord)},
        apps={each.key: each for each in every(AppRecord)},
        items={each.item: each for each in every(ItemState)},
        notifications={(each.item, each.channel): each for each in every(Notification)},
        channels={each.name: each for each in every(ChannelState)},
        uses={each.key_id: each for each in every(Use)},
    )


def _kind(row: TableRow) -> type[Remembered]:
    name = row.key.partition(":")[0]
    if name not in KINDS:
        raise LedgerError(
            f"The row {row.key!r} of the ledger is of an unknown kind (known: {', '.join(KINDS)})."
            f" {_FOREIGN_ROW} Delete it if it is not needed.",
            transient=False,
        )
    return KINDS[name].record
