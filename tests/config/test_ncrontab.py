"""A schedule is accepted if, and only if, the Functions host runs it."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.config.ncrontab import EXPECTED, Mistake, mistake
from shared.config.problems import Misconfigured
from shared.config.setting_list import BY_NAME
from tests.config.test_settings import loaded

FIELDS = ("second", "minute", "hour", "day", "month", "weekday")
MOST = (59, 59, 23, 31, 12, 6)
AT_LEAST = (0, 0, 0, 1, 1, 0)


@pytest.mark.parametrize(
    "text",
    [
        "0 5 * * * *",
        "5 * * * *",
        "  0  5 * * *   * ",
        "* * * * * *",
        "0 */15 * * * *",
        "0 5/15 * * * *",
        "0,30 1-5,7,50-59/3 0-23/2 1,15 1-12 0-6",
        "0 0 9 * * MON-FRI",
        "0 0 9 1 Jan,febr,DECEMBER sun",
        "0 0 9 * j s",
        "0 0 9 * * 1-FRI",
        "0 0 9 * * FRI-MON",  # the library exchanges them
        "0 */0 * * * *",  # and reads this step as 1
        "0 */-2 * * * *",
        "0 */+2 * * * *",
        "0 */99 * * * *",
        "00 005 0023 * * *",
        "0 0 0 29 2 *",
        "0 0 0 31 1-2 *",
    ],
)
def test_what_the_host_runs_is_accepted(text: str) -> None:
    assert mistake(text) is None


@pytest.mark.parametrize("text", ["", " ", "hourly", "01:00:00", "* * * *", "0 5 * * * * *"])
def test_other_than_five_or_six_fields_is_refused(text: str) -> None:
    found = mistake(text)
    assert found is not None
    assert found.found.startswith(f"a schedule of {len(text.split())} field")
    assert found.expected == EXPECTED


REFUSED = """
    {above} {above}-{above} 0-{above} {above}/2 *,{above} 99999999999999999999999 -1 1- -3 1-2-3 */
    */x */2/2 /2 */99999999999 ,1 1, 1,,2 ** *-2 ? L 1# 5a ٣ Mox xy %S%
    MON#1 Mondays
"""


@pytest.mark.parametrize("at", range(6))
@pytest.mark.parametrize("field", REFUSED.split())
def test_a_field_that_the_host_refuses_is_named(field: str, at: int) -> None:
    fields = ["*"] * 6
    fields[at] = field.format(above=MOST[at] + 1)
    found = mistake(" ".join(fields))
    assert found is not None
    assert found.found.startswith(f"a schedule with the {FIELDS[at]}")
    assert found.expected.startswith(f"{AT_LEAST[at]} to {MOST[at]}")


@pytest.mark.parametrize("at", [3, 4])
def test_day_and_month_begin_with_1(at: int) -> None:
    fields = ["*"] * 6
    fields[at] = "0"
    assert mistake(" ".join(fields)) is not None


@pytest.mark.parametrize("text", ["0 0 9 31 2,4 *", "0 0 9 30-31 FEB *"])
def test_a_schedule_that_never_comes_is_refused(text: str) -> None:
    assert mistake(text) == Mistake("a schedule for a day that its months do not have", EXPECTED)


def test_names_belong_to_months_and_weekdays() -> None:
    for at in range(4):
        fields = ["*"] * 6
        fields[at] = "MON"
        assert mistake(" ".join(fields)) is not None
    assert mistake("* * * * MON *") is not None
    assert mistake("* * * * * MAR") is not None


@given(st.text(max_size=40) | st.text("0123456789*/-, MONa", max_size=40))
def test_no_text_breaks_the_rule_or_is_shown_in_full(text: str) -> None:
    found = mistake(text)
    assert found is None or re.fullmatch(r"[ -~]*", found.found)


@pytest.mark.parametrize("schedule", [None, "", "  "])
def test_azure_has_no_schedule_by_default(schedule: str | None) -> None:
    """The host resolves %LAPSEWATCH_SCHEDULE% before our code runs, and has no default."""
    environment = {} if schedule is None else {"LAPSEWATCH_SCHEDULE": schedule}
    with pytest.raises(Misconfigured) as error:
        loaded(WEBSITE_HOSTNAME="lapsewatch.azurewebsites.net", **environment)
    (problem,) = error.value.problems
    assert (problem.place, problem.found) == ("setting LAPSEWATCH_SCHEDULE", "not set")
    assert "no check starts" in problem.todo
    assert BY_NAME["LAPSEWATCH_SCHEDULE"].default in problem.todo
    loaded(WEBSITE_HOSTNAME="localhost:7071", **environment)
    loaded(**environment)
