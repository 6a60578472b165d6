"""The command `status --csv`."""

import csv
import io

from shared.render.feeds.spreadsheet import COLUMNS
from tests.e2e.conftest import Lapsewatch


def test_status_csv_prints_only_the_table(lapsewatch: Lapsewatch) -> None:
    lapsewatch("check")
    ran = lapsewatch("status", "--csv")
    assert (ran.status, ran.err) == (0, "")
    table = csv.DictReader(io.StringIO(ran.out.removeprefix("\ufeff")), strict=True)
    assert [(row["item"], row["standing"]) for row in table] == [
        ("libcal", "expiring"),
        ("libstaffer", "expiring"),
    ]
    assert tuple(table.fieldnames or ()) == COLUMNS


def test_csv_and_json_exclude_each_other(lapsewatch: Lapsewatch) -> None:
    ran = lapsewatch("status", "--csv", "--json")
    assert (ran.status, ran.out) == (2, "")
    assert "Choose one of --csv and --json." in ran.err
