"""The history in the ledger: checks and decisions, each newest first."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from uuid import uuid4

from shared.adapters.table.keys import history_key, key
from shared.adapters.table.records import record_of
from shared.adapters.table.store import TableStore
from shared.adapters.table.transactions import write, write_at
from shared.core.model.check_record import CheckRecord, LastChecks
from shared.core.model.decision import (
    Acknowledgement,
    Assignment,
    Decision,
    InUse,
    PreviousCredential,
)

MAX_REMOVED = 500
"""Rows of each history that one call of `remove_history` deletes."""
LAST_CHECKS = key("~pulse")


class TableHistory:
    """The methods of the port `Ledger` that write and read the history."""

    _store: TableStore

    def record_check(self, record: CheckRecord, last_checks: LastChecks) -> None:
        """Write the outcome of a check and the state of the last checks, in one transaction."""
        row_key = history_key("check", record.started, uuid4().hex[:8])
        self._store.write(
            [
                write_at(row_key, "create", record),
                write_at(LAST_CHECKS, "put", last_checks),
            ]
        )

    def checks(self, limit: int) -> Sequence[CheckRecord]:
        """Return the last checks, newest first, at most `limit`: one request per 1,000."""
        rows = self._store.rows("~check:", "~check;", limit=limit)
        return [record_of(CheckRecord, row) for row in rows]

    def decide(
        self,
        decision: Decision,
        *,
        holds: Sequence[InUse] = (),
        formers: Sequence[PreviousCredential] = (),
        assignments: Sequence[Assignment] = (),
        acknowledgements: Sequence[Acknowledgement] = (),
    ) -> None:
        """Write a decision and what it changes in one transaction; see `shared.ports.Ledger`."""
        changed: list[InUse | Assignment | Acknowledgement] = [
            *holds,
            *assignments,
            *acknowledgements,
        ]
        row_key = history_key("decision", decision.at, uuid4().hex[:8])
        self._store.write(
            [
                *(
                    write("replace" if record.version else "create", record, record.version)
                    for record in changed
                ),
                *(write("put", former) for former in formers),
                write_at(row_key, "create", decision),
            ]
        )

    def decisions(self, *services: str) -> Mapping[str, Sequence[Decision]]:
        """Return the decisions about each service, newest first.

        This takes one request per 1,000 decisions about any service.
        """
        rows = self._store.rows("~decision:", "~decision;")
        every = [record_of(Decision, row) for row in rows]
        return {
            service: [decision for decision in every if service in decision.services]
            for service in services
        }

    def decisions_since(self, at: datetime) -> Sequence[Decision]:
        """Return the decisions after an instant, newest first: one request per 1,000."""
        rows = self._store.rows("~decision:", history_key("decision", at))
        return [record_of(Decision, row) for row in rows]

    def remove_history(self, before: datetime, outlived: Callable[[Decision], bool]) -> None:
        """Delete checks and `outlived` decisions older than `before`, `MAX_REMOVED` of each."""
        last = before - timedelta(microseconds=1)
        checks = self._store.rows(history_key("check", last), "~check;", limit=MAX_REMOVED)
        self._store.delete([row.key for row in checks])
        decisions = self._store.rows(history_key("decision", last), "~decision;")
        removed = [row.key for row in decisions if outlived(record_of(Decision, row))]
        self._store.delete(removed[:MAX_REMOVED])
