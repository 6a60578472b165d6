"""People read days: today, tomorrow, in 21 days; always calendar days in the watchlist's zone, with the zone named beside a time."""

import re
from datetime import date, datetime
from zoneinfo import ZoneInfo

from shared.core.model.days import days_between

_NUMERIC_ZONE = re.compile(r"(?P<sign>[+-])(?P<hours>\d{2})(?P<minutes>\d{2})?")


def when(instant: datetime, now: datetime, zone: ZoneInfo, *, brief: bool = False) -> str:
    """Say when `instant` is, seen from `now`: "in 21 days (13 Dec, 03:15 CST)", "today at 20:00 CST", "3 days ago (19 Nov, 03:15 CST)".

    `brief` leaves out the time of a day that is neither today nor next to it: "in 21 days (13 Dec)".
    """
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


def until(ends: datetime | None, now: datetime, zone: ZoneInfo, *, brief: bool = False) -> str:
    """Say when a credential ends, with its verb: "ends in 21 days (...)", "ended yesterday (...)", "does not expire".

    Having ended is judged by the instant, not by the day.
    """
    if ends is None:
        return "does not expire"
    return f"{'ended' if ends <= now else 'ends'} {when(ends, now, zone, brief=brief)}"


def day(then: date, now: datetime, zone: ZoneInfo) -> str:
    """Give a local day as people say it: "13 Dec", with the year if it is not the present one."""
    return f"{then.day} {then:%b}" if then.year == now.astimezone(zone).year else full_day(then)


def full_day(then: date) -> str:
    """Give a local day with its year: "13 Dec 2026"."""
    return f"{then.day} {then:%b %Y}"


def clock(instant: datetime, zone: ZoneInfo) -> str:
    """Give the local time and its zone: "03:15 CST", or "03:15 UTC+3" where the zone has no letters of its own."""
    local = instant.astimezone(zone)
    name = local.tzname() or ""
    if numeric := _NUMERIC_ZONE.fullmatch(name):
        minutes = numeric["minutes"] or "00"
        name = (
            f"UTC{numeric['sign']}{int(numeric['hours'])}{'' if minutes == '00' else ':' + minutes}"
        )
    return f"{local:%H:%M} {name}"
