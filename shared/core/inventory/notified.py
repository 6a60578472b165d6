"""The credentials of the tenant that a channel was notified about, for its weekly status."""

from collections import defaultdict
from collections.abc import Mapping

from shared.core.inventory.context import InventoryContext
from shared.core.inventory.judge import inventory_view
from shared.core.model.inventory import InventoryView


def notified(at: InventoryContext) -> Mapping[str, tuple[InventoryView, ...]]:
    """Return by channel what it was notified about and has not expired, soonest first."""
    found = defaultdict[str, list[InventoryView]](list)
    for item, channel in at.memory.notifications:
        listed = at.memory.items.get(item)
        if listed is not None and channel in at.watchlist.channels:
            view = inventory_view(listed, at)
            if not listed.ended and view.days_left >= 0 and not view.silenced:
                found[channel].append(view)
    return {channel: tuple(sorted(views, key=_soonest)) for channel, views in found.items()}


def _soonest(view: InventoryView) -> tuple[int, str]:
    return view.days_left, view.item
