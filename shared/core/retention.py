"""How long is remembered: decisions and sightings as long as the item exists and 400 days after; the rest while it decides anything."""

from datetime import timedelta

from shared.core.memory import Forget
from shared.core.observe import Round

HISTORY = timedelta(days=400)


def outlived(at: Round) -> Forget:
    """Give the rows that nothing can need any more: of credentials gone, and of services removed, for more than 400 days."""
    limit = at.now - HISTORY
    memory = at.memory
    held = {hold.key_id for hold in memory.holds.values() if hold.service in at.watchlist.services}
    lost_keys = {
        key for key, sighting in memory.sightings.items() if sighting.gone_at is not None and sighting.gone_at < limit and key not in held
    }
    lost_services = {
        item for item, state in memory.items.items() if ":" not in item and item not in at.watchlist.services and state.since < limit
    }
    lost_channels = {
        name
        for name in memory.channels
        if name not in at.watchlist.channels and (state := memory.items.get(f"channel:{name}")) is not None and state.since < limit
    }
    items = {f"credential:{key}" for key in lost_keys} | {f"channel:{name}" for name in lost_channels} | lost_services
    return Forget(
        holds=tuple(sorted(lost_services & set(memory.holds))),
        formers=tuple(former for former in memory.formers if former.service in lost_services or former.key_id in lost_keys),
        assignments=tuple(sorted(lost_keys & set(memory.assignments))),
        acknowledgements=tuple(sorted(lost_services & set(memory.acknowledgements))),
        sightings=tuple(sorted(lost_keys)),
        items=tuple(sorted(items & set(memory.items))),
        told=tuple(
            sorted(key for key in memory.told if key[0] in items or _key_of_leftover(key[0]) in lost_keys or key[1] in lost_channels)
        ),
        channels=tuple(sorted(lost_channels)),
        uses=tuple(sorted(lost_keys & set(memory.uses))),
    )


def _key_of_leftover(item: str) -> str:
    """Give the key id of a leftover's item, with which its id ends; empty for any other item."""
    return item.rpartition(":")[2] if item.startswith(("leftover:", "delete:")) else ""
