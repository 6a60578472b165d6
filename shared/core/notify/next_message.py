"""When the next message goes out if nobody acts: the same decisions, asked on the days that can matter.

The quiet line of the week is no message that anybody waits for, so it does not count. Each app is asked for itself, with
what is remembered of it alone, and no longer than until all that is wanted is known: so the work grows with the number of
apps and not with its square.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, timedelta

from shared.core.judge.judge import QUIET_DAYS_BEFORE_DELETING, judge
from shared.core.judge.schedule import instant_on
from shared.core.judge.snapshot import AppSnapshot, CheckContext
from shared.core.model.memory import CredentialRecord, ItemState, Notification
from shared.core.model.views import (
    AppView,
    Judgement,
    LeftoverView,
    ServiceView,
    UnclaimedView,
    View,
)
from shared.core.model.vocabulary import Reason
from shared.core.model.watchlist import WatchedApp
from shared.core.notify.audience import INTRODUCTION, needs_action
from shared.core.notify.due import DAILY_REMINDERS, LEFTOVER_LADDER, messages_due


@dataclass(frozen=True, slots=True)
class NextMessages:
    """The local days of the next messages; a channel, or an item that there is now, that is absent will hear nothing more."""

    by_item: dict[str, date] = field(default_factory=dict)
    by_channel: dict[str, date] = field(default_factory=dict)


def find_next_messages(
    judgement: Judgement, at: CheckContext, observed: Mapping[str, AppSnapshot]
) -> NextMessages:
    """Look ahead from `at`, whose memory must already hold what was found and told now."""
    found, parts = NextMessages(), _Parts(at, observed)
    views = defaultdict[str, list[View]](list)
    for view in judgement.views:
        views[_app_of(view)].append(view)
    for app in at.watchlist.apps:
        if (key := app.key) in observed:
            _foresee_app(views[key], parts.alone(app), {key: observed[key]}, found)
    return found


class _Parts:
    """What is remembered, by the app that it is about."""

    def __init__(self, at: CheckContext, observed: Mapping[str, AppSnapshot]) -> None:
        self._at = at
        self._apps = frozenset(observed)
        self._by_service = {
            service.id: app.key for app in at.watchlist.apps for service in app.services
        }
        self._by_key_id = {
            credential.key_id: key
            for key, seen in observed.items()
            for credential in seen.credentials
        }
        self._sightings = defaultdict[str, dict[str, CredentialRecord]](dict)
        for key_id, sighting in at.memory.credential_records.items():
            self._sightings[sighting.app][key_id] = sighting
        self._items = defaultdict[str, dict[str, ItemState]](dict)
        for item, state in at.memory.items.items():
            self._items[self._app_of(item)][item] = state
        self._told = defaultdict[str, dict[tuple[str, str], Notification]](dict)
        for key, told in at.memory.notifications.items():
            self._told[self._app_of(key[0])][key] = told

    def _app_of(self, item: str) -> str:
        """Give the key of the app that an item is about; that of an introduction is itself, since it is about all of them."""
        kind, _, rest = item.partition(":")
        match kind:
            case "credential":
                return self._by_key_id.get(rest, "")
            case "leftover" | "delete":
                return self._by_service.get(rest.partition(":")[0], "")
            case _:
                return rest if rest in self._apps else self._by_service.get(item, item)

    def alone(self, app: WatchedApp) -> CheckContext:
        """Give the round as if there were only one app: nothing else decides when a message about it is due."""
        at, key = self._at, app.key
        named = {name for service in app.services for name in service.channels}
        holds = at.memory.in_use_records
        return at._replace(
            watchlist=replace(
                at.watchlist,
                apps=(app,),
                channels={k: v for k, v in at.watchlist.channels.items() if k in named},
            ),
            memory=replace(
                at.memory,
                in_use_records={
                    service.id: holds[service.id] for service in app.services if service.id in holds
                },
                credential_records=self._sightings[key],
                items={**self._items[key], **self._items[INTRODUCTION]},
                notifications={**self._told[key], **self._told[INTRODUCTION]},
                channels={},
            ),
        )


def _foresee_app(
    views: Iterable[View],
    at: CheckContext,
    observed: Mapping[str, AppSnapshot],
    found: NextMessages,
) -> None:
    days = {day for view in views for day in _days_that_matter(view, at)} | set(
        _days_of_credentials(at, observed)
    )
    wanted = {view.item for view in views if not isinstance(view, AppView) or needs_action(view)}
    for then in sorted(instant_on(day, at.watchlist) for day in days):
        day = then.astimezone(at.watchlist.zone).date()
        if then <= at.now:
            continue
        if wanted <= found.by_item.keys() and all(
            found.by_channel.get(name, date.max) <= day for name in at.watchlist.channels
        ):
            return
        later = at._replace(now=then)
        for message in messages_due(judge(later, observed), later):
            for notice in message.notices:
                if notice.reason != Reason.WEEKLY:
                    _earlier(found.by_channel, message.channel, day)
                    _earlier(found.by_item, notice.view.item, day)


def _earlier(days: dict[str, date], key: str, day: date) -> None:
    days[key] = min(day, days.get(key, day))


def _app_of(view: View) -> str:
    match view:
        case LeftoverView():
            return view.owner.app.key
        case ServiceView() | UnclaimedView():
            return view.app.key
        case AppView():
            return view.watched.key
        case _:
            return ""


def _days_that_matter(view: View, at: CheckContext) -> Iterator[date]:
    """Give the local days on which a message about `view` can become due; every one on which it does is among them."""
    zone = at.watchlist.zone
    today = at.now.astimezone(zone).date()
    match view:
        case ServiceView():
            rungs, ends = (
                (*view.service.ladder, *_escalation(view)),
                view.in_use.ends if view.in_use else None,
            )
            if view.acknowledged is not None:
                yield view.acknowledged.until + timedelta(days=1)
        case UnclaimedView():
            rungs, ends = at.watchlist.ladder, view.credential.ends
        case LeftoverView():
            rungs, ends = LEFTOVER_LADDER, view.credential.ends
            if view.owner.in_use_record is not None:
                yield view.owner.in_use_record.at.astimezone(zone).date() + timedelta(
                    days=QUIET_DAYS_BEFORE_DELETING
                )
        case _:
            rungs, ends = (), None
    if ends is not None:
        last = ends.astimezone(zone).date()
        yield from (last - timedelta(days=rung) for rung in rungs)
    if needs_action(view):
        yield from (today + timedelta(days=n) for n in range(DAILY_REMINDERS + 1))


def _escalation(view: ServiceView) -> tuple[int, ...]:
    return (view.service.escalate.below,) if view.service.escalate is not None else ()


def _days_of_credentials(at: CheckContext, observed: Mapping[str, AppSnapshot]) -> Iterator[date]:
    """Give the days around which a credential starts or ends, and so may change a standing; of one to come, its rungs too."""
    zone = at.watchlist.zone
    rungs = {
        rung for app in at.watchlist.apps for service in app.services for rung in service.ladder
    }
    for seen in observed.values():
        for credential in seen.credentials:
            for instant in (credential.starts, credential.ends):
                if instant is not None and instant > at.now:
                    day = instant.astimezone(zone).date()
                    yield from (day, day + timedelta(days=1))
            if (
                credential.starts is not None
                and credential.ends is not None
                and credential.starts > at.now
            ):
                last = credential.ends.astimezone(
                    zone
                ).date()  # a service without any comes to use it by itself
                yield from (last - timedelta(days=rung) for rung in rungs)
