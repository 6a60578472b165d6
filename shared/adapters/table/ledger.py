"""The ledger in Azure Table Storage: one table, one partition, so that one transaction covers whatever belongs together.

    row key                         holds                                   written by
    hold:SERVICE                    the credential a service uses           first sight (created only), people
    former:SERVICE|KEY-ID           a credential that it once used          people
    assignment:KEY-ID               a claim                                 people
    acknowledgement:SERVICE         an acknowledgement                      people
    sighting:KEY-ID                 a credential as last seen               a check
    app:KEY                         a watched app as last read              a check
    item:ITEM                       the situation of an item, since when    a check
    told:ITEM|CHANNEL               what a channel last heard               a check
    channel:NAME                    how a channel fares                     a check
    use:KEY-ID                      when a credential was seen signing in   a check
    ~pulse:                         how the last checks ended               a check
    ~lease:                         who checks just now, until when         a check
    ~check:TIME|RANDOM              one check, newest first                 a check
    ~decision:TIME|RANDOM           one decision, newest first              people

An item id may hold colons, and end with one; names of channels hold neither ":" nor "|", so no two things share a key.
"~" sorts after every letter, so what a check loads is one range of keys, and the history is never part of it. Rows of
people are written under the etag they were read with; rows of a check are written by whoever has the lease. What is due
in the whole tenant has a partition of its own (`table_tenant`), and so has each tenant, where there are several.
"""

from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from copy import copy
from datetime import datetime, timedelta
from typing import Literal, Self
from uuid import uuid4

from azure.core.credentials import TokenCredential

from shared.adapters.table.inventory_ledger import TableInventoryLedger
from shared.adapters.table.lease import TableLease
from shared.adapters.table.rows import (
    Remembered,
    columns_of,
    history_key,
    key,
    key_of,
    memory_of,
    record_of,
)
from shared.adapters.table.store import CALL_SECONDS, Step, TableStore
from shared.core.model.check_record import CheckRecord, LastChecks
from shared.core.model.decision import (
    Acknowledgement,
    Assignment,
    Decision,
    InUse,
    PreviousCredential,
)
from shared.core.model.memory import Changes, Memory, Removals
from shared.core.model.notification import Notification
from shared.ports.clock import Clock
from shared.ports.errors import LedgerConflict
from shared.ports.ledger import Lease

MAX_HISTORY = 500
"""Rows of each history that one call of `forget_history` drops."""

LAST_CHECKS = key("~pulse")


