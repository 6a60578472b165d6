"""When the next message goes out if nobody acts: the same decisions, asked on the days that can matter.

The quiet line of the week is no message that anybody waits for, so it does not count.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta

from shared.core.due import DAILY_REMINDERS, LEFTOVER_LADDER, messages_due, needs_hands
from shared.core.judge import QUIET_DAYS_BEFORE_DELETING, judge
from shared.core.judged import Judgement, LeftoverView, ServiceView, UnclaimedView, View
from shared.core.model import Reason
from shared.core.observe import Observed, Round
from shared.core.schedule import instant_on


@dataclass(frozen=True, slots=True)
class Foreseen:
    """The local days of the next messages; an id or name that is absent will hear nothing more."""

    by_item: dict[str, date] = field(default_factory=dict)
    by_channel: dict[str, date] = field(default_factory=dict)


def foresee(judgement: Judgement, at: Round, observed: Mapping[str, Observed]) -> Foreseen:
    """Look ahead from `at`, whose memory must already hold what was found and told now."""
    found = Foreseen()
    today = at.now.astimezone(at.watchlist.zone).date()
    days = {day for view in judgement.views for day in _days_that_matter(view, at)} | set(_days_of_starting(at, observed))
    for day in sorted(day for day in days if day > today):
        then = at._replace(now=instant_on(day, at.watchlist))
        for message in messages_due(judge(then, observed), then):
            for notice in message.notices:
                if notice.reason != Reason.WEEKLY:
                    found.by_channel.setdefault(message.channel, day)
                    found.by_item.setdefault(notice.view.item, day)
    return found


def _days_that_matter(view: View, at: Round) -> Iterator[date]:
    """Give the local days on which a message about `view` can become due; every one on which it does is among them."""
    zone = at.watchlist.zone
    today = at.now.astimezone(zone).date()
    match view:
        case ServiceView():
            rungs, ends = view.service.ladder, view.in_use.ends if view.in_use else None
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
        yield from _around(last)
    if needs_hands(view):
        yield from (today + timedelta(days=n) for n in range(1, DAILY_REMINDERS + 1))


def _days_of_starting(at: Round, observed: Mapping[str, Observed]) -> Iterator[date]:
    """Give the days around which a credential starts, and so may become a replacement."""
    for seen in observed.values():
        for credential in seen.credentials:
            if credential.starts is not None and credential.starts > at.now:
                yield from _around(credential.starts.astimezone(at.watchlist.zone).date())


def _around(day: date) -> tuple[date, date]:
    return day, day + timedelta(days=1)
