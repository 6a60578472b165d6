"""The ledger of the inventory, in a partition of its own.

row key                         holds
listed:OBJECT-ID|KEY-ID         a credential that expires soon, or has expired
told:ITEM|CHANNEL               the last notification of a channel or an owner
~scan:                          the last read of the tenant
"""

from collections.abc import Sequence

from shared.adapters.table.keys import key
from shared.adapters.table.kinds import Remembered
from shared.adapters.table.records import TableRow, record_of, remembered
from shared.adapters.table.store import TableStore
from shared.adapters.table.transactions import write, write_at
from shared.adapters.table.unreadable import read_rows
from shared.core.model.inventory import InventoryItem
from shared.core.model.inventory_memory import InventoryChanges, InventoryMemory, InventoryScan
from shared.core.model.notification import Notification

SCAN = key("~scan")


class TableInventoryLedger:
    """Implements the port `InventoryLedger`. Its store is closed by `TableLedger`."""

    def __init__(self, store: TableStore) -> None:
        """Read and write in the partition of `store`."""
        self._store = store

    def load(self) -> InventoryMemory:
        """Return everything about the inventory: one request per 1,000 rows."""
        return _memory(self._store.rows("", "~t"))

    def load_items(self) -> InventoryMemory:
        """Return the same without notifications: one request more than one per 1,000 items."""
        scan = self._store.row(SCAN)
        return _memory([*self._store.rows("listed:", "listed;"), *([scan] if scan else [])])

    def remember(self, facts: InventoryChanges) -> None:
        """Write what is new and delete what is gone, in one transaction per 100 rows.

        An item is deleted last and its notifications before it: after a crash in between, the
        next check finds the item gone again.
        """
        operations = [write("put", item) for item in facts.items]
        if facts.scan is not None:
            operations.append(write_at(SCAN, "put", facts.scan))
        self._store.write_all(operations)
        gone = [item.removeprefix("tenant:").split(":", 1) for item in facts.gone]
        self._store.delete(
            [
                *(key("told", item, channel) for item, channel in facts.forgotten_notifications),
                *(key("listed", *names) for names in gone),
            ]
        )

    def record_notifications(self, told: Sequence[Notification]) -> None:
        """Write what was sent, in one transaction per 100 items."""
        self._store.write_all([write("put", notification) for notification in told])


def _memory(rows: Sequence[TableRow]) -> InventoryMemory:
    found = read_rows(rows, _record)
    records = found.read.values()
    sent = [each for each in records if isinstance(each, Notification)]
    return InventoryMemory(
        next((each for each in records if isinstance(each, InventoryScan)), None),
        {each.item: each for each in records if isinstance(each, InventoryItem)},
        {(each.item, each.channel): each for each in sent},
        found.unreadable,
    )


def _record(row: TableRow) -> Remembered | InventoryScan:
    return record_of(InventoryScan, row) if row.key == SCAN else remembered(row)
