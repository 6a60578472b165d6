"""What a channel was notified about in the tenant, for its weekly status."""

from collections.abc import Mapping
from datetime import datetime

from shared.core.inventory.context import InventoryContext
from shared.core.inventory.notified import notified
from shared.core.model.inventory import InventoryItem, InventoryView
from shared.core.model.memory import Memory
from shared.core.model.watchlist import Watchlist
from shared.core.spare import spare
from shared.ports.inventory_ledger import InventoryLedger
from shared.render.text.dates import Moment
from shared.render.text.wording import words_for

type ByChannel = Mapping[str, tuple[InventoryView, ...]]


def notified_by_channel(
    watchlist: Watchlist, ledger: InventoryLedger | None, now: datetime, decided: Memory
) -> ByChannel:
    """Return by channel the credentials of the tenant for its weekly status.

    Never raises: no message about the watched apps depends on it. `decided` holds what people
    decided.
    """
    rules = watchlist.inventory
    if rules is None or ledger is None:
        return {}
    try:
        at = InventoryContext(watchlist, rules, ledger.load(), now, decided=decided)

        def shown(items: Mapping[str, InventoryItem], failed: Mapping[str, str]) -> ByChannel:
            """Leave out what cannot be evaluated, or shown."""
            found = notified(at.only(items, failed))
            for view in (each for views in found.values() for each in views):
                words_for(view).summary(Moment(now, at.watchlist.zone))
            return found

        return spare(shown, at.memory.items)
    except Exception:  # noqa: BLE001  (as above)
        return {}
