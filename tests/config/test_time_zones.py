"""A wrong time zone gets the right name or none, never that of another zone.

A city that is not a zone gets the zone in which it is; of two cities of one name, both.
"""

import re
from zoneinfo import ZoneInfo, available_timezones

import pytest
from icalendar.timezone.windows_to_olson import WINDOWS_TO_OLSON

from shared.config.cities import FILE
from shared.config.problems import InvalidValue
from shared.config.watchlist_rules import zone

ZONES = sorted(available_timezones())


def refused(name: str) -> str:
    with pytest.raises(InvalidValue) as caught:
        zone(name)
    return f"{caught.value} {caught.value.todo}".replace(repr(name), "")


@pytest.mark.parametrize(
    ("name", "meant"),
    [
        ("Central Standard Time", "America/Chicago"),
        ("central daylight time", "America/Chicago"),
        ("Eastern Standard Time", "America/New_York"),
        ("W. Europe Standard Time", "Europe/Berlin"),
        ("GMT Standard Time", "Europe/London"),
        ("Tokyo Standard Time", "Asia/Tokyo"),
        ("AUS Eastern Standard Time", "Australia/Sydney"),
        ("US Mountain Standard Time", "America/Phoenix"),
        ("Central Standard Time (Mexico)", "America/Mexico_City"),
        ("UTC-11", "Etc/GMT+11"),
        ("america/chicago", "America/Chicago"),
        ("America/New York", "America/New_York"),
        ("America\\Chicago", "America/Chicago"),
        ("America/Chigaco", "America/Chicago"),
        ("America/Chicgo", "America/Chicago"),
        ("America/Los_Angelles", "America/Los_Angeles"),
        ("Amercia/Chicago", "America/Chicago"),
        ("Europe/Berlim", "Europe/Berlin"),
        ("Central Time (US & Canada)", "America/Chicago"),
        ("(UTC-08:00) Pacific Time (US & Canada)", "America/Los_Angeles"),
        ("America/Nashville", "America/Chicago"),
        ("Nashville", "America/Chicago"),
        ("US/Nashville", "America/Chicago"),
        ("America/Nashvile", "America/Chicago"),
        ("America/Dallas", "America/Chicago"),
        ("America/Boston", "America/New_York"),
        ("Europe/Munich", "Europe/Berlin"),
        ("Europe/Geneva", "Europe/Zurich"),
        ("America/Birmingham", "America/Chicago"),
        ("Asia/Mumbai", "Asia/Kolkata"),
        ("Asia/Beijing", "Asia/Shanghai"),
        ("Sao Paulo", "America/Sao_Paulo"),
        ("berlin", "Europe/Berlin"),
        ("Berlim", "Europe/Berlin"),
        ("New York", "America/New_York"),
        ("Germany", "Europe/Berlin"),
        ("America/Illinois", "America/Chicago"),
    ],
)
def test_the_right_name_is_suggested(name: str, meant: str) -> None:
    said = refused(name)
    assert f"Did you mean '{meant}'?" in said
    assert not others_named(said.replace(meant, ""))


@pytest.mark.parametrize(
    ("name", "first", "second"),
    [
        ("Birmingham", "Europe/London", "America/Chicago"),
        ("America/Portland", "America/Los_Angeles", "America/New_York"),
        ("Saint Louis", "America/Chicago", "Africa/Dakar"),
    ],
)
def test_of_cities_of_one_name_each_zone_is_suggested(name: str, first: str, second: str) -> None:
    assert f"Did you mean {first!r} or {second!r}? There is more than one" in refused(name)


@pytest.mark.parametrize(
    "name", ["CST", "PST", "BST", "UTC+1", "GMT-5", "+05:30", "utc \N{MINUS SIGN} 6"]
)
def test_what_means_several_zones_gets_the_way_to_write_one(name: str) -> None:
    assert "Write the name of a large city near you." in refused(name)


def test_each_city_is_in_a_zone_that_exists() -> None:
    cities = dict(line.split("\t") for line in FILE.read_text("utf-8").splitlines()[2:])
    assert {*cities} - {*ZONES} == set()
    assert sum(len(names.split(";")) for names in cities.values()) > 5000


@pytest.mark.parametrize("name", [*WINDOWS_TO_OLSON, "Kamchatka Standard Time"])
def test_each_name_of_windows_gets_its_own_zone_or_none(name: str) -> None:
    if name in ZONES:  # such as UTC
        assert zone(name) == ZoneInfo(name)
        return
    assert not others_named(refused(name).replace(WINDOWS_TO_OLSON.get(name, ""), ""))


@pytest.mark.parametrize(
    "name",
    [
        *["CST", "CDT", "PST", "EDT", "IST", "BST", "MSK", "AEST", "UTC+2", "GMT+1", "GMT-5"],
        *["US/Texas", "Europe/Nashville", "Asia/Boston", "Nashville, TN", "Europe", "America/"],
        *["Etc/GMT+20", "(UTC-06:00) Central Time", "Central Time", "Central", "x", "", "Texas"],
        *["../etc", "America", "/etc/localtime", "Mid-Atlantic Standard Time", "\u3164a", "-6"],
    ],
)
def test_no_zone_is_named_if_none_is_surely_meant(name: str) -> None:
    if name.strip() in ZONES:
        assert zone(name)
        return
    assert "Did you mean" not in refused(name)
    assert not others_named(refused(name))


@pytest.mark.parametrize("name", ["right/UTC", "posix/Europe/Berlin", "posixrules"])
def test_a_file_beside_the_zones_is_refused(name: str) -> None:
    assert "Did you mean" not in refused(name)


def others_named(said: str) -> list[str]:
    """Return the time zones that a message names."""
    return [name for name in ZONES if re.search(rf"(?<![\w/]){re.escape(name)}(?![\w/])", said)]
