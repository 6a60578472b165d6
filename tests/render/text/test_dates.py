from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from shared.render.text.dates import clock, until, when
from tests.support.notices import NOW, ZONE


@pytest.mark.parametrize(
    ("instant", "words"),
    [
        (datetime(2026, 12, 13, 9, 15, tzinfo=UTC), "in 21 days (13 Dec, 03:15 CST)"),
        (datetime(2026, 11, 24, 9, 15, tzinfo=UTC), "in 2 days (24 Nov, 03:15 CST)"),
        (datetime(2026, 11, 23, 9, 15, tzinfo=UTC), "tomorrow (23 Nov, 03:15 CST)"),
        (datetime(2026, 11, 23, 2, 0, tzinfo=UTC), "today at 20:00 CST"),
        (datetime(2026, 11, 22, 6, 0, tzinfo=UTC), "today at 00:00 CST"),
        (datetime(2026, 11, 22, 5, 59, tzinfo=UTC), "yesterday (21 Nov, 23:59 CST)"),
        (datetime(2026, 11, 19, 9, 15, tzinfo=UTC), "3 days ago (19 Nov, 03:15 CST)"),
        (datetime(2027, 7, 1, 9, 15, tzinfo=UTC), "in 221 days (1 Jul 2027, 04:15 CDT)"),
    ],
)
def test_days_are_calendar_days_in_the_zone(instant: datetime, words: str) -> None:
    assert when(instant, NOW, ZONE) == words


def test_brief_date_has_a_time_only_near_today() -> None:
    assert (
        when(datetime(2026, 12, 13, 9, 15, tzinfo=UTC), NOW, ZONE, brief=True)
        == "in 21 days (13 Dec)"
    )
    assert (
        when(datetime(2026, 11, 23, 9, 15, tzinfo=UTC), NOW, ZONE, brief=True)
        == "tomorrow (23 Nov, 03:15 CST)"
    )


def test_year_is_left_out_only_in_the_current_year() -> None:
    new_year_in_utc = datetime(2027, 1, 1, 5, 0, tzinfo=UTC)
    assert when(new_year_in_utc, NOW, ZONE, brief=True) == "in 39 days (31 Dec)"
    assert when(new_year_in_utc, NOW, ZoneInfo("UTC"), brief=True) == "in 40 days (1 Jan 2027)"


def test_expired_is_decided_by_the_instant() -> None:
    assert (
        until(datetime(2026, 11, 22, 13, 59, tzinfo=UTC), NOW, ZONE) == "expired today at 07:59 CST"
    )
    assert until(NOW, NOW, ZONE) == "expired today at 08:00 CST"
    assert (
        until(datetime(2026, 11, 22, 14, 1, tzinfo=UTC), NOW, ZONE) == "expires today at 08:01 CST"
    )
    assert until(None, NOW, ZONE) == "does not expire"


@pytest.mark.parametrize(
    ("zone", "words"),
    [
        ("Europe/Istanbul", "17:00 UTC+3"),
        ("America/Sao_Paulo", "11:00 UTC-3"),
        ("Asia/Kathmandu", "19:45 UTC+5:45"),
        ("UTC", "14:00 UTC"),
        ("Europe/Berlin", "15:00 CET"),
    ],
)
def test_zone_without_letters_is_shown_as_utc_offset(zone: str, words: str) -> None:
    assert clock(NOW, ZoneInfo(zone)) == words
