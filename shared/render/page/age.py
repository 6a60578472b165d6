"""How long ago something happened."""

from datetime import datetime

_MINUTE = 60
_HOUR = 60 * _MINUTE
_DAY = 24 * _HOUR
_UNITS = (("minute", _MINUTE, _HOUR), ("hour", _HOUR, 2 * _DAY), ("day", _DAY, float("inf")))
"""Unit, its length in seconds, and the age in seconds from which the next unit is used."""


def age_text(then: datetime, now: datetime) -> str:
    """Return an age: "just now", "25 minutes ago", "3 hours ago", "2 days ago"."""
    seconds = (now - then).total_seconds()
    for unit, length, limit in _UNITS:
        if _MINUTE <= seconds < limit:
            number = int(seconds // length)
            return f"{number} {unit}{'' if number == 1 else 's'} ago"
    return "just now" if seconds > -_MINUTE else "in the future (a clock is wrong)"
