"""What a channel was notified about in the tenant, for its weekly status."""

from collections.abc import Mapping
from datetime import datetime

from shared.core.inventory.context import InventoryContext
from shared.core.inventory.told import told
from shared.core.model.inventory import InventoryItem, InventoryView
from shared.core.spare import spare
from shared.render.text.dates import Moment
from shared.render.text.wording import words_for
from shared.usecases.inventory import InventoryWatch

type ByChannel = Mapping[str, tuple[InventoryView, ...]]


def told_by_channel(tenant: InventoryWatch | None, now: datetime) -> ByChannel:
    """Return by channel the credentials of the tenant for its weekly status.

    Never raises: no message about the watched apps depends on it.
    """
    if tenant is None:
        return {}
    try:
        memory = tenant.ledger.load()
        at = InventoryContext(tenant.watchlist, tenant.rules, memory, now)

        def shown(items: Mapping[str, InventoryItem], failed: Mapping[str, str]) -> ByChannel:
            """Leave out what cannot be evaluated, or shown."""
            found = told(at.only(items, failed))
            for view in (each for views in found.values() for each in views):
                words_for(view).summary(Moment(now, at.watchlist.zone))
            return found

        return spare(shown, at.memory.items)
    except Exception:  # noqa: BLE001  (as above)
        return {}
