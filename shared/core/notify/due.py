"""Which messages are due now.

There is no queue of pending messages: what was not delivered is due again at the next check.
"""

from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import NamedTuple

from shared.core.judge.self_watch import is_notified_this_week
from shared.core.judge.severity import LONG_ENDED_DAYS
from shared.core.model.context import CheckContext
from shared.core.model.days import days_between
from shared.core.model.judgement import Judgement
from shared.core.model.memory import ItemState
from shared.core.model.message import Message, Notice
from shared.core.model.views import ServiceView, UnclaimedView, View, WatcherView
from shared.core.model.vocabulary import Reason, Role, Severity, Standing
from shared.core.notify.audience import Audience, Roles
from shared.core.notify.hand_over import MAIN_NEWS, news_due, roles_of
from shared.core.notify.reason import reason_due
from shared.core.notify.requests import requests

NEVER = 10**6


class _Candidate(NamedTuple):
    """An item that may be due."""

    item: str
    """Its id, which is not made again for each channel."""
    view: View
    roles: Roles
    state: ItemState | None


def messages_due(judgement: Judgement, at: CheckContext) -> tuple[Message, ...]:
    """Return the messages that are due: at most one for each channel, most urgent item first."""
    audience = Audience(at)
    states = {**at.memory.items, **{state.item: state for state in judgement.changes.items}}
    items = [
        _Candidate(item, view, {} if _is_muted(view, at) else audience.of(view), states.get(item))
        for view in judgement.views
        for item in (view.item,)
    ]
    messages = (_message(channel, items, judgement, at) for channel in at.watchlist.channels)
    made = requests(judgement.services)
    return tuple(replace(message, requests=made) for message in messages if message is not None)


def _message(
    channel: str, items: Iterable[_Candidate], judgement: Judgement, at: CheckContext
) -> Message | None:
    watching = tuple(view for view in judgement.services if channel in view.service.channels)
    # A service that is new on the watchlist is introduced to its channels, as on the first day.
    new = tuple(view for view in watching if (view.item, channel) not in at.memory.notifications)
    notices = _notices(channel, items, at)
    notices += _to_be_confirmed(new, notices, channel)
    if not notices and not new:
        notices = _weekly(channel, watching, judgement, at)
    if not notices and not new:
        return None
    return Message(
        channel,
        at.now,
        at.watchlist.zone,
        tuple(sorted(notices, key=_urgency)),
        introduction=bool(new),
        watching=new,
        tenant_name=at.watchlist.name,
        label=at.watchlist.label(channel),
    )


def _notices(channel: str, items: Iterable[_Candidate], at: CheckContext) -> list[Notice]:
    notices = (_notice(channel, item, at) for item in items)
    return [notice for notice in notices if notice is not None]


def _notice(channel: str, item: _Candidate, at: CheckContext) -> Notice | None:
    """Return what is due about an item; also to a channel that only its hand-over concerns."""
    view, roles = item.view, item.roles.get(channel, frozenset())
    last = at.memory.notifications.get((item.item, channel))
    reason = reason_due(view, item.state, last, at) if roles else None
    news = news_due(view, channel, last, at) if isinstance(view, ServiceView) else ()
    if isinstance(view, ServiceView) and news:
        reason = reason if reason in MAIN_NEWS else news[-1].reason
        roles |= roles_of(view.service, channel) & frozenset[Role]().union(*(n.roles for n in news))
    return Notice(view, reason, roles, news) if reason is not None else None


def _urgency(notice: Notice) -> tuple[tuple[bool, int, bool], int, str]:
    days_left = notice.view.days_left
    return (
        notice.order,
        days_left if days_left is not None else NEVER,
        notice.view.item,
    )


def _to_be_confirmed(
    new: Iterable[ServiceView], notices: Iterable[Notice], channel: str
) -> list[Notice]:
    """Return a question for each new service whose credential in use is only assumed.

    On the first day people are asked, even where nothing is urgent.
    """
    included = {notice.view.item for notice in notices}
    assumed = (view for view in new if view.assumed and view.app.usable)
    asked = (view for view in assumed if view.item not in included)
    return [Notice(view, Reason.ASSUMED, _roles_in(view, channel)) for view in asked]


def _roles_in(view: ServiceView, channel: str) -> frozenset[Role]:
    return roles_of(view.service, channel) or frozenset({Role.COPY})


def _weekly(
    channel: str, watching: tuple[ServiceView, ...], judgement: Judgement, at: CheckContext
) -> list[Notice]:
    """Return the weekly status, for a channel that wants it and got no message since Monday.

    While an app is unread or not evaluated there is none: it would say that all is well.
    """
    unknown = judgement.unread or judgement.failed
    if unknown or not watching or not wants_weekly(channel, at):
        return []
    view = WatcherView(
        "weekly",
        "",
        Standing.HEALTHY,
        Severity.OK,
        "",
        services=watching,
        notified=at.notified.get(channel, ()),
        failing=tuple(_other_failing_channels(channel, judgement)),
    )
    return [Notice(view, Reason.WEEKLY, frozenset({Role.COPY}))]


def wants_weekly(channel: str, at: CheckContext) -> bool:
    """Return whether a channel wants the weekly status, and got no message since Monday."""
    return at.watchlist.channels[channel].weekly and not is_notified_this_week(
        channel, at.memory, at.now, at.watchlist.zone
    )


def _other_failing_channels(channel: str, judgement: Judgement) -> Iterator[WatcherView]:
    for view in judgement.watcher:
        failing = view.aspect == "channel" and view.standing == Standing.FAILING
        if failing and view.subject != channel:
            yield view


def _is_muted(view: View, at: CheckContext) -> bool:
    """Return whether an item is never due: unusable app, expired long before, or superseded."""
    match view:
        case ServiceView():
            return not view.app.usable
        case UnclaimedView(superseded=True):
            return True
        case UnclaimedView(credential=credential):
            zone, ends = at.watchlist.zone, credential.ends
            expired_days = days_between(ends, view.first_seen, zone) if ends is not None else 0
            return not view.app.usable or expired_days > LONG_ENDED_DAYS
        case _:
            return False
