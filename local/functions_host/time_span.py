"""Time spans of .NET: in host.json, and as schedules."""

import re
from datetime import timedelta

MAX_DAYS = 10_675_199
"""The most days of a time span."""
_SPAN = re.compile(
    r"(?:(?P<days>\d{1,8})[.:])??"  # 24:00:00 are 24 days
    r"(?P<hours>[01]?\d|2[0-3]):(?P<minutes>[0-5]?\d)(?::(?P<seconds>[0-5]?\d(?:\.\d{1,7})?))?"
    r"|(?P<only>\d{1,8})",
    re.ASCII,
)


def time_span(text: str) -> timedelta | None:
    """Parse `[days.]hours:minutes[:seconds]`, or days only. Return `None` if it is none."""
    found = _SPAN.fullmatch(text.strip())
    if found is None:
        return None
    days, hours, minutes, seconds, only = (float(part) for part in found.groups("0"))
    if days + only > MAX_DAYS:
        return None
    return timedelta(days + only, seconds, hours=hours, minutes=minutes)
