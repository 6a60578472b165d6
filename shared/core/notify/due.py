"""What is due to whom, and why.

The invariant: each (item, channel, rung) is told at least once if the program runs at all while the rung lasts, and once
if nothing crashes. It follows from dates alone: a rung is due when it was crossed since the channel last heard of the
item, so any number of missed days gives one message, and nothing has to be remembered but when that was.
"""

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from shared.core.judge.judge import LONG_ENDED_DAYS
from shared.core.judge.self_watch import heard_this_week, said_today
from shared.core.judge.situation import Situation
from shared.core.judge.snapshot import CheckContext
from shared.core.model.days import days_between
from shared.core.model.memory import ItemState, Notification
from shared.core.model.message import Message, Notice, Role
from shared.core.model.views import (
    AppView,
    Judgement,
    LeftoverView,
    Loss,
    ServiceView,
    UnclaimedView,
    View,
    WatcherView,
)
from shared.core.model.vocabulary import Reason, Severity, Standing
from shared.core.notify.audience import INTRODUCTION, NEWS_WHEN_WELL, Audience, Roles, needs_action

LEFTOVER_LADDER = (7, 1, 0)
ACKNOWLEDGED_ABOVE = 7
"""An acknowledgement silences the rungs above this one."""
DAILY_REMINDERS = 7
NEEDS_ACTION = frozenset({Standing.MISSING, Standing.EXPIRED, Standing.APP_PROBLEM})


def messages_due(judgement: Judgement, at: CheckContext) -> tuple[Message, ...]:
    """Decide what each channel hears now: one message a channel at most, most urgent first, in the watchlist's order of channels."""
    audience = Audience(at)
    states = {**at.memory.items, **{state.item: state for state in judgement.changes.items}}
    due = [
        (view, audience.of(view), states.get(view.item))
        for view in judgement.views
        if not _muted(view, at)
    ]
    return tuple(
        message
        for channel in at.watchlist.channels
        if (message := _message(channel, due, judgement, at)) is not None
    )


def notifications_for(message: Message, at: CheckContext) -> tuple[Notification, ...]:
    """Say what the ledger has to keep once `message` is delivered."""
    rows = {notice.view.item: _told(notice, message.channel, at) for notice in message.notices}
    for item in (
        (INTRODUCTION, *(view.item for view in message.watching)) if message.introduction else ()
    ):
        rows.setdefault(
            item, Notification(item, message.channel, at.now, Standing.HEALTHY, Reason.INTRODUCED)
        )
    return tuple(rows.values())


def _message(
    channel: str,
    due: Iterable[tuple[View, Roles, ItemState | None]],
    judgement: Judgement,
    at: CheckContext,
) -> Message | None:
    told = at.memory.notifications
    watching = tuple(view for view in judgement.services if channel in view.service.channels)
    new = tuple(view for view in watching if (view.item, channel) not in told)
    notices = [
        Notice(view, reason, audience[channel])
        for view, audience, state in due
        if channel in audience
        and (reason := _why(view, state, told.get((view.item, channel)), at)) is not None
    ]
    notices += _to_be_settled(new, notices, channel)
    if not notices and not new:
        notices = [*_weekly(channel, watching, judgement, at)]
    if not notices and not new:
        return None
    notices.sort(
        key=lambda notice: (-notice.severity.rank, _soonest(notice.view), notice.view.item)
    )
    return Message(
        channel,
        at.now,
        at.watchlist.zone,
        tuple(notices),
        introduction=bool(new),
        watching=new,
        tenant_name=at.watchlist.name,
    )


def _to_be_settled(
    new: Iterable[ServiceView], notices: Iterable[Notice], channel: str
) -> list[Notice]:
    """On day 0, whoever can say what is in use is asked, even where nothing is urgent."""
    said = {notice.view.item for notice in notices}
    asked = (view for view in new if view.assumed and view.app.usable and view.item not in said)
    return [Notice(view, Reason.ASSUMED, _role_in(view, channel)) for view in asked]


def _role_in(view: ServiceView, channel: str) -> frozenset[Role]:
    named = {Role.RENEWER: view.service.renewer, Role.INSTALLER: view.service.installer}
    return frozenset(role for role, names in named.items() if channel in names) or frozenset(
        {Role.COPY}
    )


def _weekly(
    channel: str, watching: tuple[ServiceView, ...], judgement: Judgement, at: CheckContext
) -> Iterator[Notice]:
    """Give the quiet line of the week, to a channel that wants it and has heard nothing since Monday; never while something is unread."""
    wanted = at.watchlist.channels[channel].weekly and not heard_this_week(channel, at)
    if wanted and watching and not judgement.unread:
        view = WatcherView("weekly", "", Standing.HEALTHY, Severity.OK, "", services=watching)
        yield Notice(view, Reason.WEEKLY, frozenset({Role.COPY}))


