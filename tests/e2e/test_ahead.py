"""The commands `forecast` and `discover`."""

import tomllib
import xml.etree.ElementTree as ET
from pathlib import Path

from local.stand_in.stories import LIBAPPS_CLIENT_ID
from tests.e2e.conftest import Lapsewatch


def test_forecast_starts_with_the_next_message(lapsewatch: Lapsewatch) -> None:
    assert "so there is no forecast" in lapsewatch("forecast").out
    lapsewatch("check")
    ran = lapsewatch("forecast", "--json")
    assert (ran.status, ran.err) == (0, "")
    messages = [
        message for message in ran.json["messages"] if message["items"][0]["reason"] != "weekly"
    ]
    days_left = [
        item["days_left"]
        for message in messages
        for item in message["items"]
        if item["item"] == "libcal"
    ]
    assert days_left[:4] == [3, 1, 0, -1] or days_left[:3] == [3, 1, 0]
    assert all(message["channel"] == "libapps" for message in messages)
    status = lapsewatch("status", "--json").json
    assert messages[0]["on"] == min(service["next_message"] for service in status["services"])


def test_forecast_prints_a_table_and_saves_a_chart(lapsewatch: Lapsewatch, tmp_path: Path) -> None:
    lapsewatch("check")
    ran = lapsewatch("forecast", "--svg", str(tmp_path / "time.svg"))
    assert ran.status == 0
    assert "LibStaffer: secret" in ran.out
    assert ET.parse(tmp_path / "time.svg").getroot().tag.endswith("svg")
    assert lapsewatch("forecast", "--svg", str(tmp_path / "none" / "time.svg")).status == 2


def test_discover_prints_a_watchlist(lapsewatch: Lapsewatch) -> None:
    lapsewatch.settings = {"LAPSEWATCH_WATCHLIST": "none.toml", "LAPSEWATCH_TABLES": ""}
    ran = lapsewatch(
        "discover", "--client-id", LIBAPPS_CLIENT_ID.upper(), "--timezone", "America/Chicago"
    )
    assert (ran.status, ran.err) == (0, "")
    services = tomllib.loads(ran.out)["apps"][0]["services"]
    assert [(each["name"], each["claims"]) for each in services] == [
        ("LibCal", {"name": "LibCal*"}),
        ("LibStaffer", {"name": "LibStaffer*"}),
    ]


def test_discover_reports_errors(lapsewatch: Lapsewatch) -> None:
    absent = lapsewatch("discover", "--client-id", "6f1c2f5e-0000-4d0b-9d5e-0c7a5a2b13d6")
    assert (absent.status, absent.out) == (1, "")
    assert "This tenant has no app registration" in absent.err
    assert lapsewatch("discover", "--client-id", "13d6").status == 2
    assert (
        lapsewatch("discover", "--client-id", LIBAPPS_CLIENT_ID, "--timezone", "Chicago").status
        == 2
    )
