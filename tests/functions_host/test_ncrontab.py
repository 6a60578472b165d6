"""Schedules of timers: a table of expressions and the instants they name."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from local.functions_host.errors import HostError
from local.functions_host.ncrontab import NO_TIME, local_zone, parse


def instant(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("expression", "after", "due"),
    [
        ("0 5 * * * *", "2026-11-22T13:00:00", "2026-11-22T13:05:00"),
        ("0 5 * * * *", "2026-11-22T13:05:00", "2026-11-22T14:05:00"),  # after, not at
        ("0 5 * * * *", "2026-11-22T13:04:59.9", "2026-11-22T13:05:00"),
        ("5 * * * *", "2026-11-22T13:00:00", "2026-11-22T13:05:00"),  # five fields: second 0
        ("* * * * * *", "2026-12-31T23:59:59", "2027-01-01T00:00:00"),
        ("*/15 * * * * *", "2026-11-22T13:00:46", "2026-11-22T13:01:00"),
        (
            "10/25 * * * * *",
            "2026-11-22T13:00:36",
            "2026-11-22T13:01:10",
        ),  # 10 and 35; the next would be 60
        ("0 0-20/10 * * * *", "2026-11-22T13:20:00", "2026-11-22T14:00:00"),
        ("0 0 9-17 * * MON-FRI", "2026-11-20T17:00:00", "2026-11-23T09:00:00"),
        ("0 0 9 * * 1,3", "2026-11-23T09:00:00", "2026-11-25T09:00:00"),
        ("0 0 7 * * Sunday", "2026-11-22T07:00:00", "2026-11-29T07:00:00"),
        ("0 0 7 * * 0", "2026-11-22T07:00:00", "2026-11-29T07:00:00"),
        ("0 0 7 1 jan,JUL *", "2026-11-22T07:00:00", "2027-01-01T07:00:00"),
        ("0 0 7 1 March *", "2026-11-22T07:00:00", "2027-03-01T07:00:00"),
        (
            "0 0 7 13 * FRI",
            "2026-11-22T00:00:00",
            "2027-08-13T07:00:00",
        ),  # both fields: a Friday the 13th
        (
            "0 0 7 */2 * MON",
            "2026-11-23T07:00:00",
            "2026-12-07T07:00:00",
        ),  # an odd day that is a Monday
        ("0 0 0 31 * *", "2026-11-22T00:00:00", "2026-12-31T00:00:00"),
        ("0 0 0 30,31 * *", "2027-01-31T00:00:00", "2027-03-30T00:00:00"),
        ("0 0 0 29 2 *", "2026-11-22T00:00:00", "2028-02-29T00:00:00"),
        ("0 0 0 29 FEB MON", "2044-02-29T00:00:00", "2072-02-29T00:00:00"),
        (
            "0 0 0 29 FEB MON",
            "2072-02-29T00:00:00",
            "2112-02-29T00:00:00",
        ),  # 2100 is not a leap year
        # as the library of the real host reads them: backwards is forwards, and a step below 1 is 1
        ("0 0 7 * * FRI-MON", "2026-11-22T13:00:00", "2026-11-23T07:00:00"),
        ("0 20-10/5 * * * *", "2026-11-22T13:15:00", "2026-11-22T13:20:00"),
        ("0 */0 * * * *", "2026-11-22T13:00:00", "2026-11-22T13:01:00"),
        ("0 58/-3 * * * *", "2026-11-22T13:58:00", "2026-11-22T13:59:00"),
        ("0 59/0 * * * *", "2026-11-22T13:59:00", "2026-11-22T14:59:00"),
        # time spans
        ("01:30:00", "2026-11-22T13:00:05", "2026-11-22T14:30:05"),
        ("0:05", "2026-11-22T13:00:00", "2026-11-22T13:05:00"),
        ("1.02:00", "2026-11-22T13:00:00", "2026-11-23T15:00:00"),
        ("24:00:00", "2026-11-01T13:00:00", "2026-11-25T13:00:00"),  # 24 days, as .NET reads it
    ],
)
def test_the_next_run_is(expression: str, after: str, due: str) -> None:
    assert parse(expression).next_after(instant(after)) == instant(due)


@pytest.mark.parametrize(
    ("expression", "after", "due"),
    [
        ("0 0 9 * * *", "2026-11-22T13:00:00", "2026-11-23T08:00:00"),
        ("0 0 9 * * *", "2026-07-22T13:00:00", "2026-07-23T07:00:00"),
        ("0 30 2 * * *", "2027-03-27T12:00:00", "2027-03-28T01:30:00"),  # 03:30, there is no 02:30
        ("0 30 2 * * *", "2026-10-24T12:00:00", "2026-10-25T00:30:00"),  # the first 02:30 ...
        ("0 30 2 * * *", "2026-10-25T00:30:00", "2026-10-26T01:30:00"),  # ... and not the second
        ("0 30 2 * * *", "2026-10-25T01:10:00", "2026-10-26T01:30:00"),  # as if it had run
        ("0 */30 * * * *", "2026-10-24T23:30:00", "2026-10-25T00:00:00"),  # both: 02:00,
        ("0 */30 * * * *", "2026-10-25T00:30:00", "2026-10-25T01:00:00"),  # and 02:00 again
        ("0 */30 * * * *", "2026-10-25T01:30:00", "2026-10-25T02:00:00"),
        ("0 15,16 2 * * *", "2026-10-25T00:16:00", "2026-10-26T00:15:00"),  # 01:15, as the host
        ("01:00:00", "2026-10-25T00:30:00", "2026-10-25T01:30:00"),
    ],
)
def test_next_run_in_berlin_is(expression: str, after: str, due: str) -> None:
    schedule = parse(expression, ZoneInfo("Europe/Berlin"))
    assert schedule.next_after(instant(after)) == instant(due)


def test_nothing_comes_after_the_last_year() -> None:
    assert parse("0 0 0 31 2 *").next_after(NO_TIME) == NO_TIME
    assert parse("10675199").next_after(instant("2026-11-28T00:00:00")) == NO_TIME
    assert parse("1.00:00:00").next_after(NO_TIME) == NO_TIME


def test_a_day_that_never_comes_is_never_due() -> None:
    assert parse("0 0 0 31 2 *").next_after(instant("2026-11-22T00:00:00")) == NO_TIME


@pytest.mark.parametrize(
    ("name", "zone"),
    [("Europe/Berlin", "Europe/Berlin"), (":Asia/Tokyo", "Asia/Tokyo"), ("Mars/Here", "UTC")],
)
def test_zone_is_that_of_tz(monkeypatch: pytest.MonkeyPatch, name: str, zone: str) -> None:
    monkeypatch.setenv("TZ", name)
    assert str(local_zone()) == zone


@pytest.mark.parametrize(
    ("expression", "sentence"),
    [
        ("", "expression '' was not recognized as a valid cron expression or timespan string: "),
        ("* * * *", "a schedule of 4 fields; expected six fields (second minute hour day month"),
        ("01:60:00", "a schedule of 1 field; "),
        ("00:00:00", "a schedule of 1 field; "),
        ("60 * * * * *", 'a schedule with the second "60"; expected 0 to 59; also lists'),
        ("0 0 0 * * 7", 'the weekday "7"; expected 0 to 6, or a name such as MON; also'),
        ("0\t0 * * * *", "a schedule with the minute; expected 0 to 59"),  # only spaces separate
        (f"0 {'9' * 5000} * * * *", "a schedule with the minute; expected 0 to 59"),
    ],
)
def test_a_bad_expression_gets_a_sentence(expression: str, sentence: str) -> None:
    with pytest.raises(HostError) as caught:
        parse(expression)
    assert sentence in str(caught.value)


def subsets(least: int, most: int) -> st.SearchStrategy[list[int]]:
    return st.lists(st.integers(least, most), min_size=1, max_size=3, unique=True)


@given(
    subsets(0, 59),
    subsets(0, 59),
    subsets(0, 23),
    subsets(0, 6),
    st.datetimes(datetime(2000, 1, 1), datetime(2090, 1, 1), timezones=st.just(UTC)),  # noqa: DTZ001  (hypothesis adds the zone)
)
def test_next_run_is_the_first_match_after_the_instant(
    seconds: list[int], minutes: list[int], hours: list[int], weekdays: list[int], after: datetime
) -> None:
    fields = [",".join(map(str, values)) for values in (seconds, minutes, hours)]
    schedule = parse(" ".join([*fields, "*", "*", ",".join(map(str, weekdays))]))
    due = schedule.next_after(after)
    assert due > after
    assert (
        due.second in seconds,
        due.minute in minutes,
        due.hour in hours,
        due.isoweekday() % 7 in weekdays,
    ) == (True,) * 4
    between = after + (due - after) / 2
    if due.replace(microsecond=0) > between.replace(microsecond=0):
        assert schedule.next_after(between) == due
