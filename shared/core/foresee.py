"""When the next message goes out if nobody acts: the same decisions, asked on the days that can matter.

The quiet line of the week is no message that anybody waits for, so it does not count. Each app is asked for itself, so
that the work grows with the number of apps and not with its square.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, timedelta

from shared.core.due import DAILY_REMINDERS, LEFTOVER_LADDER, messages_due
from shared.core.judge import QUIET_DAYS_BEFORE_DELETING, judge
from shared.core.judged import Judgement, LeftoverView, ServiceView, UnclaimedView, View
from shared.core.model import Reason, WatchedApp
from shared.core.observe import Observed, Round
from shared.core.schedule import instant_on
from shared.core.who import INTRODUCTION, needs_hands


@dataclass(frozen=True, slots=True)
class Foreseen:
    """The local days of the next messages; an id or name that is absent will hear nothing more."""

    by_item: dict[str, date] = field(default_factory=dict)
    by_channel: dict[str, date] = field(default_factory=dict)


def foresee(judgement: Judgement, at: Round, observed: Mapping[str, Observed]) -> Foreseen:
    """Look ahead from `at`, whose memory must already hold what was found and told now."""
    found = Foreseen()
    for app in at.watchlist.apps:
        if app.key in observed:
            alone = _alone(app, at, observed[app.key])
            views = [view for view in judgement.views if _belongs(view, app.key)]
            _foresee_app(views, alone, {app.key: observed[app.key]}, found)
    return found


def _alone(app: WatchedApp, at: Round, seen: Observed) -> Round:
    """Give the round as if there were only one app: nothing else decides when a message about it is due."""
    named = {name for service in app.services for name in service.channels}
    channels = {name: channel for name, channel in at.watchlist.channels.items() if name in named}
    services = {service.id for service in app.services}
    keys = {credential.key_id for credential in seen.credentials}

    def is_its(item: str) -> bool:
        kind, _, rest = item.partition(":")
        its = {"credential": rest in keys, "leftover": rest.partition(":")[0] in services, "delete": rest.partition(":")[0] in services}
        return item == INTRODUCTION or kind in services or rest == app.key or its.get(kind, False)

    memory = at.memory
    return at._replace(
        watchlist=replace(at.watchlist, apps=(app,), channels=channels),
        memory=replace(
            memory,
            holds={service: hold for service, hold in memory.holds.items() if service in services},
            sightings={key: sighting for key, sighting in memory.sightings.items() if sighting.app == app.key},
            items={item: state for item, state in memory.items.items() if is_its(item)},
            told={key: told for key, told in memory.told.items() if is_its(key[0])},
            channels={},
        ),
    )


def _foresee_app(views: list[View], at: Round, observed: Mapping[str, Observed], found: Foreseen) -> None:
    days = {day for view in views for day in _days_that_matter(view, at)} | set(_days_of_credentials(at, observed))
    for then in sorted(instant_on(day, at.watchlist) for day in days):
        if then <= at.now:
            continue
        later = at._replace(now=then)
        day = then.astimezone(at.watchlist.zone).date()
        for message in messages_due(judge(later, observed), later):
            for notice in message.notices:
                if notice.reason != Reason.WEEKLY:
                    _earlier(found.by_channel, message.channel, day)
                    _earlier(found.by_item, notice.view.item, day)


def _earlier(days: dict[str, date], key: str, day: date) -> None:
    days[key] = min(day, days.get(key, day))


def _belongs(view: View, app: str) -> bool:
    match view:
        case LeftoverView():
            return view.owner.app.key == app
        case ServiceView() | UnclaimedView():
            return view.app.key == app
        case _:
            return needs_hands(view)


def _days_that_matter(view: View, at: Round) -> Iterator[date]:
    """Give the local days on which a message about `view` can become due; every one on which it does is among them."""
    zone = at.watchlist.zone
    today = at.now.astimezone(zone).date()
    match view:
        case ServiceView():
            rungs, ends = (*view.service.ladder, *_escalation(view)), view.in_use.ends if view.in_use else None
            if view.acknowledged is not None:
                yield view.acknowledged.until + timedelta(days=1)
        case UnclaimedView():
            rungs, ends = at.watchlist.ladder, view.credential.ends
        case LeftoverView():
            rungs, ends = LEFTOVER_LADDER, view.credential.ends
            if view.owner.hold is not None:
                yield view.owner.hold.at.astimezone(zone).date() + timedelta(days=QUIET_DAYS_BEFORE_DELETING)
        case _:
            rungs, ends = (), None
    if ends is not None:
        last = ends.astimezone(zone).date()
        yield from (last - timedelta(days=rung) for rung in rungs)
    if needs_hands(view):
        yield from (today + timedelta(days=n) for n in range(DAILY_REMINDERS + 1))


def _escalation(view: ServiceView) -> tuple[int, ...]:
    return (view.service.escalate.below,) if view.service.escalate is not None else ()


def _days_of_credentials(at: Round, observed: Mapping[str, Observed]) -> Iterator[date]:
    """Give the days around which a credential starts or ends, and so may change a standing."""
    for seen in observed.values():
        for credential in seen.credentials:
            for instant in (credential.starts, credential.ends):
                if instant is not None and instant > at.now:
                    day = instant.astimezone(at.watchlist.zone).date()
                    yield from (day, day + timedelta(days=1))
