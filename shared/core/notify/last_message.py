"""What follows from the last message about an item: news, crossed rungs, once a day."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from shared.core.model.days import days_between
from shared.core.model.notification import Notification
from shared.core.model.views import ServiceView

ANNOUNCED_WITHIN = timedelta(days=7)
"""How long a channel that could not be reached is still notified of a pause."""


def rung_crossed(
    ladder: Iterable[int], end: datetime | None, last: datetime, now: datetime, zone: ZoneInfo
) -> int | None:
    """Return the lowest rung crossed between the last message and now; `None` for none.

    A rung is crossed if `days(last, end) > rung >= days(now, end)`.
    """
    if end is None:
        return None
    then, today = days_between(last, end, zone), days_between(now, end, zone)
    return min((rung for rung in ladder if then > rung >= today), default=None)


def is_news(since: datetime, last: Notification, now: datetime) -> bool:
    """Return whether the situation changed since the last message.

    A message in the future, by a clock that was ahead, counts for nothing: it is sent again.
    """
    return last.at < since or last.at > now


# Earlier versions sent no message about a pause, so an old one is not sent after an upgrade.
def is_snooze_news(view: ServiceView, last: Notification, now: datetime) -> bool:
    """Return whether reminders were paused, or go on again, since the last message, and lately.

    What a clock that was ahead wrote is not news until its time: else it would be at each check.
    """
    given = view.acknowledged or view.resumed
    return given is not None and last.at < given.at <= now < given.at + ANNOUNCED_WITHIN


def is_notified_on_day(last: Notification, now: datetime, zone: ZoneInfo) -> bool:
    """Return whether the last message was sent on the local day of `now`."""
    return days_between(last.at, now, zone) == 0