def _muted(view: View, at: CheckContext) -> bool:
    """Say whether an item keeps still whatever its dates: its app speaks for it, or it is old news from before our time."""
    match view:
        case ServiceView():
            return not view.app.usable
        case UnclaimedView():
            ends = view.credential.ends
            before_our_time = (
                ends is not None
                and days_between(ends, view.first_seen, at.watchlist.zone) > LONG_ENDED_DAYS
            )
            return not view.app.usable or before_our_time
        case _:
            return False


def _why(
    view: View, state: ItemState | None, told: Notification | None, at: CheckContext
) -> Reason | None:
    """Give the reason why an item is due to a channel that last heard of it as `told` says; `None` if it is not due."""
    if isinstance(view, LeftoverView):
        return _why_leftover(view, told, at)
    if state is None:
        return None
    if isinstance(view, ServiceView | AppView | WatcherView) and view.standing == Standing.HEALTHY:
        return _why_well(state, told, at)
    # an introduction says of a service only that it is watched: what the item is about was never heard
    if told is None or told.reason == Reason.INTRODUCED or _is_news(state, told, at):
        return state.reason
    return _why_by_date(view, told, at)


def _is_news(state: ItemState, told: Notification, at: CheckContext) -> bool:
    """Say whether the situation changed since the channel heard. What was told in the future, by a clock that was ahead, is told again."""
    return told.at < state.since or told.at > at.now


def _why_well(state: ItemState, told: Notification | None, at: CheckContext) -> Reason | None:
    """All is well: news only if it is the end of something that this channel was bothered with."""
    if told is None or told.standing == Standing.HEALTHY or not _is_news(state, told, at):
        return None
    return state.reason if state.reason in NEWS_WHEN_WELL else None


def _why_by_date(view: View, told: Notification, at: CheckContext) -> Reason | None:
    if isinstance(view, WatcherView):
        return (
            Reason.CHECK_FAILING if view.aspect == "reading" and not said_today(told, at) else None
        )
    acknowledged = isinstance(view, ServiceView) and view.acknowledged is not None
    crossed = rung_crossed(_ladder(view, at), _end(view), told.at, at.now, at.watchlist.zone)
    if crossed is not None and not (acknowledged and crossed > ACKNOWLEDGED_ABOVE):
        return Reason.RUNG
    if (
        needs_action(view)
        and told.action_needed_since is not None
        and _reminder_due(told.action_needed_since, told.at, at, weekly=acknowledged)
    ):
        return Reason.STILL_WAITING
    return None


def _why_leftover(view: LeftoverView, told: Notification | None, at: CheckContext) -> Reason | None:
    if view.owner.in_use_record is None:
        return None
    if view.deletable:  # once; and once more after a word that was taken back and given again
        return Reason.LEFTOVER if told is None or told.at < view.owner.in_use_record.at else None
    heard = told.at if told is not None and told.at <= at.now else view.owner.in_use_record.at
    if (
        heard > at.now
    ):  # a clock was ahead: when it was heard, or settled, is not known, so every rung is as if nobody had heard
        heard = at.now - timedelta(days=LEFTOVER_LADDER[0] + 1)
    crossed = rung_crossed(LEFTOVER_LADDER, _end(view), heard, at.now, at.watchlist.zone)
    return Reason.LEFTOVER if crossed is not None else None


def rung_crossed(
    ladder: Iterable[int], end: datetime | None, heard: datetime, now: datetime, zone: ZoneInfo
) -> int | None:
    """Give the lowest rung that was crossed since the channel heard of the item: `days(end, heard) > rung >= days(end, now)`."""
    if end is None:
        return None
    then, today = days_between(heard, end, zone), days_between(now, end, zone)
    return min((rung for rung in ladder if then > rung >= today), default=None)


def _reminder_due(first: datetime, last: datetime, at: CheckContext, *, weekly: bool) -> bool:
    """Say whether to remind: daily for seven days from the first message, then weekly; always by calendar days."""
    zone = at.watchlist.zone
    since_first, since_last = days_between(first, at.now, zone), days_between(last, at.now, zone)
    return since_last >= (7 if weekly or since_first > DAILY_REMINDERS else 1)


def _told(notice: Notice, channel: str, at: CheckContext) -> Notification:
    before = at.memory.notifications.get((notice.view.item, channel))
    first = (
        before.action_needed_since
        if before is not None and _needed_action(notice.view.item, at.memory.items)
        else None
    )
    if first is not None and first > at.now:
        first = None
    return Notification(
        item=notice.view.item,
        channel=channel,
        at=at.now,
        standing=notice.view.standing,
        reason=notice.reason,
        action_needed_since=(first or at.now) if needs_action(notice.view) else None,
    )


def _needed_action(item: str, items: Mapping[str, ItemState]) -> bool:
    """Say whether the item needed hands already before this round, so that this is still the same trouble."""
    state = items.get(item)
    if state is None:
        return False
    situation = Situation.read(state.situation)
    return state.standing in NEEDS_ACTION or (situation is not None and situation.over != Loss.NONE)


def _ladder(view: View, at: CheckContext) -> tuple[int, ...]:
    match view:
        case ServiceView() if view.loss == Loss.NONE:
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
    return view.days_left if view.days_left is not None else 10**6
