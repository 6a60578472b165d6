"""The inventory ledger: what is due in a whole tenant."""

from collections.abc import Sequence
from typing import Protocol

from shared.core.model.inventory_memory import InventoryChanges, InventoryMemory
from shared.core.model.notification import Notification


class InventoryLedger(Protocol):
    """Stores the inventory. Every method may raise `LedgerError`; writing needs the lease."""

    def load(self) -> InventoryMemory:
        """Return everything that is remembered of the tenant."""
        ...

    def load_items(self) -> InventoryMemory:
        """Return the same without notifications, as a status needs it."""
        ...

    def remember(self, changes: InventoryChanges) -> None:
        """Write changes and delete what no longer exists; all other rows stay as they are."""
        ...

    def record_notifications(self, notifications: Sequence[Notification]) -> None:
        """Write what was just sent to a channel or an owner."""
        ...
