"""What is due to whom, and why.

The invariant: each (item, channel, rung) is told at least once if the program runs at all while the rung lasts, and once
if nothing crashes. It follows from dates alone: a rung is due when it was crossed since the channel last heard of the
item, so any number of missed days gives one message, and nothing has to be remembered but when that was.
"""

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime

from shared.core.days import days_between
from shared.core.judge import LONG_ENDED_DAYS
from shared.core.judged import AppView, Judgement, LeftoverView, Over, RemovedView, ServiceView, UnclaimedView, View, WatcherView
from shared.core.memory import ItemState, Told
from shared.core.message import Message, Notice, Role
from shared.core.model import Reason, Severity, Standing
from shared.core.observe import Round
from shared.core.watcher import heard_this_week, said_today

INTRODUCTION = "introduction:"
"""The item under which the ledger keeps that a channel was introduced."""

LEFTOVER_LADDER = (7, 1, 0)
ACKNOWLEDGED_ABOVE = 7
"""An acknowledgement silences the rungs above this one."""
DAILY_REMINDERS = 7
NEWS_WHEN_WELL = frozenset({Reason.CONFIRMED, Reason.RECOVERED})

type Roles = Mapping[str, frozenset[Role]]


def messages_due(judgement: Judgement, at: Round) -> tuple[Message, ...]:
    """Decide what each channel hears now: one message a channel at most, most urgent first, in the watchlist's order of channels."""
    return tuple(message for channel in at.watchlist.channels if (message := _message(channel, judgement, at)) is not None)


def told_by(message: Message, at: Round) -> tuple[Told, ...]:
    """Say what the ledger has to keep once `message` is delivered."""
    rows = {notice.view.item: _told(notice, message.channel, at) for notice in message.notices}
    for item in (INTRODUCTION, *(view.item for view in message.watching)) if message.introduction else ():
        rows.setdefault(item, Told(item, message.channel, at.now, Standing.HEALTHY, Reason.INTRODUCED))
    return tuple(rows.values())


def addressees(view: View, at: Round) -> Roles:
    """Say which channels an item concerns in its present standing, and in which roles."""
    match view:
        case ServiceView():
            return _of_service(view, at)
        case UnclaimedView():
            renewers = (name for service in view.watched.services for name in service.renewer)
            installers = (name for service in view.wanted_by for name in service.installer)
            return _roles((Role.RENEWER, renewers), (Role.INSTALLER, installers))
        case AppView():
            renewers = (name for service in view.watched.services for name in service.renewer)
            return _roles((Role.RENEWER, renewers), (Role.COPY, () if view.problems else _bothered(view.item, at)))
        case LeftoverView():
            service = view.owner.service
            return _roles((Role.RENEWER, service.renewer)) if view.deletable else _roles((Role.INSTALLER, service.installer))
        case RemovedView():
            return _roles((Role.COPY, _heard_of(view.item, at) or _introduced_before(view.item, at)))
        case WatcherView():
            return _roles((Role.COPY, _concerned(view, at)))


def needs_hands(view: View) -> bool:
    """Say whether somebody must act now, so that reminders are due: the service may be broken already."""
    match view:
        case ServiceView():
            return view.standing in {Standing.MISSING, Standing.EXPIRED} or _waits_with_nothing(view)
        case AppView():
            return view.aspect == "app" and bool(view.problems)
        case _:
            return False


def _message(channel: str, judgement: Judgement, at: Round) -> Message | None:
    notices = sorted(
        (notice for view in judgement.views if (notice := _notice(view, channel, at, judgement)) is not None),
        key=lambda notice: (-notice.severity.rank, _soonest(notice.view), notice.view.item),
    )
    watching = tuple(view for view in judgement.services if channel in view.service.channels)
    introduction = bool(watching) and (INTRODUCTION, channel) not in at.memory.told
    if not notices and not introduction:
        notices = [*_weekly(channel, watching, at)]
    if not notices and not introduction:
        return None
    return Message(channel, at.now, at.watchlist.zone, tuple(notices), introduction, watching if introduction else ())


