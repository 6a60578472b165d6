"""How long a stored pause of reminders is valid."""

from datetime import date

import pytest

from local.simulation.build import CHICAGO, at
from shared.core.judge.acknowledgement import last_day
from shared.core.model.decision import Acknowledgement, Person

ANNA = Person("00000000-0000-4000-8000-00000000000a", "Anna")


@pytest.mark.parametrize(
    ("made", "until", "last"),
    [
        ("2026-11-22T14:00Z", date(2026, 12, 1), date(2026, 12, 1)),
        ("2026-11-22T14:00Z", date(2027, 11, 22), date(2027, 11, 22)),
        ("2026-11-22T14:00Z", date.max, date(2027, 11, 22)),
        ("2026-11-22T03:00Z", date.max, date(2027, 11, 21)),
        ("2028-02-29T14:00Z", date.max, date(2029, 2, 28)),
        ("2026-11-22T14:00Z", date.min, date.min),
    ],
)
def test_a_stored_pause_lasts_a_year_at_most(made: str, until: date, last: date) -> None:
    given = Acknowledgement("libcal", until, "x", at(made), ANNA, "situation")
    assert last_day(given, CHICAGO) == last
