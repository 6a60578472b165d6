"""Calendar days in the watchlist's zone. Expiry itself is judged by the instant."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

NEVER_FROM_YEAR = 2299
"""Graph writes "does not expire" as null, 2299-12-31 or 9999-12-31 (seen in recorded payloads)."""


def end_of(ends: datetime | None) -> datetime | None:
    """Return when a credential expires, in UTC; `None` if it does not expire."""
    if ends is None or ends.year >= NEVER_FROM_YEAR:
        return None
    return ends.astimezone(UTC)


def days_between(now: datetime, then: datetime, zone: ZoneInfo) -> int:
    """Return the calendar days in `zone` from `now` to `then`: 0 is today, -1 yesterday."""
    return (then.astimezone(zone).date() - now.astimezone(zone).date()).days


def days_until(end: datetime | None, now: datetime, zone: ZoneInfo) -> int | None:
    """Return the calendar days in `zone` until `end`, negative once past; `None` for no end."""
    return None if end is None else days_between(now, end, zone)