def _weekly(channel: str, watching: tuple[ServiceView, ...], at: Round) -> Iterator[Notice]:
    """Give the quiet line of the week, to a channel that wants it and has heard nothing since Monday."""
    wanted = at.watchlist.channels[channel].weekly and not heard_this_week(channel, at)
    if wanted and watching:
        view = WatcherView("weekly", "", Standing.HEALTHY, Severity.OK, "", services=watching)
        yield Notice(view, Reason.WEEKLY, frozenset({Role.COPY}))


def _notice(view: View, channel: str, at: Round, judgement: Judgement) -> Notice | None:
    roles = addressees(view, at).get(channel)
    if not roles or _muted(view, at):
        return None
    state = next((fact for fact in judgement.facts.items if fact.item == view.item), at.memory.items.get(view.item))
    reason = _why(view, state, at.memory.told.get((view.item, channel)), at)
    return Notice(view, reason, roles) if reason is not None else None


def _muted(view: View, at: Round) -> bool:
    """Say whether an item keeps still whatever its dates: its app speaks for it, or it is old news from before our time."""
    match view:
        case ServiceView():
            return not view.app.usable
        case UnclaimedView():
            ends = view.credential.ends
            before_our_time = ends is not None and days_between(ends, view.first_seen, at.watchlist.zone) > LONG_ENDED_DAYS
            return not view.app.usable or before_our_time
        case _:
            return False


def _why(view: View, state: ItemState | None, told: Told | None, at: Round) -> Reason | None:
    """Give the reason why an item is due to a channel that last heard of it as `told` says; `None` if it is not due."""
    if isinstance(view, LeftoverView):
        return _why_leftover(view, told, at)
    if state is None:
        return None
    if isinstance(view, ServiceView | AppView | WatcherView) and view.standing == Standing.HEALTHY:
        return _why_well(state, told)
    if told is None or told.at < state.since:
        return state.reason
    return _why_by_date(view, told, at)


def _why_well(state: ItemState | None, told: Told | None) -> Reason | None:
    """All is well: news only if it is the end of something that this channel was bothered with."""
    if state is None or told is None or told.standing == Standing.HEALTHY or told.at >= state.since:
        return None
    return state.reason if state.reason in NEWS_WHEN_WELL else None


def _why_by_date(view: View, told: Told, at: Round) -> Reason | None:
    if isinstance(view, WatcherView):
        return Reason.CHECK_FAILING if view.aspect == "reading" and not said_today(told, at) else None
    acknowledged = isinstance(view, ServiceView) and view.acknowledged is not None
    crossed = _rung_crossed(_ladder(view, at), _end(view), told.at, at)
    if crossed is not None and not (acknowledged and crossed > ACKNOWLEDGED_ABOVE):
        return Reason.RUNG
    if needs_hands(view) and told.hands_since is not None and _reminder_due(told.hands_since, told.at, at, weekly=acknowledged):
        return Reason.STILL_WAITING
    return None


def _why_leftover(view: LeftoverView, told: Told | None, at: Round) -> Reason | None:
    if view.deletable:
        return Reason.LEFTOVER if told is None else None
    if view.owner.hold is None:
        return None
    heard = told.at if told is not None else view.owner.hold.at
    return Reason.LEFTOVER if _rung_crossed(LEFTOVER_LADDER, _end(view), heard, at) is not None else None


def _rung_crossed(ladder: Iterable[int], end: datetime | None, heard: datetime, at: Round) -> int | None:
    """Give the lowest rung that was crossed since the channel heard of the item: `days(end, heard) > rung >= days(end, now)`."""
    if end is None:
        return None
    zone = at.watchlist.zone
    then, today = days_between(heard, end, zone), days_between(at.now, end, zone)
    return min((rung for rung in ladder if then > rung >= today), default=None)


def _reminder_due(first: datetime, last: datetime, at: Round, *, weekly: bool) -> bool:
    """Say whether to remind: daily for seven days from the first message, then weekly; always by calendar days."""
    zone = at.watchlist.zone
    since_first, since_last = days_between(first, at.now, zone), days_between(last, at.now, zone)
    return since_last >= (7 if weekly or since_first > DAILY_REMINDERS else 1)


def _told(notice: Notice, channel: str, at: Round) -> Told:
    before = at.memory.told.get((notice.view.item, channel))
    hands = (before.hands_since if before else None) or at.now
    return Told(
        item=notice.view.item,
        channel=channel,
        at=at.now,
        standing=notice.view.standing,
        reason=notice.reason,
        hands_since=hands if needs_hands(notice.view) else None,
    )


