"""Operations on rows, and how they are grouped into transactions that a table takes."""

import json
from collections.abc import Iterator, Sequence
from typing import Any, Literal, NamedTuple

from azure.core import MatchConditions
from azure.data.tables import UpdateMode

from shared.adapters.table.columns import Column, columns_of
from shared.adapters.table.kinds import Remembered, key_of

MAX_ROWS = 100
"""Rows in a transaction: a table takes no more."""
MAX_BYTES = 3 * 1024 * 1024
"""JSON in a transaction: a table takes 4 MiB with the headers of every operation."""
HEADER_BYTES = 2_048

type Action = Literal["create", "put", "replace", "delete"]
"""`create` fails if the row exists, `put` does not; `replace` and `delete` need a row."""

_SDK_NAMES = {"create": "create", "put": "upsert", "replace": "update", "delete": "delete"}


class Operation(NamedTuple):
    """What to do with one row."""

    action: Action
    key: str
    columns: dict[str, Column]
    version: str = ""
    """If given, the row must still have this version."""


def write(action: Action, record: Remembered, version: str = "") -> Operation:
    """Return the operation that writes a record. Raises `LedgerError` if no table can hold it."""
    return write_at(key_of(record), action, record, version)


def write_at(row_key: str, action: Action, record: object, version: str = "") -> Operation:
    """Return the operation that writes a record under `row_key`."""
    return Operation(action, row_key, columns_of(record, row_key), version)


def transactions(operations: Sequence[Operation]) -> Iterator[list[Operation]]:
    """Yield the operations in their order, in as few transactions as can hold them."""
    batch: list[Operation] = []
    size = 0
    for operation in operations:
        # Escaped JSON is the largest that the columns can become.
        weight = len(json.dumps(operation.columns)) + HEADER_BYTES
        if batch and (len(batch) == MAX_ROWS or size + weight > MAX_BYTES):
            yield batch
            batch, size = [], 0
        batch.append(operation)
        size += weight
    if batch:
        yield batch


def sdk_operation(
    partition: str, operation: Operation
) -> tuple[str, dict[str, Column], dict[str, Any]]:
    """Return an operation as the SDK's `submit_transaction` takes it."""
    name = _SDK_NAMES[operation.action]
    entity: dict[str, Column] = {
        "PartitionKey": partition,
        "RowKey": operation.key,
        **operation.columns,
    }
    options: dict[str, Any] = {}
    if name in ("upsert", "update"):
        options["mode"] = UpdateMode.REPLACE
    if operation.version:
        options |= {"etag": operation.version, "match_condition": MatchConditions.IfNotModified}
    return name, entity, options
