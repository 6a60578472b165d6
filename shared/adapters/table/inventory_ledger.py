"""What is due in a whole tenant, in a partition of its own: it is read by those who need it, and written only where it changed.

row key                         holds
listed:OBJECT-ID|KEY-ID         a credential that is due, or has ended
told:ITEM|CHANNEL               what a channel, or an owner, last heard
~scan:                          how the tenant was last read
"""

from collections.abc import Sequence

from shared.adapters.table.rows import TableRow, columns_of, key, key_of, record_of
from shared.adapters.table.store import Step, TableStore
from shared.core.model.inventory import (
    InventoryChanges,
    InventoryItem,
    InventoryMemory,
    InventoryScan,
)
from shared.core.model.notification import Notification

SCAN = key("~scan")


class TableInventoryLedger:
    """The tenant's part of the ledger; implements the port `InventoryLedger`. The store is closed by who made it."""

    def __init__(self, store: TableStore) -> None:
        """Read and write in the partition of `store`."""
        self._store = store

    def load(self) -> InventoryMemory:
        """Everything that is remembered of the tenant: one request for each 1,000 rows."""
        return _memory(self._store.rows("", "~t"))

    def load_items(self) -> InventoryMemory:
        """The same without what was told: one request for each 1,000 items, and one."""
        scan = self._store.row(SCAN)
        return _memory([*self._store.rows("listed:", "listed;"), *([scan] if scan else [])])

    def remember(self, facts: InventoryChanges) -> None:
        """Write what is new and drop what is gone, in one transaction for each 100 rows.

        What is gone goes last and what was told of it before it: a crash in between leaves something to be found gone again.
        """
        steps = [
            Step("put", row, columns_of(each, row))
            for each in facts.items
            for row in [key_of(each)]
        ]
        if facts.scan is not None:
            steps.append(Step("put", SCAN, columns_of(facts.scan, SCAN)))
        self._store.write_all(steps)
        dropped = [key("told", item, channel) for item, channel in facts.forgotten_notifications]
        dropped += [
            key("listed", *item.removeprefix("tenant:").split(":", 1)) for item in facts.gone
        ]
        self._store.drop(dropped)

    def record_notifications(self, told: Sequence[Notification]) -> None:
        """Write what a channel has just heard, in one transaction for each 100 items."""
        self._store.write_all(
            [Step("put", row, columns_of(each, row)) for each in told for row in [key_of(each)]]
        )


def _memory(rows: Sequence[TableRow]) -> InventoryMemory:
    listed = [record_of(InventoryItem, row) for row in rows if row.key.startswith("listed:")]
    told = [record_of(Notification, row) for row in rows if row.key.startswith("told:")]
    scan = next((record_of(InventoryScan, row) for row in rows if row.key == SCAN), None)
    return InventoryMemory(
        scan,
        {each.item: each for each in listed},
        {(each.item, each.channel): each for each in told},
    )