class TableLedger:
    """Remembers in one table of a storage account. Safe to share between checks; close it when done."""

    def __init__(
        self,
        where: str,
        clock: Clock,
        *,
        credential: TokenCredential | None = None,
        table: str = "Lapsewatch",
        partition: str = "own",
        seconds: float = CALL_SECONDS,
    ) -> None:
        """Take an https endpoint with the `credential` of an identity, or a connection string without one. Nothing is contacted yet.

        Each request is given up after `seconds`. Raises `LedgerError` if `where` is neither. The table is made when first
        something is written.
        """
        self._store = TableStore(
            where, table=table, partition=partition, credential=credential, seconds=seconds
        )
        self._of_tenant = self._store.beside(f"{partition}:tenant")
        self._clock = clock

    def __enter__(self) -> Self:
        """Give the ledger itself."""
        return self

    def __exit__(self, *_: object) -> None:
        """Close the connections."""
        self.close()

    def close(self) -> None:
        """Close the connections."""
        self._store.close()

    def of(self, partition: str) -> "TableLedger":
        """Give the ledger of another partition, over the same connections: closed with this one."""
        other = copy(self)
        other._store = self._store.beside(partition)  # noqa: SLF001  (it is one of us)
        other._of_tenant = self._store.beside(f"{partition}:tenant")  # noqa: SLF001  (the same)
        return other

    @property
    def inventory(self) -> TableInventoryLedger:
        """What is remembered of the whole tenant; it lives as long as this does."""
        return TableInventoryLedger(self._of_tenant)

    def last_checks(self) -> LastChecks:
        """How the last checks ended: one point read."""
        row = self._store.row(LAST_CHECKS)
        return record_of(LastChecks, row) if row else LastChecks()

    def begin(self, at: datetime) -> None:
        """Note the first sign of life, if there is no pulse yet: one request, and two more on the very first."""
        with suppress(LedgerConflict):
            self._store.write(
                [
                    Step(
                        "create",
                        LAST_CHECKS,
                        columns_of(LastChecks(watching_since=at), LAST_CHECKS),
                    )
                ]
            )

    def lease(self) -> Lease | None:
        """Take the lease for five minutes, by the clock given; `None` if another check has it. One request; two more if it was taken."""
        lease = TableLease(self._store, self._clock)
        return lease if lease.take() else None

    def load(self) -> Memory:
        """Everything that a check needs to remember: one request for each 1,000 rows."""
        return memory_of(self._store.rows("", "~"))

    def remember(self, facts: Changes) -> None:
        """Write what is new, in one transaction for each 100 rows.

        Holds go first and states of items before sightings: if only a part is written, the next check finds the rest
        still to be said, with the reason that it had.
        """
        firsts = [_step("create", hold) for hold in facts.in_use_records]
        found: tuple[Remembered, ...] = (
            *facts.items,
            *facts.apps,
            *facts.credential_records,
            *facts.channels,
            *facts.uses,
        )
        others = [_step("put", value) for value in found]
        try:
            self._store.write_all([*firsts, *others])
        except LedgerConflict:  # a person was faster with one of the holds: that one is left alone
            for first in firsts:
                with suppress(LedgerConflict):
                    self._store.write([first])
            self._store.write_all(others)

    def record_notifications(self, told: Sequence[Notification]) -> None:
        """Write what a channel has just heard, in one transaction for each 100 items."""
        self._store.write_all([_step("put", value) for value in told])

    def record_check(self, record: CheckRecord, last_checks: LastChecks) -> None:
        """Write how a check ended and the pulse, both or neither: one request."""
        check = history_key("check", record.started, uuid4().hex[:8])
        self._store.write(
            [
                Step("create", check, columns_of(record, check)),
                Step("put", LAST_CHECKS, columns_of(last_checks, LAST_CHECKS)),
            ]
        )

    def decide(
        self,
        decision: Decision,
        *,
        holds: Sequence[InUse] = (),
        formers: Sequence[PreviousCredential] = (),
        assignments: Sequence[Assignment] = (),
        acknowledgements: Sequence[Acknowledgement] = (),
    ) -> None:
        """Write what a person decided and the decision itself, in one transaction: a crash leaves all of it or nothing."""
        settled: list[InUse | Assignment | Acknowledgement] = [
            *holds,
            *assignments,
            *acknowledgements,
        ]
        steps = [
            _step("replace" if value.version else "create", value, value.version)
            for value in settled
        ]
        history = history_key("decision", decision.at, uuid4().hex[:8])
        steps += [
            *(_step("put", former) for former in formers),
            Step("create", history, columns_of(decision, history)),
        ]
        self._store.write(steps)

    def decisions(self, *services: str) -> Mapping[str, Sequence[Decision]]:
        """What was decided about each of the services, newest first: one request for each 1,000 decisions of all services."""
        found: dict[str, list[Decision]] = {service: [] for service in services}
        for row in self._store.rows("~decision:", "~decision;"):
            decision = record_of(Decision, row)
            for service in found.keys() & set(decision.services):
                found[service].append(decision)
        return found

    def decisions_since(self, at: datetime) -> Sequence[Decision]:
        """What was decided after an instant, newest first: one request for each 1,000."""
        return [
            record_of(Decision, row)
            for row in self._store.rows("~decision:", history_key("decision", at))
        ]

    def checks(self, limit: int) -> Sequence[CheckRecord]:
        """How the last checks ended, newest first, `limit` of them at most: one request for each 1,000."""
        return [
            record_of(CheckRecord, row)
            for row in self._store.rows("~check:", "~check;", limit=limit)
        ]

    def remove(self, rows: Removals) -> None:
        """Drop these rows, in one transaction for each 100; one that does not exist is as good as dropped."""
        keys = [
            *(key("hold", service) for service in rows.in_use_records),
            *(key_of(former) for former in rows.previous_credentials),
            *(key("assignment", key_id) for key_id in rows.assignments),
            *(key("sighting", key_id) for key_id in rows.credential_records),
            *(key("app", app) for app in rows.apps),
            *(key("item", item) for item in rows.items),
            *(key("told", item, channel) for item, channel in rows.notifications),
            *(key("channel", name) for name in rows.channels),
            *(key("use", key_id) for key_id in rows.uses),
        ]
        self._store.drop(keys, {key_of(given): given.version for given in rows.acknowledgements})

    def remove_history(self, before: datetime, outlived: Callable[[Decision], bool]) -> None:
        """Drop checks older than `before`, and such decisions as are `outlived`, at most `MAX_HISTORY` of each.

        Two reads, one more for each 1,000 decisions, and a transaction for each 100 rows.
        """
        last = before - timedelta(microseconds=1)
        checks = self._store.rows(history_key("check", last), "~check;", limit=MAX_HISTORY)
        self._store.drop([row.key for row in checks])
        decisions = self._store.rows(history_key("decision", last), "~decision;")
        self._store.drop(
            [row.key for row in decisions if outlived(record_of(Decision, row))][:MAX_HISTORY]
        )


def _step(how: Literal["create", "put", "replace"], value: Remembered, version: str = "") -> Step:
    row = key_of(value)
    return Step(how, row, columns_of(value, row), version)