def _concerned(view: WatcherView, at: Round) -> Iterable[str]:
    """Give the channels that the watcher's own trouble concerns: those of apps it cannot read, or those beside the one it cannot reach."""
    if view.standing == Standing.HEALTHY:
        return _bothered(view.item, at)
    if view.aspect == "channel":
        return (name for name in at.watchlist.channels if name != view.subject)
    overdue = set(view.situation.split("|"))
    return (name for app in at.watchlist.apps if app.key in overdue for service in app.services for name in service.channels)


def _of_service(view: ServiceView, at: Round) -> Roles:
    service = view.service
    renewer, installer = (Role.RENEWER, service.renewer), (Role.INSTALLER, service.installer)
    match view.standing:
        case Standing.HEALTHY:
            return _only(_bothered(view.item, at), _roles(renewer, installer, (Role.COPY, _bothered(view.item, at))))
        case Standing.AWAITING_INSTALL if view.over == Over.NO and not _seen_in_use_again(view):
            return _roles(installer, (Role.COPY, (*_escalated(view), *_owed_a_closing(view, at))))
        case _:
            return _roles(renewer, installer, (Role.COPY, (*_escalated(view), *_owed_a_closing(view, at))))


def _owed_a_closing(view: ServiceView, at: Round) -> tuple[str, ...]:
    """Give the channels that were bothered before a person, or evidence, settled what is in use, and have not heard that yet."""
    if view.hold is None or not view.hold.settled:
        return ()
    settled = view.hold.at
    return tuple(told.channel for told in _told_of(view.item, at) if told.standing != Standing.HEALTHY and told.at < settled)


def _seen_in_use_again(view: ServiceView) -> bool:
    """Say whether sign-ins showed that the service still uses the old one: then both parties hear, since one of them is mistaken."""
    return view.hold is not None and view.hold.evidence


def _escalated(view: ServiceView) -> tuple[str, ...]:
    escalate = view.service.escalate
    if escalate is None:
        return ()
    near = view.days_left is not None and view.days_left <= escalate.below
    return escalate.to if near or needs_hands(view) else ()


def _waits_with_nothing(view: ServiceView) -> bool:
    return view.standing == Standing.AWAITING_INSTALL and view.over != Over.NO


def _bothered(item: str, at: Round) -> tuple[str, ...]:
    """Give the channels that last heard something other than that all is well."""
    return tuple(told.channel for told in _told_of(item, at) if told.standing != Standing.HEALTHY)


def _heard_of(item: str, at: Round) -> tuple[str, ...]:
    return tuple(told.channel for told in _told_of(item, at))


def _introduced_before(item: str, at: Round) -> tuple[str, ...]:
    """Give the channels that were there before an item came into its present situation."""
    state = at.memory.items.get(item)
    return tuple(told.channel for told in _told_of(INTRODUCTION, at) if state is None or told.at < state.since)


def _told_of(item: str, at: Round) -> Iterator[Told]:
    return (told for told in at.memory.told.values() if told.item == item and told.channel in at.watchlist.channels)


def _roles(*groups: tuple[Role, Iterable[str]]) -> Roles:
    found: dict[str, frozenset[Role]] = {}
    for role, names in groups:
        for name in names:
            found[name] = found.get(name, frozenset()) | {role}
    return found


def _only(names: Iterable[str], roles: Roles) -> Roles:
    wanted = set(names)
    return {name: held for name, held in roles.items() if name in wanted}


def _ladder(view: View, at: Round) -> tuple[int, ...]:
    match view:
        case ServiceView() if view.over == Over.NO:
            return view.service.ladder
        case UnclaimedView() if view.situation == "open":
            return at.watchlist.ladder
        case _:
            return ()


def _end(view: View) -> datetime | None:
    match view:
        case ServiceView():
            return view.in_use.ends if view.in_use is not None else None
        case UnclaimedView() | LeftoverView():
            return view.credential.ends
        case _:
            return None


def _soonest(view: View) -> int:
    return view.days_left if isinstance(view, ServiceView | UnclaimedView | LeftoverView) and view.days_left is not None else 10**6
