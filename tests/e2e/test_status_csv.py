"""The table for a spreadsheet, as the command prints it."""

import csv
import io

from shared.render.feeds.spreadsheet import COLUMNS
from tests.e2e.conftest import Lapsewatch


def test_the_command_prints_the_table_and_nothing_else(lapsewatch: Lapsewatch) -> None:
    lapsewatch("check")
    ran = lapsewatch("status", "--csv")
    assert (ran.status, ran.err) == (0, "")
    table = csv.DictReader(io.StringIO(ran.out.removeprefix("\ufeff")), strict=True)
    assert [(row["item"], row["standing"]) for row in table] == [
        ("libcal", "expiring"),
        ("libstaffer", "expiring"),
    ]
    assert tuple(table.fieldnames or ()) == COLUMNS


def test_two_answers_at_once_are_refused(lapsewatch: Lapsewatch) -> None:
    ran = lapsewatch("status", "--csv", "--json")
    assert (ran.status, ran.out) == (2, "")
    assert "ask for one of them" in ran.err
