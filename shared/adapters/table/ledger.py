"""The ledger in Azure Table Storage: one table, a partition for each tenant.

    row key                         holds                                   written by
    hold:SERVICE                    the credential a service uses           first check, people
    former:SERVICE|KEY-ID           a credential that it used before        people
    assignment:KEY-ID               to which services a credential belongs  people
    acknowledgement:SERVICE         an acknowledgement                      people
    handover:SERVICE                the hand-over of a new secret           people, a tick
    sighting:KEY-ID                 a credential as last read               a check
    app:KEY                         a watched app as last read              a check
    item:ITEM                       the situation of an item, since when    a check
    told:ITEM|CHANNEL               the last notification of a channel      a check
    channel:NAME                    the state of a channel                  a check
    use:KEY-ID                      days on which a credential signed in    a check
    ~pulse:                         the outcome of the last checks          a check
    ~lease:                         which check is running, since, until    a check
    ~check:TIME|RANDOM              one check, newest first                 a check
    ~decision:TIME|RANDOM           one decision, newest first              people

An item id may hold colons, also at its end; names of channels hold neither ":" nor "|", so no
two things share a key. "~" sorts after every letter: what a check loads is one range of keys
without the history. Rows of people are written under the etag that was read; rows of a check
are written under the lease. The inventory (`inventory_ledger`) has a partition of its own.
A row that cannot be read is set aside, and stops nothing else: see `unreadable`.
"""

from collections.abc import Sequence
from contextlib import ExitStack, suppress
from copy import copy
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Self

from azure.core.credentials import TokenCredential

from shared.adapters.table.client import CALL_SECONDS
from shared.adapters.table.hand_overs import TableHandOvers
from shared.adapters.table.history import TableHistory
from shared.adapters.table.inventory_ledger import TableInventoryLedger
from shared.adapters.table.keys import key
from shared.adapters.table.kinds import Remembered, key_of
from shared.adapters.table.last_checks import LAST_CHECKS, last_checks_of
from shared.adapters.table.lease import TERM, TableLease
from shared.adapters.table.memory_rows import memory_of
from shared.adapters.table.store import TableStore
from shared.adapters.table.transactions import write, write_at
from shared.adapters.timeout import TimeLeft, unlimited
from shared.core.model.check_record import LastChecks
from shared.core.model.decision import Acknowledgement
from shared.core.model.hand_over import HandOver
from shared.core.model.memory import Changes, Memory, Removals
from shared.core.model.notification import Notification
from shared.ports.clock import Clock
from shared.ports.errors import LedgerConflict
from shared.ports.ledger import Held, Lease


class TableLedger(TableHistory, TableHandOvers):
    """A ledger in one table; implements the port `Ledger`. Safe to share between threads."""

    def __init__(  # noqa: PLR0913  (all by keyword)
        self,
        where: str,
        clock: Clock,
        *,
        credential: TokenCredential | None = None,
        table: str = "Lapsewatch",
        partition: str = "own",
        seconds: float = CALL_SECONDS,
        left: TimeLeft = unlimited,
        term: timedelta = TERM,
        hands_over: bool = False,
    ) -> None:
        """Take an https endpoint with a `credential`, or a connection string without one.

        Nothing is contacted yet; the first write creates the table. Each request is given up
        after `seconds`, and when no time is `left`. A lease that is not renewed lasts a `term`.
        Hand-overs are only read if the app `hands_over` secrets.
        Raises `LedgerError` if `where` is neither.
        """
        self._store = TableStore(
            where,
            table=table,
            partition=partition,
            credential=credential,
            seconds=seconds,
            left=left,
        )
        self._inventory_store = self._store.with_partition(f"{partition}:tenant")
        self._clock = clock
        self._term = term
        self._hands_over = hands_over
        self._leases = ExitStack()

    def __enter__(self) -> Self:
        """Return the ledger."""
        return self

    def __exit__(self, *_: object) -> None:
        """Close the connections."""
        self.close()

    def close(self) -> None:
        """Close the connections; renew no lease any more."""
        self._leases.close()
        self._store.close()

    def of(self, partition: str) -> "TableLedger":
        """Return the ledger of another partition, over the same connections."""
        other = copy(self)
        other._store = self._store.with_partition(partition)  # noqa: SLF001  (of the same class)
        inventory_store = self._store.with_partition(f"{partition}:tenant")
        other._inventory_store = inventory_store  # noqa: SLF001  (of the same class)
        return other

    @property
    def inventory(self) -> TableInventoryLedger:
        """The ledger of the inventory; closed with this one."""
        return TableInventoryLedger(self._inventory_store)

    def last_checks(self) -> LastChecks:
        """Return the outcome of the last checks: one request; see `shared.ports.Ledger`."""
        return last_checks_of(self._store.row(LAST_CHECKS))

    def begin(self, at: datetime) -> None:
        """Write since when this tenant is watched, unless that is written already."""
        with suppress(LedgerConflict):
            self._store.write([write_at(LAST_CHECKS, "create", LastChecks(watching_since=at))])

    def lease(self, *, unchanged: Held | None = None) -> Lease | Held:
        """Take the lease, or return who holds it; see `shared.ports.Ledger`.

        This takes one request, or three if there is a lease already.
        """
        lease = TableLease(self._store, self._clock, self._term)
        held = lease.take(unchanged)
        if held is not None:
            return held
        self._leases.callback(lease.stop)
        return lease

    def load(self) -> Memory:
        """Return everything that a check needs: one request per 1,000 rows."""
        memory = memory_of(self._store.rows("", "~"))
        if not self._hands_over:
            return replace(memory, hand_overs={})
        return replace(memory, hands_over=True)

    def remember(self, facts: Changes) -> None:
        """Write what changed, in one transaction per 100 rows.

        Items come before credentials: if only a part is written, the next check still finds
        what it has to report, with its reason.
        """
        creations = [write("create", hold) for hold in facts.in_use_records]
        changed: tuple[Remembered, ...] = (
            *facts.items,
            *facts.apps,
            *facts.credential_records,
            *facts.channels,
            *facts.uses,
        )
        others = [write("put", record) for record in changed]
        try:
            self._store.write_all([*creations, *others])
        except LedgerConflict:  # a person has just confirmed a credential: that decision stays
            for creation in creations:
                with suppress(LedgerConflict):
                    self._store.write([creation])
            self._store.write_all(others)

    def record_notifications(self, told: Sequence[Notification]) -> None:
        """Write what was sent to channels, in one transaction per 100 items."""
        self._store.write_all([write("put", notification) for notification in told])

    def remove(self, rows: Removals) -> None:
        """Delete these rows, in one transaction per 100; a missing row is not an error."""
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
        unchanged: tuple[Acknowledgement | HandOver, ...] = (
            *rows.acknowledgements,
            *rows.hand_overs,
        )
        versions = {key_of(each): each.version for each in unchanged}
        self._store.delete(keys, versions)
