"""What to write in place of a name that is not an IANA time zone.

Windows' names are looked up in Unicode's table, which the calendar's library has, and other cities
in ours. An abbreviation such as CST means several zones, and an offset has no daylight saving time:
no zone is suggested for them.
"""

import re
from zoneinfo import available_timezones

from shared.config.cities import is_typo, zones_of
from shared.config.description import describe

_MIN_TYPO_CHARS = 5
"""Of a city: one letter more or less makes another city of a shorter name."""
MAX_ZONES = 3
"""How many zones are suggested for cities of one name."""
_OFFSET = re.compile(r"(utc|gmt|z)?\s*[+\-\N{MINUS SIGN}]\s*\d{1,2}(:?\d\d)?", re.IGNORECASE)
_SHOWN_BY_WINDOWS = re.compile(r"(?:\(UTC[^)]*\) )?(\w+) Time \(US & Canada\)")
"""As people copy it from Windows: "(UTC-06:00) Central Time (US & Canada)"."""
_ABBREVIATION = re.compile(r"[A-Z]{2,5}")


def advice(name: str) -> str:
    """Return a sentence about what to write in place of `name`; empty if nothing is known."""
    if meant := _by_other_spelling(name) or _by_windows_name(name) or _by_typo(name):
        return f"Did you mean {describe(meant)}?"
    if _OFFSET.fullmatch(name.strip()):
        return "An offset has no daylight saving time. Write the name of a large city near you."
    if _ABBREVIATION.fullmatch(name.strip()):
        return "An abbreviation means several zones. Write the name of a large city near you."
    zones = list(zones_of(name).items())[:MAX_ZONES]
    suggested = " or ".join(describe(zone) for zone, _ in zones)
    if not zones:
        return ""
    _, place = zones[0]
    about = (
        f"It is the time zone of {place}" if len(zones) == 1 else f"There is more than one {place}"
    )
    return f"Did you mean {suggested}? {about}."


def _by_windows_name(name: str) -> str:
    from icalendar.timezone.windows_to_olson import (  # noqa: PLC0415  (it takes a second)
        WINDOWS_TO_OLSON,
    )

    shown = _SHOWN_BY_WINDOWS.fullmatch(name)
    key = f"{shown[1]} Standard Time" if shown else name
    folded = key.casefold().replace(" daylight time", " standard time")
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
        and is_typo(wrong, zone.casefold())
    ]
    return similar[0] if len(similar) == 1 else ""
