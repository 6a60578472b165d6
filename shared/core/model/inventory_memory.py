"""What is remembered about the inventory between two reads: the rows of the ledger."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from shared.core.model.inventory import InventoryItem
from shared.core.model.left_out import LeftOut
from shared.core.model.notification import Notification, UnreadableRow


@dataclass(frozen=True, slots=True)
class InventoryScan:
    """The row about the reads: totals of the last complete read, and the last error."""

    tried_since: datetime
    """The first attempt."""
    read_at: datetime | None = None
    """When the check started that last read the tenant completely."""
    applications: int = 0
    credentials: int = 0
    """Everything that was read, including what is not listed."""
    error: str = ""
    """Why the last read failed; empty if it did not."""
    fewer_at: datetime | None = None
    """When a read last returned far fewer credentials than the previous one (`fewer_than`)."""
    fewer_than: int = 0
    left_out: LeftOut | None = None
    """`None` if no complete read has counted it yet."""


@dataclass(frozen=True, slots=True)
class InventoryMemory:
    """What is remembered about the inventory."""

    scan: InventoryScan | None = None
    items: Mapping[str, InventoryItem] = field(default_factory=dict)
    """By item id."""
    notifications: Mapping[tuple[str, str], Notification] = field(default_factory=dict)
    """By item id and channel name."""
    unreadable: tuple[UnreadableRow, ...] = ()
    """Rows whose contents are unknown."""


@dataclass(frozen=True, slots=True)
class InventoryChanges:
    """What a read found that is new, different or gone; saved before anybody is notified."""

    scan: InventoryScan | None = None
    items: tuple[InventoryItem, ...] = ()
    gone: tuple[str, ...] = ()
    """Item ids."""
    forgotten_notifications: tuple[tuple[str, str], ...] = ()
