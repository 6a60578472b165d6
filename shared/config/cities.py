"""The time zones of cities, and of countries and states with a single zone.

`cities.txt` has the larger ones: 100,000 people, in the United States 30,000. Two places of one
name may be in different zones: all of these are returned, so that people choose.
"""

import re
import unicodedata
from collections.abc import Iterator
from pathlib import Path

FILE = Path(__file__).with_name("cities.txt")


_MIN_TYPO_CHARS = 6
"""Of a city: one letter more or less makes another city of a shorter name."""
_AREAS = {"us": "America", "usa": "America", "canada": "America", "mexico": "America"}
"""What people write in place of the area in which the zones are."""


def zones_of(name: str) -> dict[str, str]:
    """Return the places that are called `name`, such as Nashville or America/Boston, by zone.

    A misspelled name counts where it is long, and all places that it may be are in one zone.
    """
    area, _, place = name.rpartition("/")
    wanted = folded(place)
    cities = [(city, zone) for city, zone in _cities() if _is_in(zone, area)]
    if exact := {zone: city for city, zone in cities if folded(city) == wanted}:
        return exact
    long_enough = len(wanted) >= _MIN_TYPO_CHARS
    similar = {z: city for city, z in cities if long_enough and is_typo(wanted, folded(city))}
    return similar if len(similar) == 1 else {}


def _is_in(zone: str, area: str) -> bool:
    return not area or zone.startswith(f"{_AREAS.get(area.casefold(), area.title())}/")


def _cities() -> Iterator[tuple[str, str]]:
    """Yield the name of each city and its zone; zones with larger cities come first."""
    for line in FILE.read_text(encoding="utf-8").splitlines():
        if not line.startswith("#"):
            zone, _, names = line.partition("\t")
            yield from ((name, zone) for name in (_own_city(zone), *names.split(";")))


def _own_city(zone: str) -> str:
    return zone.rpartition("/")[2].replace("_", " ")


def folded(name: str) -> str:
    """Return a name as it is compared: only its letters, without accents and case."""
    plain = re.sub(r"\bsaint\b", "st", unicodedata.normalize("NFKD", name).casefold())
    return re.sub(r"[\W\d_]|[\u0300-\u036f]", "", plain)


def is_typo(wrong: str, right: str) -> bool:
    """Return whether one letter is wrong, missing or too many, or two have changed places."""
    if len(wrong) == len(right):
        slips = [(a, b) for a, b in zip(wrong, right, strict=True) if a != b]
        return len(slips) == 1 or [pair[::-1] for pair in slips[1:]] == slips[:1]
    shorter, longer = sorted((wrong, right), key=len)
    if len(longer) - len(shorter) != 1:
        return False
    return any(longer[:at] + longer[at + 1 :] == shorter for at in range(len(longer)))
