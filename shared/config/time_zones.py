"""The IANA time zone that a name of another kind means.

Windows' names are looked up in Unicode's table, which the calendar's library has. An abbreviation
such as CST means several zones, and most cities have no zone of their own: nothing is suggested
for them.
"""

from zoneinfo import available_timezones

_MIN_TYPO_CHARS = 5
"""Of a city: one letter more or less makes another city of a shorter name."""


def intended_zone(name: str) -> str:
    """Return the IANA zone that is surely meant by `name`; empty if none is."""
    return _by_other_spelling(name) or _by_windows_name(name) or _by_typo(name)


def _by_windows_name(name: str) -> str:
    from icalendar.timezone.windows_to_olson import (  # noqa: PLC0415  (it takes a second)
        WINDOWS_TO_OLSON,
    )

    folded = name.casefold().replace(" daylight time", " standard time")
    known = (zone for windows, zone in WINDOWS_TO_OLSON.items() if windows.casefold() == folded)
    return next(known, "")


def _by_other_spelling(name: str) -> str:
    folded = name.casefold().replace(" ", "_").replace("\\", "/")
    return next((zone for zone in available_timezones() if zone.casefold() == folded), "")


def _by_typo(name: str) -> str:
    """Return the only zone of an area and a city that `name` misspells by one slip."""
    wrong = name.casefold().replace(" ", "_")
    similar = [
        zone
        for zone in available_timezones()
        if "/" in zone
        and len(zone.rpartition("/")[2]) >= _MIN_TYPO_CHARS
        and zone.replace("/", "").replace("_", "").isalpha()
        and _is_typo(wrong, zone.casefold())
    ]
    return similar[0] if len(similar) == 1 else ""


def _is_typo(wrong: str, right: str) -> bool:
    """Return whether one letter is wrong, missing or too many, or two have changed places."""
    if len(wrong) == len(right):
        slips = [(a, b) for a, b in zip(wrong, right, strict=True) if a != b]
        return len(slips) == 1 or [pair[::-1] for pair in slips[1:]] == slips[:1]
    shorter, longer = sorted((wrong, right), key=len)
    if len(longer) - len(shorter) != 1:
        return False
    return any(longer[:at] + longer[at + 1 :] == shorter for at in range(len(longer)))
