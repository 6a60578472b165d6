"""The name of a secret that is created now: its claim finds it, and it shows its expiry year."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from shared.core.model.watchlist import Claim, Service
from shared.render.text.escape import clean

LIFETIME = timedelta(days=730)
"""What the runbooks ask for: the portal's "730 days (24 months)"."""


def suggested_name(service: Service, *, now: datetime, zone: ZoneInfo) -> str:
    """Return the name for a secret that a person creates now, as the runbooks ask for it."""
    return new_name(service, ends=now + LIFETIME, zone=zone)


def new_name(service: Service, *, ends: datetime, zone: ZoneInfo) -> str:
    """Return the name for a new secret, with its expiry year: "LibCal 2028".

    A name pattern finds the name. A pattern without a place for a year is its own suggestion.
    """
    year = f"{ends.astimezone(zone).year}"
    match service.claim:
        case Claim(by="name", value=pattern):
            return clean(_matching(pattern, year))
        case _:
            return clean(f"{service.name} {year}")


def _matching(pattern: str, year: str) -> str:
    """Return a name that a pattern matches.

    The year replaces its last asterisk; other asterisks are left out.
    """
    before, asterisk, after = pattern.rpartition("*")
    if not asterisk:
        return pattern
    space = " " if after[:1].isalnum() else ""
    return _joined(before.replace("*", ""), year) + space + after


def _joined(name: str, year: str) -> str:
    """Add the year to a name, with a space if needed; "LibCal 20" gets only the last two digits."""
    if name.endswith(year[:2]):
        return name + year[2:]
    return f"{name} {year}" if name[-1:].isalnum() else name + year
