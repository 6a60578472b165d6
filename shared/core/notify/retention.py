"""How long the ledger remembers.

Decisions and credentials are kept for as long as their service or app exists and 400 days more;
everything else for as long as it decides anything. While a row of the ledger cannot be read, what
still needs the other rows is not known: only ended acknowledgements go.
"""

from collections.abc import Iterator
from datetime import timedelta

from shared.core.judge.acknowledgement import last_day
from shared.core.judge.validity import has_ended
from shared.core.model.context import CheckContext, last_record_of
from shared.core.model.decision import Acknowledgement, Decision
from shared.core.model.directory import AppRecord
from shared.core.model.hand_over import HandOver, HandOverState
from shared.core.model.item_id import ItemId, ItemKind, item_id
from shared.core.model.memory import Memory, Removals

HISTORY = timedelta(days=400)


def outlived(at: CheckContext) -> Removals:
    """Return the rows that are no longer needed, after a check saved its changes."""
    memory = at.memory
    if memory.unreadable:
        return Removals(acknowledgements=tuple(_ended_acknowledgements(at, set())))
    key_ids, services, channels = _old_key_ids(at), _old_services(at), _old_channels(at)
    items = services | _finished_tries(at)
    items |= {item_id(ItemKind.CREDENTIAL, key_id) for key_id in key_ids}
    items |= {item_id(ItemKind.CHANNEL, name) for name in channels}
    previous = (
        each
        for each in memory.previous_credentials
        if each.service in services or each.key_id in key_ids
    )
    notifications = (
        (item, channel)
        for item, channel in memory.notifications
        if item in items or channel in channels or _key_id_of_leftover(item) in key_ids
    )
    in_use = services & set(memory.in_use_records) | set(_installed_by_pipeline(at))
    return Removals(
        in_use_records=tuple(sorted(in_use)),
        previous_credentials=tuple(previous),
        assignments=tuple(sorted(key_ids & set(memory.assignments) | _old_item_key_ids(at))),
        acknowledgements=tuple(_ended_acknowledgements(at, services)),
        credential_records=tuple(sorted(key_ids)),
        apps=tuple(sorted(_renamed_apps(at))),
        items=tuple(sorted(items & set(memory.items))),
        notifications=tuple(sorted(notifications)),
        channels=tuple(sorted(channels)),
        uses=tuple(sorted(key_ids & set(memory.uses))),
        hand_overs=tuple(_old_hand_overs(at)),
    )


def _old_hand_overs(at: CheckContext) -> Iterator[HandOver]:
    """Yield the hand-overs that ended long ago; an orphan stays until it is gone."""
    records = at.memory.credential_records
    for each in at.memory.hand_overs.values():
        known = (records.get(key_id) for key_id in each.without_value)
        exists = any(orphan is not None and orphan.gone_at is None for orphan in known)
        ended = each.state == HandOverState.DONE and not each.stale and not exists
        if ended and each.changed < at.now - HISTORY:
            yield each


def is_outlived(decision: Decision, at: CheckContext) -> bool:
    """Return whether an old decision concerns no service and no credential that is known."""
    if at.memory.unreadable:
        return False
    services = set(at.watchlist.services) | set(at.memory.items)
    known = decision.key_id in at.memory.credential_records
    return not known and services.isdisjoint(decision.services)


def _old_key_ids(at: CheckContext) -> set[str]:
    """Return the key ids of credentials that were deleted long ago and are not in use."""
    limit, services = at.now - HISTORY, at.watchlist.services
    records = at.memory.in_use_records.values()
    in_use = {record.key_id for record in records if record.service in services}
    gone = {
        key_id
        for key_id, record in at.memory.credential_records.items()
        if record.gone_at is not None and record.gone_at < limit
    }
    return gone - in_use


def _old_item_key_ids(at: CheckContext) -> set[str]:
    """Return the key ids of assigned credentials that the inventory cannot list any more.

    It lists one from the first reminder until 90 days after its expiry.
    """
    rules = at.watchlist.inventory
    limit = at.now - HISTORY - timedelta(days=rules.ladder[0] if rules is not None else 0)
    records = at.memory.credential_records
    return {
        key_id
        for key_id, given in at.memory.assignments.items()
        if key_id not in records and given.at < limit
    }


def _old_services(at: CheckContext) -> set[str]:
    """Return the ids of services that were removed from the watchlist long ago."""
    limit, watched = at.now - HISTORY, at.watchlist.services
    return {
        item
        for item, state in at.memory.items.items()
        if state.since < limit
        and item not in watched
        and ItemId.parse(item).kind == ItemKind.SERVICE
    }


# Before a pipeline took over, a person confirmed these. While the credential works, the row stays,
# so that a mistaken edit of the watchlist loses nothing.
def _installed_by_pipeline(at: CheckContext) -> Iterator[str]:
    """Yield the services of pipelines whose stored credential does not work any more."""
    for service, record in at.memory.in_use_records.items():
        watched = at.watchlist.services.get(service)
        if watched is not None and watched.by_pipeline:
            known = at.memory.credential_records.get(record.key_id)
            if known is None or known.gone_at is not None or has_ended(known.credential, at.now):
                yield service


def _old_channels(at: CheckContext) -> set[str]:
    """Return the names of channels that were removed from the watchlist long ago."""
    limit = at.now - HISTORY
    removed = (name for name in at.memory.channels if name not in at.watchlist.channels)
    states = ((name, at.memory.items.get(item_id(ItemKind.CHANNEL, name))) for name in removed)
    return {name for name, state in states if state is not None and state.since < limit}


def _finished_tries(at: CheckContext) -> set[str]:
    """Return the items about first attempts for apps that are unwatched, or were read since."""
    apps = {app.key: app for app in at.watchlist.apps}
    found = set()
    for item in at.memory.items:
        match ItemId.parse(item):
            case ItemId(ItemKind.TRIED, (key,)):
                if key not in apps or last_record_of(apps[key], at.memory) is not None:
                    found.add(item)
    return found


def _renamed_apps(at: CheckContext) -> set[str]:
    """Return the keys of apps that are not watched by that key and were read by another since."""
    watched = {app.key for app in at.watchlist.apps}
    apps = at.memory.apps.values()
    return {app.key for app in apps if app.key not in watched and _has_later_read(app, at.memory)}


def _has_later_read(app: AppRecord, memory: Memory) -> bool:
    same = (other for other in memory.apps.values() if other.client_id == app.client_id)
    return any(other.read_at > app.read_at for other in same)


def _ended_acknowledgements(at: CheckContext, old_services: set[str]) -> Iterator[Acknowledgement]:
    """Yield the acknowledgements that have ended.

    One whose situation has passed must go, or it would be valid again if the situation returned.
    One that is newer than the last check may be about what the next check finds.
    """
    zone = at.watchlist.zone
    today = at.now.astimezone(zone).date()
    for service, given in at.memory.acknowledgements.items():
        found = at.memory.items.get(service)
        passed = found is not None and found.situation != given.situation and given.at < found.since
        # only this version is deleted: a person may acknowledge again during the check
        if passed or last_day(given, zone) < today or service in old_services:
            yield given


def _key_id_of_leftover(item: str) -> str:
    match ItemId.parse(item):
        case ItemId(ItemKind.LEFTOVER | ItemKind.DELETABLE, (_, key_id)):
            return key_id
        case _:
            return ""
