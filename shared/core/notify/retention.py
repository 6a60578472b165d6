"""How long is remembered: decisions and sightings as long as the item exists and 400 days after; the rest while it decides anything."""

from collections.abc import Iterator
from datetime import timedelta

from shared.core.judge.self_watch import TRIED
from shared.core.judge.snapshot import CheckContext, last_record_of
from shared.core.model.memory import Acknowledgement, AppRecord, Decision, Memory, Removals
from shared.core.model.watchlist import WatchedApp

HISTORY = timedelta(days=400)


def outlived(at: CheckContext) -> Removals:
    """Give the rows that nothing can need any more, after a check's facts.

    Of credentials gone, and of services removed, for more than 400 days; and each acknowledgement that has ended.
    """
    limit = at.now - HISTORY
    memory = at.memory
    held = {
        hold.key_id
        for hold in memory.in_use_records.values()
        if hold.service in at.watchlist.services
    }
    lost_keys = {
        key
        for key, sighting in memory.credential_records.items()
        if sighting.gone_at is not None and sighting.gone_at < limit and key not in held
    }
    lost_services = {
        item
        for item, state in memory.items.items()
        if ":" not in item and item not in at.watchlist.services and state.since < limit
    }
    lost_channels = {
        name
        for name in memory.channels
        if name not in at.watchlist.channels
        and (state := memory.items.get(f"channel:{name}")) is not None
        and state.since < limit
    }
    apps = {app.key: app for app in at.watchlist.apps}
    renamed = {
        app.key
        for app in memory.apps.values()
        if app.key not in apps and _is_known_better(app, memory)
    }
    tried = {
        item
        for item in memory.items
        if item.startswith(TRIED) and _is_settled(apps.get(item.removeprefix(TRIED)), memory)
    }
    items = (
        tried
        | {f"credential:{key}" for key in lost_keys}
        | {f"channel:{name}" for name in lost_channels}
        | lost_services
    )
    return Removals(
        in_use_records=tuple(sorted(lost_services & set(memory.in_use_records))),
        previous_credentials=tuple(
            former
            for former in memory.previous_credentials
            if former.service in lost_services or former.key_id in lost_keys
        ),
        assignments=tuple(sorted(lost_keys & set(memory.assignments))),
        acknowledgements=tuple(_ended_acknowledgements(at, lost_services)),
        credential_records=tuple(sorted(lost_keys)),
        apps=tuple(sorted(renamed)),
        items=tuple(sorted(items & set(memory.items))),
        notifications=tuple(
            sorted(
                key
                for key in memory.notifications
                if key[0] in items
                or _key_of_leftover(key[0]) in lost_keys
                or key[1] in lost_channels
            )
        ),
        channels=tuple(sorted(lost_channels)),
        uses=tuple(sorted(lost_keys & set(memory.uses))),
    )


def is_outlived(decision: Decision, at: CheckContext) -> bool:
    """Say whether an old decision is about nothing that is watched or remembered any more: no service, and no credential."""
    services = set(at.watchlist.services) | set(at.memory.items)
    return (
        services.isdisjoint(decision.services)
        and decision.key_id not in at.memory.credential_records
    )


def _is_known_better(app: AppRecord, memory: Memory) -> bool:
    """Say whether an app is known by another key too, and was read under that one since."""
    return any(
        other.client_id == app.client_id and other.read_at > app.read_at
        for other in memory.apps.values()
    )


def _is_settled(app: WatchedApp | None, memory: Memory) -> bool:
    """Say whether nobody has to know any more since when an app was tried: it is not watched, or it was read."""
    return app is None or last_record_of(app, memory) is not None


def _ended_acknowledgements(at: CheckContext, lost_services: set[str]) -> Iterator[Acknowledgement]:
    """An acknowledgement whose situation has passed must go: the same situation may return, and is then nobody's to be quiet about.

    One that is newer than what was last found may be about what the next check finds.
    """
    today = at.now.astimezone(at.watchlist.zone).date()
    for service, given in at.memory.acknowledgements.items():
        found = at.memory.items.get(service)
        passed = found is not None and found.situation != given.situation and given.at < found.since
        if passed or given.until < today or service in lost_services:
            yield given


def _key_of_leftover(item: str) -> str:
    """Give the key id of a leftover's item, with which its id ends; empty for any other item."""
    return item.rpartition(":")[2] if item.startswith(("leftover:", "delete:")) else ""
