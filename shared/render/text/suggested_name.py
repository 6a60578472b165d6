"""The name of a secret that is created now: its claim finds it, and it shows its expiry year."""

import re
import string
from datetime import datetime, timedelta
from fnmatch import fnmatchcase
from zoneinfo import ZoneInfo

from shared.core.model.watchlist import Claim, Service
from shared.render.text.escape import clean

LIFETIME = timedelta(days=730)
"""What the runbooks ask for: the portal's "730 days (24 months)"."""

_GLOB = re.compile(r"\*+|\?+|\[[!^]?\]?[^\]]*\]|.", re.DOTALL)
_TYPED = string.printable[:-5]
"""The characters that people type into a name; the last five are like line breaks."""


def suggested_name(service: Service, *, now: datetime, zone: ZoneInfo) -> str:
    """Return the name for a secret that is created now, with its expiry year: "LibCal 2028".

    A name pattern finds the name. A pattern without a place for a year is its own suggestion.
    """
    year = f"{(now + LIFETIME).astimezone(zone).year}"
    match service.claim:
        case Claim(by="name", value=pattern):
            return clean(_matching(pattern, year))
        case _:
            return clean(f"{service.name} {year}")


def _matching(pattern: str, year: str) -> str:
    """Return a name that a glob finds.

    The year replaces its last asterisk and its question marks; other asterisks are left out.
    """
    parts = _GLOB.findall(pattern)
    last = max((place for place, part in enumerate(parts) if part[0] == "*"), default=-1)
    name = ""
    for place, part in enumerate(parts):
        match part[0]:
            case "*" if place == last:
                follows = "".join(parts[place + 1 : place + 2])
                name = _joined(name, year) + (" " if follows.isalnum() else "")
            case "*":
                pass
            case "?":
                name += year[-len(part) :].rjust(len(part), "0")
            case "[" if len(part) > 1:
                letters = year[-1] + _TYPED
                name += next((letter for letter in letters if fnmatchcase(letter, part)), "")
            case _:
                name += part
    return name


def _joined(name: str, year: str) -> str:
    """Add the year to a name, with a space if needed; "LibCal 20" gets only the last two digits."""
    if name.endswith(year[:2]):
        return name + year[2:]
    return f"{name} {year}" if name[-1:].isalnum() else name + year
