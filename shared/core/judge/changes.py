"""What a check found that is new and must be saved before anybody is notified."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import datetime

from shared.core.judge.change_reason import reason_of_change, reason_of_pipeline
from shared.core.judge.self_watch import first_tries
from shared.core.judge.situation import Situation
from shared.core.judge.snapshot import changed_records
from shared.core.judge.validity import has_ended
from shared.core.model.context import AppSnapshot, CheckContext
from shared.core.model.judgement import Judgement
from shared.core.model.memory import Changes, ItemState, Memory
from shared.core.model.views import AppView, ServiceView, UnclaimedView, View, WatcherView
from shared.core.model.vocabulary import Reason, Standing

REASON_BY_ASPECT = {
    "app": Reason.APP_PROBLEM,
    "redirect_uris": Reason.REDIRECT_URI,
    "failure": Reason.CHECK_FAILING,
    "reading": Reason.CHECK_FAILING,
    "channel": Reason.CHANNEL_FAILED,
}


def changes_of(
    judgement: Judgement, at: CheckContext, snapshots: Mapping[str, AppSnapshot]
) -> Changes:
    """Return the rows that a judgement of `snapshots` (by app key) adds or changes."""
    memory = at.memory
    in_use = (view.in_use_record for view in judgement.services if view.app.usable)
    new = (each for each in in_use if each and each.service not in memory.in_use_records)
    records = (record for each in snapshots.values() for record in changed_records(each, at))
    apps = (each.record for key, each in snapshots.items() if memory.apps.get(key) != each.record)
    return Changes(
        in_use_records=tuple(new),
        credential_records=tuple(records),
        apps=tuple(apps),
        items=(*_changed_states(judgement, at), *first_tries(judgement.unread, at)),
    )


def _changed_states(judgement: Judgement, at: CheckContext) -> Iterator[ItemState]:
    usable = (view for view in judgement.services if view.app.usable)
    found: tuple[View, ...] = (*usable, *judgement.unclaimed, *judgement.apps)
    for view in (*found, *judgement.removed, *judgement.watcher):
        state = _changed_state(view, at.memory, at.now)
        if state is not None:
            yield state


def _changed_state(view: View, memory: Memory, now: datetime) -> ItemState | None:
    before = memory.items.get(view.item)
    if isinstance(view, UnclaimedView) and _is_reopened(view, before, memory, now):
        before = None  # it is unclaimed again, and so new
    if before is not None and before.situation == view.situation:
        # a time in the future was written while the clock was ahead
        return None if before.since <= now else replace(before, since=now)
    if isinstance(view, AppView | WatcherView) and before is None and not view.problems:
        return None
    reason = _reason(view, before, memory, now)
    return ItemState(view.item, view.situation, view.standing, now, reason)


def _is_reopened(
    view: UnclaimedView, before: ItemState | None, memory: Memory, now: datetime
) -> bool:
    """Return whether an assignment was taken back after the last news about a credential.

    What a clock that was ahead wrote counts from its time: else it would be new at each check.
    """
    given = memory.assignments.get(view.credential.key_id)
    if before is None or given is None or not given.withdrawn:
        return False
    return before.since < given.at <= now


def _reason(view: View, before: ItemState | None, memory: Memory, now: datetime) -> Reason:
    match view:
        case ServiceView():
            return _reason_of_service(view, before, memory, now)
        case UnclaimedView():
            expired = view.situation == "ended" and before is not None
            return Reason.EXPIRED if expired else Reason.UNCLAIMED
        case AppView() | WatcherView():
            return REASON_BY_ASPECT[view.aspect] if view.problems else Reason.RECOVERED
        case _:
            return Reason.REMOVED


def _reason_of_service(
    view: ServiceView, before: ItemState | None, memory: Memory, now: datetime
) -> Reason:
    if view.service.by_pipeline:
        return reason_of_pipeline(view)
    earlier = Situation.read(before.situation) if before is not None else None
    if earlier is not None and earlier.by_pipeline:
        if view.standing == Standing.HEALTHY:
            return Reason.RECOVERED
        earlier = None  # people are asked as about a new service
    present = Situation.read(view.situation)
    assert present is not None  # this check made it
    ended = earlier is not None and _has_ended(earlier.replacement, memory, now)
    return reason_of_change(earlier, present, view, replacement_ended=ended)


def _has_ended(key_id: str, memory: Memory, now: datetime) -> bool:
    known = memory.credential_records.get(key_id)
    return known is not None and known.gone_at is None and has_ended(known.credential, now)
