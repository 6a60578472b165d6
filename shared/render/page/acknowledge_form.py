"""The form that pauses reminders (route `acknowledge`)."""

from datetime import datetime, timedelta
from typing import NamedTuple
from zoneinfo import ZoneInfo

from shared.core.model.context import CheckContext
from shared.core.model.days import a_year_after
from shared.core.model.views import ServiceView
from shared.core.model.vocabulary import Loss, Standing

USUAL_PAUSE = timedelta(days=7)
"""The pause that the form proposes."""


class Acknowledge(NamedTuple):
    """The range of dates to choose from; local dates as `YYYY-MM-DD`."""

    first: str
    last: str
    usual: str


def acknowledge(view: ServiceView, at: CheckContext) -> Acknowledge | None:
    """Return the dates of the form; `None` if there are no reminders to pause."""
    if view.standing == Standing.HEALTHY or not view.app.found:
        return None
    ends = view.in_use.ends if view.in_use is not None and view.loss == Loss.NONE else None
    return dates(ends, at.now, at.watchlist.zone)


def dates(ends: datetime | None, now: datetime, zone: ZoneInfo) -> Acknowledge:
    """Return the dates to choose from: a year at most, and no later than the expiry `ends`."""
    today = now.astimezone(zone).date()
    last = a_year_after(today)
    if ends is not None:
        last = min(last, ends.astimezone(zone).date())
    usual = min(today + USUAL_PAUSE, last)
    return Acknowledge(today.isoformat(), last.isoformat(), usual.isoformat())
