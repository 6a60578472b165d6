"""Read and write the rows of one table over HTTP; every failure is a `LedgerError`.

The first write that finds no table creates it. Until then the table reads as empty, so that a
read needs no more than one request. All rows of a store are in one partition, so that one
transaction can cover any of them.
"""

from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from copy import copy
from urllib.parse import urlsplit

from azure.core.credentials import TokenCredential
from azure.core.exceptions import HttpResponseError, ResourceExistsError, ResourceNotFoundError
from azure.data.tables import TableEntity

from shared.adapters.table.client import CALL_SECONDS, table_client
from shared.adapters.table.errors import error_code, ledger_error
from shared.adapters.table.records import TableRow
from shared.adapters.table.transactions import MAX_ROWS, Operation, sdk_operation, transactions
from shared.adapters.timeout import TimeLeft, call_with_timeout, unlimited
from shared.ports.errors import LedgerConflict

MAX_PAGE_ROWS = 1_000
"""Rows in a response: a table returns no more, and sometimes fewer although there are more."""


class TableStore:
    """The rows of one table, in one partition."""

    def __init__(
        self,
        where: str,
        *,
        table: str,
        partition: str,
        credential: TokenCredential | None,
        seconds: float = CALL_SECONDS,
        left: TimeLeft = unlimited,
    ) -> None:
        """Take an https endpoint with a `credential`, or a connection string.

        Nothing is contacted yet. Each request is given up after `seconds`, and when no time is
        `left`; a write that was given up may have been made.
        """
        self._partition = partition
        self._seconds = seconds
        self._left = left
        self._client = table_client(where, table, credential)
        self._host = urlsplit(self._client.url).hostname or ""

    def with_partition(self, partition: str) -> "TableStore":
        """Return another partition of the same table, over the same connections."""
        other = copy(self)
        other._partition = partition  # noqa: SLF001  (of the same class)
        return other

    def close(self) -> None:
        """Close the connections."""
        self._client.close()

    def row(self, key: str) -> TableRow | None:
        """Return one row, or `None` if there is none: one request."""

        def read() -> TableRow | None:
            try:
                return _row(self._client.get_entity(self._partition, key))
            except ResourceNotFoundError:  # no row or no table, by its code; not any other 404
                return None

        return self._call(read)

    def rows(self, first: str, below: str, *, limit: int | None = None) -> list[TableRow]:
        """Return the rows from key `first` to just below `below`, in the order of their keys.

        These are all rows, or the first `limit` of them.
        """
        pages = self._client.query_entities(
            "PartitionKey eq @partition and RowKey ge @first and RowKey lt @below",
            parameters={"partition": self._partition, "first": first, "below": below},
            results_per_page=None if limit is None else min(limit, MAX_PAGE_ROWS),
        ).by_page()

        def read() -> list[TableRow] | None:
            try:
                return [_row(entity) for entity in next(pages)]
            except (StopIteration, ResourceNotFoundError):
                return None

        found: list[TableRow] = []
        while (limit is None or len(found) < limit) and (page := self._call(read)) is not None:
            found += page
        return found[:limit]

    def write(self, operations: Sequence[Operation]) -> list[str]:
        """Make all operations or none, in one request; return each row's new version.

        Raises:
            LedgerConflict: a row is not as its operation requires.
        """
        keys = {operation.key for operation in operations}
        if len(keys) != len(operations) or len(operations) > MAX_ROWS:
            raise ValueError(f"a transaction is up to {MAX_ROWS} rows, each once")
        submitted = [sdk_operation(self._partition, operation) for operation in operations]

        def submit() -> list[str]:
            try:
                written = self._client.submit_transaction(submitted)
            except HttpResponseError as error:
                if error_code(error) != "TableNotFound":
                    raise
                self._create_table()
                written = self._client.submit_transaction(submitted)
            return [str(row.get("etag") or "") for row in written]

        return self._call(submit)

    def write_all(self, operations: Sequence[Operation]) -> None:
        """Make any number of operations in their order; of two on one row, the later counts."""
        by_key = {operation.key: operation for operation in operations}
        for transaction in transactions(list(by_key.values())):
            self.write(transaction)

    def delete(self, keys: Sequence[str], versions: Mapping[str, str] | None = None) -> None:
        """Delete rows; a row that does not exist is not an error.

        The rows of `versions` are deleted only if they still have that version.
        """
        operations = [
            *(Operation("delete", key, {}) for key in keys),
            *(Operation("delete", key, {}, version) for key, version in (versions or {}).items()),
        ]
        try:
            self.write_all(operations)
        except LedgerConflict:  # one row is gone or was changed: its whole transaction failed
            for operation in operations:
                with suppress(LedgerConflict):
                    self.write([operation])

    def _create_table(self) -> None:
        # Another process may have created it; a table that is being deleted is another error.
        with suppress(ResourceExistsError):
            self._client.create_table()

    def _call[T](self, call: Callable[[], T]) -> T:
        try:
            return call_with_timeout(min(self._seconds, self._left()), call)
        except Exception as error:  # noqa: BLE001  (the SDK also lets errors of json and http through)
            # Not "from error": a traceback would print the response, or the URL with a SAS.
            raise ledger_error(error, self._host) from None


def _row(entity: TableEntity) -> TableRow:
    columns = {
        name: value for name, value in entity.items() if name not in ("PartitionKey", "RowKey")
    }
    etag = entity.metadata["etag"] or ""
    return TableRow(entity["RowKey"], columns, etag, entity["PartitionKey"])
