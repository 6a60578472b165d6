"""Days are calendar days in the watchlist's zone; having ended is judged by the instant."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

NEVER_FROM_YEAR = 2299
"""Graph writes "does not expire" as null, as 2299-12-31 or as 9999-12-31 (measured in recorded payloads)."""


def end_of(ends: datetime | None) -> datetime | None:
    """Give the end of a credential in UTC, or `None` if it does not expire."""
    if ends is None or ends.year >= NEVER_FROM_YEAR:
        return None
    return ends.astimezone(UTC)


def days_between(now: datetime, then: datetime, zone: ZoneInfo) -> int:
    """Count the calendar days in `zone` from `now` to `then`: 0 is today, 1 tomorrow, -1 yesterday."""
    return (then.astimezone(zone).date() - now.astimezone(zone).date()).days
