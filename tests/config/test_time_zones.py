"""A wrong time zone gets the right name or none, never that of another zone."""

import re
from zoneinfo import ZoneInfo, available_timezones

import pytest
from icalendar.timezone.windows_to_olson import WINDOWS_TO_OLSON

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
    ],
)
def test_the_right_name_is_suggested(name: str, meant: str) -> None:
    said = refused(name)
    assert f"Did you mean '{meant}'?" in said
    assert not others_named(said.replace(meant, ""))


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
        *["America/Nashville", "America/Dallas", "America/Boston", "America/Houston", "US/Texas"],
        *["Europe/Munich", "Europe/Bern", "Europe/Milan", "Europe/Geneva", "Europe/Cologne"],
        *["Asia/Delhi", "Asia/Osaka", "Asia/Kyoto", "Asia/Beijing", "Asia/Mumbai", "Asia/Doha "],
        *["Etc/GMT+20", "Central Time (US & Canada)", "(UTC-06:00) Central Time", "Central", "x"],
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
