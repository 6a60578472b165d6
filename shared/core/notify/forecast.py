"""Every message that will be sent if nobody acts: the checks to come, day by day.

A forecast equals what the program sends if it runs on every one of those days. So no day is left
out: a rule about which days matter would be a second copy of the rules about what is due.
"""

from collections.abc import Iterator, Mapping
from datetime import date, datetime, timedelta

from shared.core.judge.judge import judge
from shared.core.judge.schedule import instant_on, is_check_due, is_retry_due
from shared.core.model.apply import apply_changes, apply_notifications
from shared.core.model.context import AppSnapshot, CheckContext
from shared.core.model.memory import Changes, ChannelState, Memory
from shared.core.model.message import Message
from shared.core.notify.due import messages_due
from shared.core.notify.hand_over import ends
from shared.core.notify.notifications import notifications_for

AFTER_THE_LAST_END = timedelta(days=30)
MAX_AHEAD = timedelta(days=800)
"""How far a forecast looks by default: a two-year secret that was created today is within it."""


def forecast(
    at: CheckContext, snapshots: Mapping[str, AppSnapshot], until: date
) -> tuple[Message, ...]:
    """Return the messages of every check up to a local day (inclusive), oldest first.

    The apps in `snapshots` (by app key) do not change, and every message is delivered. A check
    that is due at `at.now` is made then. `Message.now` is the instant of the check;
    `Message.next_message` is not set.
    """
    memory, planned = at.memory, list[Message]()
    for now in _checks(at, until):
        then = at._replace(memory=memory, now=now)
        judgement = judge(then, snapshots)
        messages = messages_due(judgement, then)
        memory = _after(messages, judgement.changes, then)
        planned += messages
    return tuple(planned)


def horizon(at: CheckContext, snapshots: Mapping[str, AppSnapshot]) -> date:
    """Return the last local day worth forecasting: 30 days after the last expiry, at most 800."""
    zone = at.watchlist.zone
    today = at.now.astimezone(zone).date()
    credentials = (c for each in snapshots.values() for c in each.credentials)
    ends = [c.ends.astimezone(zone).date() for c in credentials if c.ends is not None]
    return min(max([today, *ends]) + AFTER_THE_LAST_END, today + MAX_AHEAD)


def _checks(at: CheckContext, until: date) -> Iterator[datetime]:
    """Yield the instants of the checks to come."""
    day = at.now.astimezone(at.watchlist.zone).date()
    due_now = is_check_due(at.last_checks, at.watchlist, at.now) or is_retry_due(at.last_checks)
    if day <= until and due_now:
        yield at.now
    ended = ends(at)
    while day <= until:
        due = {instant_on(day, at.watchlist)}
        due |= {each for each in ended if each.astimezone(at.watchlist.zone).date() == day}
        yield from sorted(each for each in due if each > at.now)
        day += timedelta(days=1)


def _after(messages: tuple[Message, ...], changes: Changes, then: CheckContext) -> Memory:
    """Return the memory after a check that found `changes` and delivered `messages`."""
    memory = apply_changes(then.memory, changes)
    sent = (each for message in messages for each in notifications_for(message, then))
    channels = tuple(ChannelState(message.channel) for message in messages)
    return apply_changes(apply_notifications(memory, sent), Changes(channels=channels))
