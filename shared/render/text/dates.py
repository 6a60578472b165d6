"""Dates as people read them: today, tomorrow, in 21 days.

Days are calendar days in the watchlist's zone; a time always has its zone beside it.
"""

import re
from datetime import date, datetime
from typing import NamedTuple
from zoneinfo import ZoneInfo

from shared.core.model.days import FAR_AWAY, LONG_AGO, days_between

_NUMERIC_ZONE = re.compile(r"(?P<sign>[+-])(?P<hours>\d{2})(?P<minutes>\d{2})?")

_VAGUE = {LONG_AGO: "long ago", FAR_AWAY: "in the far future"}
"""Instants that stand for dates beyond all sense."""


class Moment(NamedTuple):
    """The instant of the check and the watchlist's time zone: what sentences about days need."""

    now: datetime
    zone: ZoneInfo


def when(instant: datetime, now: datetime, zone: ZoneInfo, *, brief: bool = False) -> str:
    """Return when `instant` is, seen from `now`.

    Examples: "in 21 days (13 Dec, 03:15 CST)", "today at 20:00 CST", "3 days ago (19 Nov, 03:15
    CST)". `brief` leaves out the time, except today, tomorrow and yesterday: "in 21 days (13 Dec)".
    """
    if instant in _VAGUE:
        return _VAGUE[instant]
    days = days_between(now, instant, zone)
    if days == 0:
        return f"today at {clock(instant, zone)}"
    date_only = f"({day(instant.astimezone(zone).date(), now, zone)}"
    dated = f"{date_only})" if brief and abs(days) > 1 else f"{date_only}, {clock(instant, zone)})"
    match days:
        case 1:
            return f"tomorrow {dated}"
        case -1:
            return f"yesterday {dated}"
        case _:
            return f"in {days} days {dated}" if days > 0 else f"{-days} days ago {dated}"


def relative_days(left: int) -> str:
    """Return a number of calendar days in words: "today", "in 21 days", "3 days ago"."""
    near = {0: "today", 1: "tomorrow", -1: "yesterday"}.get(left)
    return near or (f"in {left:,} days" if left > 0 else f"{-left:,} days ago")


def until(ends: datetime | None, now: datetime, zone: ZoneInfo, *, brief: bool = False) -> str:
    """Return when a credential expires, with its verb: "expires in 21 days (...)".

    Others: "expired yesterday (...)", "does not expire". The instant decides, not the day.
    """
    if ends is None:
        return "does not expire"
    return f"{'expired' if ends <= now else 'expires'} {when(ends, now, zone, brief=brief)}"


def day(then: date, now: datetime, zone: ZoneInfo) -> str:
    """Return a local day: "13 Dec", with the year if it is not the current one."""
    return f"{then.day} {then:%b}" if then.year == now.astimezone(zone).year else full_day(then)


def full_day(then: date) -> str:
    """Return a local day with its year: "13 Dec 2026"."""
    return f"{then.day} {then:%b %Y}"


def date_of(instant: datetime, zone: ZoneInfo) -> str:
    """Return the local day of an instant with its year: "13 Dec 2026"; or "long ago"."""
    return _VAGUE.get(instant) or full_day(instant.astimezone(zone).date())


def clock(instant: datetime, zone: ZoneInfo) -> str:
    """Return the local time and its zone: "03:15 CST"; "03:15 UTC+3" if the zone has no letters."""
    local = instant.astimezone(zone)
    name = local.tzname() or ""
    if numeric := _NUMERIC_ZONE.fullmatch(name):
        minutes = numeric["minutes"] or "00"
        offset = "" if minutes == "00" else f":{minutes}"
        name = f"UTC{numeric['sign']}{int(numeric['hours'])}{offset}"
    return f"{local:%H:%M} {name}"
