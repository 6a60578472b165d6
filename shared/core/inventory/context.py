"""What deciding about the inventory starts from."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Self

from shared.core.judge.schedule import CLOCKS_DIFFER
from shared.core.model.days import days_between
from shared.core.model.inventory import InventoryItem
from shared.core.model.inventory_memory import InventoryMemory, InventoryScan
from shared.core.model.item_id import INVENTORY_INTRODUCTION, UNREACHED
from shared.core.model.memory import Memory
from shared.core.model.notification import Notification
from shared.core.model.vocabulary import Standing
from shared.core.model.watchlist import InventoryRules, Watchlist


@dataclass(frozen=True, slots=True)
class InventoryContext:
    """The rules, the instant, and a memory that already contains what the read found."""

    watchlist: Watchlist
    rules: InventoryRules
    memory: InventoryMemory
    now: datetime
    unknown: frozenset[str] = frozenset()
    """Items that this read did not cover: nobody is notified of them now."""
    decided: Memory = field(default_factory=Memory)
    """Holds what people decided about single items: acknowledgements and assignments."""
    failed: Mapping[str, str] = field(default_factory=dict)
    """By item or client id: why it cannot be evaluated, a fault of the program."""

    def only(self, items: Mapping[str, InventoryItem], failed: Mapping[str, str]) -> Self:
        """Return the context with some of the items; others are in `failed`."""
        memory = replace(self.memory, items=items)
        return replace(self, memory=memory, failed={**self.failed, **failed})

    @property
    def scan(self) -> InventoryScan:
        """The row about the reads."""
        return self.memory.scan or InventoryScan(tried_since=self.now)

    @property
    def introduced(self) -> bool:
        """A channel got the first message about the inventory on an earlier day.

        On the day of the first message nothing else is sent, however often a check runs.
        """
        zone = self.watchlist.zone
        rows = (self.last_message(INVENTORY_INTRODUCTION, name) for name in self.rules.tell)
        times = [row.at for row in rows if row is not None]
        earlier = any(days_between(at, self.now, zone) > 0 for at in times)
        # one in the future was sent too, while the clock was ahead
        return earlier or any(at - self.now > CLOCKS_DIFFER for at in times)

    def last_message(self, item: str, channel: str) -> Notification | None:
        """Return what the ledger keeps about the last message to a channel about an item."""
        return self.memory.notifications.get((item, channel))

    def unreached_since(self, owner: str) -> datetime | None:
        """Return when mail to an owner (by channel) began to fail; `None` if it does not fail."""
        row = self.last_message(UNREACHED, owner)
        return row.at if row is not None and row.standing == Standing.FAILING else None
