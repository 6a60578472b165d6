"""The history in the ledger: checks and decisions, each newest first."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from uuid import uuid4

from shared.adapters.table.keys import LEASE, history_key
from shared.adapters.table.last_checks import LAST_CHECKS
from shared.adapters.table.records import RowError, TableRow, record_of, remembered
from shared.adapters.table.store import TableStore
from shared.adapters.table.transactions import Operation, write, write_at
from shared.adapters.table.unreadable import read_rows
from shared.core.model.check_record import CheckRecord, LastChecks
from shared.core.model.decision import (
    Acknowledgement,
    Assignment,
    Decision,
    InUse,
    PreviousCredential,
)
from shared.core.model.hand_over import HandOver
from shared.core.model.notification import UnreadableRow
from shared.ports.errors import LedgerConflict, UnreadableRowConflict
from shared.render.text.unreadable import unreadable_rows

MAX_REMOVED = 500
"""Rows of each history that one call of `remove_history` deletes."""

_HISTORY: Mapping[str, type] = {
    "~check": CheckRecord,
    "~decision": Decision,
    "~pulse": LastChecks,
}


class TableHistory:
    """The methods of the port `Ledger` that write and read the history."""

    _store: TableStore

    def record_check(self, record: CheckRecord, last_checks: LastChecks) -> None:
        """Write the outcome of a check and the state of the last checks, in one transaction."""
        row_key = history_key("check", record.started, uuid4().hex[:8])
        self._write(
            row_key,
            [write_at(row_key, "create", record), write_at(LAST_CHECKS, "put", last_checks)],
        )

    def checks(self, limit: int) -> Sequence[CheckRecord]:
        """Return the last checks, newest first, at most `limit`: one request per 1,000."""
        rows = self._store.rows("~check:", "~check;", limit=limit)
        return list(_read(CheckRecord, rows).values())

    def decide(  # noqa: PLR0913  (all by keyword)
        self,
        decision: Decision,
        *,
        holds: Sequence[InUse] = (),
        formers: Sequence[PreviousCredential] = (),
        assignments: Sequence[Assignment] = (),
        acknowledgements: Sequence[Acknowledgement] = (),
        dropped: Sequence[InUse] = (),
        hand_overs: Sequence[HandOver] = (),
    ) -> None:
        """Write a decision and what it changes in one transaction; see `shared.ports.Ledger`."""
        changed: list[InUse | Assignment | Acknowledgement | HandOver] = [
            *holds,
            *assignments,
            *acknowledgements,
            *hand_overs,
        ]
        row_key = history_key("decision", decision.at, uuid4().hex[:8])
        operations = [
            *(
                write("replace" if record.version else "create", record, record.version)
                for record in changed
            ),
            *(write("put", former) for former in formers),
            *(write("delete", record, record.version) for record in dropped),
            write_at(row_key, "create", decision),
        ]
        try:
            self._write(row_key, operations)
        except LedgerConflict as conflict:
            raise self._unreadable(operations) or conflict from None

    def decisions(self, *services: str) -> Mapping[str, Sequence[Decision]]:
        """Return the decisions about each service, newest first.

        This takes one request per 1,000 decisions about any service.
        """
        rows = self._store.rows("~decision:", "~decision;")
        every = _read(Decision, rows).values()
        return {
            service: [decision for decision in every if service in decision.services]
            for service in services
        }

    def decisions_since(self, at: datetime) -> Sequence[Decision]:
        """Return the decisions after an instant, newest first: one request per 1,000."""
        rows = self._store.rows("~decision:", history_key("decision", at))
        return list(_read(Decision, rows).values())

    def unreadable_history(self) -> Sequence[UnreadableRow]:
        """Return the rows outside `load` that cannot be read: one request per 1,000 rows."""
        rows = (row for row in self._store.rows("~", "~~") if row.key != LEASE)
        return read_rows(rows, _history_record).unreadable

    def remove_history(self, before: datetime, outlived: Callable[[Decision], bool]) -> None:
        """Delete checks and `outlived` decisions older than `before`, `MAX_REMOVED` of each."""
        last = before - timedelta(microseconds=1)
        checks = self._store.rows(history_key("check", last), "~check;", limit=MAX_REMOVED)
        self._store.delete(list(_read(CheckRecord, checks)))
        decisions = self._store.rows(history_key("decision", last), "~decision;")
        found = _read(Decision, decisions)
        removed = [row_key for row_key, decision in found.items() if outlived(decision)]
        self._store.delete(removed[:MAX_REMOVED])

    def _write(self, row_key: str, operations: Sequence[Operation]) -> None:
        """Write a transaction that creates the row of history `row_key`, whose name is random.

        The SDK repeats a request whose response was lost, and then meets its own first try. So
        the transaction conflicts only if that row does not exist.
        """
        try:
            self._store.write(operations)
        except LedgerConflict:
            if self._store.row(row_key) is None:
                raise

    def _unreadable(self, operations: Sequence[Operation]) -> UnreadableRowConflict | None:
        """Return the error of a row that was to be created, and exists but cannot be read."""
        created = (each.key for each in operations if each.action == "create")
        existing = (self._store.row(row_key) for row_key in created if row_key[0] != "~")
        found = read_rows((row for row in existing if row is not None), remembered).unreadable
        return UnreadableRowConflict(unreadable_rows(found)) if found else None


def _read[T](kind: type[T], rows: Iterable[TableRow]) -> dict[str, T]:
    return read_rows(rows, lambda row: record_of(kind, row)).read


def _history_record(row: TableRow) -> object:
    """Return the record of a row outside of the memory. Raises `RowError`."""
    kind = row.key.partition(":")[0]
    if kind not in _HISTORY:
        raise RowError(f"its kind {kind!r} is unknown (known: {', '.join(_HISTORY)})")
    return record_of(_HISTORY[kind], row)
