"""Calendar days in the watchlist's zone, and instants from outside within bounds.

Expiry itself is judged by the instant.
"""

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

LONG_AGO = datetime(1900, 1, 1, tzinfo=UTC)
"""Stands for every earlier instant: some tools write the year 1 or 1601 for "never set"."""
FAR_AWAY = datetime(2299, 1, 1, tzinfo=UTC)
"""Stands for every later instant, as a start. As an end, it means "does not expire".

Graph writes that as null, 2299-12-31 or 9999-12-31 (seen in recorded payloads).
"""


def within_bounds(instant: datetime) -> datetime:
    """Return an aware instant in UTC, at least `LONG_AGO` and at most `FAR_AWAY`.

    So no calculation with days, months or time zones leaves the years that Python knows.
    """
    if instant.year < LONG_AGO.year:
        return LONG_AGO
    if instant.year >= FAR_AWAY.year:
        return FAR_AWAY
    if instant.tzinfo is UTC:
        return instant
    return max(LONG_AGO, min(FAR_AWAY, instant.astimezone(UTC)))


def end_of(ends: datetime | None) -> datetime | None:
    """Return when a credential expires, in UTC; `None` if it does not expire."""
    end = FAR_AWAY if ends is None else within_bounds(ends)
    return None if end == FAR_AWAY else end


def a_year_after(day: date) -> date:
    """Return the same day of the next year; 28 Feb for 29 Feb."""
    leap_day = (day.month, day.day) == (2, 29)
    return day.replace(year=day.year + 1, day=28 if leap_day else day.day)


def days_between(now: datetime, then: datetime, zone: ZoneInfo) -> int:
    """Return the calendar days in `zone` from `now` to `then`: 0 is today, -1 yesterday."""
    return (then.astimezone(zone).date() - now.astimezone(zone).date()).days


def days_until(end: datetime | None, now: datetime, zone: ZoneInfo) -> int | None:
    """Return the calendar days in `zone` until `end`, negative once past; `None` for no end."""
    return None if end is None else days_between(now, end, zone)
