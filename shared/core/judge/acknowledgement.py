"""Whether a pause of reminders is still valid: same situation, and its last day not past."""

from dataclasses import replace
from datetime import date, datetime
from zoneinfo import ZoneInfo

from shared.core.model.context import CheckContext
from shared.core.model.days import a_year_after
from shared.core.model.decision import Acknowledgement


def valid_acknowledgement(
    service_id: str, situation: str, at: CheckContext
) -> Acknowledgement | None:
    """Return the acknowledgement of a service, until its last day; `None` if it is not valid."""
    given = at.memory.acknowledgements.get(service_id)
    return while_valid(given, situation, at.now, at.watchlist.zone)


def while_valid(
    given: Acknowledgement | None, situation: str, now: datetime, zone: ZoneInfo
) -> Acknowledgement | None:
    """Return an acknowledgement, until its last day; `None` if it is not valid."""
    if given is None or given.situation != situation:
        return None
    last = last_day(given, zone)
    return None if now.astimezone(zone).date() > last else replace(given, until=last)


def resumed(service_id: str, at: CheckContext) -> Acknowledgement | None:
    """Return the acknowledgement of a service if it was taken back, else `None`."""
    given = at.memory.acknowledgements.get(service_id)
    return given if given is not None and given.withdrawn else None


def last_day(given: Acknowledgement, zone: ZoneInfo) -> date:
    """Return the last local day of a pause: a year after it was made, at most.

    Earlier versions took any day.
    """
    return min(given.until, a_year_after(given.at.astimezone(zone).date()))
