"""Every message that will go out if nobody acts: the decisions of a check, made day by day on a clock of our own.

The invariant: what is forecast is what a program that lives through every one of those days sends. So no day is left
out, since a rule about which days can matter would be a second copy of the rules about what is due.
"""

from collections.abc import Iterator, Mapping
from datetime import date, datetime, timedelta

from shared.core.judge.judge import judge
from shared.core.judge.schedule import instant_on, is_check_due, is_retry_due
from shared.core.judge.snapshot import AppSnapshot, CheckContext
from shared.core.model.apply import apply_changes, apply_notifications
from shared.core.model.memory import Changes, ChannelState, Memory
from shared.core.model.message import Message
from shared.core.notify.due import messages_due, notifications_for

AFTER_THE_LAST_END = timedelta(days=30)
MAX_AHEAD = timedelta(days=800)
"""How far a forecast looks by itself: a secret of two years that was made today is within it."""


def forecast(
    at: CheckContext, observed: Mapping[str, AppSnapshot], until: date
) -> tuple[Message, ...]:
    """Give the messages of every check up to the local day `until` (inclusive), oldest first.

    `observed` (by app key) stays as it is, and every message is delivered. A check that is owed at `at.now`, by its
    pulse, is made then; every other one when it is due. `Message.now` is the instant of the check; its `next_message`
    is not filled in.
    """
    memory, planned = at.memory, list[Message]()
    for now in _checks(at, until):
        then = at._replace(memory=memory, now=now)
        judgement = judge(then, observed)
        messages = messages_due(judgement, then)
        memory = _after(messages, judgement.changes, then)
        planned += messages
    return tuple(planned)


def horizon(at: CheckContext, observed: Mapping[str, AppSnapshot]) -> date:
    """Give the local day up to which a forecast says all that is worth knowing: 30 days after the last end, at most 800 from now."""
    zone = at.watchlist.zone
    today = at.now.astimezone(zone).date()
    ends = [
        c.ends.astimezone(zone).date()
        for seen in observed.values()
        for c in seen.credentials
        if c.ends is not None
    ]
    return min(max([today, *ends]) + AFTER_THE_LAST_END, today + MAX_AHEAD)


def _checks(at: CheckContext, until: date) -> Iterator[datetime]:
    """Give the instants of the checks to come."""
    day = at.now.astimezone(at.watchlist.zone).date()
    if day <= until and (
        is_check_due(at.last_checks, at.watchlist, at.now) or is_retry_due(at.last_checks)
    ):
        yield at.now
    while day <= until:
        due = instant_on(day, at.watchlist)
        if due > at.now:
            yield due
        day += timedelta(days=1)


def _after(messages: tuple[Message, ...], facts: Changes, then: CheckContext) -> Memory:
    """Give the memory after a check that found `facts` and delivered `messages`."""
    memory = apply_changes(then.memory, facts)
    memory = apply_notifications(
        memory, (told for message in messages for told in notifications_for(message, then))
    )
    return apply_changes(
        memory, Changes(channels=tuple(ChannelState(message.channel) for message in messages))
    )
