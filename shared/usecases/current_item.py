"""An item of the inventory as the last read found it, for a person's decision."""

from typing import Protocol

from shared.core.decisions import Refused
from shared.core.inventory.context import InventoryContext
from shared.core.inventory.judge import inventory_view
from shared.core.model.inventory import InventoryItem, InventoryView
from shared.core.model.item_id import ItemId, ItemKind
from shared.usecases.inventory import InventoryWatch
from shared.usecases.program import Program


class WithInventory(Program, Protocol):
    """What reading an item needs of the program (`Watch`)."""

    @property
    def inventory(self) -> InventoryWatch | None:
        """The part about the whole tenant, if there is one."""
        ...


def is_item(subject: str) -> bool:
    """Return whether a decision is about an item of the inventory, and not about a service."""
    return ItemId.parse(subject).kind == ItemKind.INVENTORY


def known_item(watch: WithInventory, item: str) -> tuple[InventoryView, InventoryContext]:
    """Return the item with this id. Raises `Refused` if there is none, and `LedgerError`."""
    at = _context(watch)
    listed = at.memory.items.get(item) if at is not None else None
    if at is None or listed is None:
        raise Refused(
            f"There is no credential {item} among those of the tenant that expire soon or have "
            "expired lately. Nothing was saved. `status --json` lists them in tenant.items."
        )
    return inventory_view(listed, at), at


def item_with(watch: WithInventory, key_id: str) -> tuple[InventoryView, InventoryContext] | None:
    """Return the item with this key id; `None` if there is none, or a watched app has it.

    Raises:
        Refused: Several apps have it.
        LedgerError: The ledger cannot be read.
    """
    at = _context(watch)
    record = at.decided.credential_records.get(key_id) if at is not None else None
    watched = record is not None and any(app.key == record.app for app in watch.watchlist.apps)
    if at is None or watched:
        return None
    found = [each for each in at.memory.items.values() if _has(each, key_id)]
    if len(found) > 1:
        raise Refused(
            f"{len(found)} apps have a credential {key_id}, so it does not name one. Nothing was "
            "saved. Snooze each by its id, with `acknowledge`."
        )
    return (inventory_view(found[0], at), at) if found else None


def _has(listed: InventoryItem, key_id: str) -> bool:
    return listed.credential.key_id.casefold() == key_id


def _context(watch: WithInventory) -> InventoryContext | None:
    if watch.inventory is None:
        return None
    return watch.inventory.context(watch.clock(), watch.ledger.load())
