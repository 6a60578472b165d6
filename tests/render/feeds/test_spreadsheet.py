"""The CSV: a row for each item, and no formulas."""

import csv
import io
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from local.simulation.build import CLIENT_ID, at, secret
from local.simulation.world import World
from shared.core.model.directory import Credential, Kind
from shared.render.feeds.spreadsheet import BYTE_ORDER_MARK, COLUMNS, status_csv
from shared.render.feeds.spreadsheet_cell import as_text
from shared.render.text.escape import clean
from tests.render.page.page_cases import WATCHLIST, single
from tests.support.notices import unclaimed

WIDE = "\N{FULLWIDTH EQUALS SIGN}"


def rows(world: World) -> dict[str, dict[str, str]]:
    text = status_csv(world.watch.status(), world.watched)
    assert text.startswith(BYTE_ORDER_MARK)
    return {
        row["item"]: row
        for row in csv.DictReader(
            io.StringIO(text.removeprefix(BYTE_ORDER_MARK), newline=""), strict=True
        )
    }


def world(name: str = "Test by the intern") -> World:
    alive = World(now=at("2026-11-22T14:00Z"))
    alive.tenant.put(
        secret("k1", "LibCal 2024", ends="2026-12-13T03:15Z"),
        secret("k2", "LibStaffer", ends=None),
        secret("k3", name, ends=None),
    )
    alive.check()
    return alive


def test_service_has_its_local_day_zone_and_instant() -> None:
    row = rows(world())["libcal"]
    assert (row["kind"], row["standing"], row["severity"], row["days_left"]) == (
        "service",
        "expiring",
        "warning",
        "20",
    )
    assert (row["ends"], row["ends_at"], row["zone"], row["ends_utc"]) == (
        "2026-12-12",
        "21:15 CST",
        "America/Chicago",
        "2026-12-13T03:15:00Z",
    )
    assert row["next_step"]


def test_credential_without_an_end_does_not_expire() -> None:
    row = rows(world())["libstaffer"]
    assert (row["ends"], row["ends_utc"], row["days_left"]) == ("does not expire", "", "")


def test_unclaimed_leftovers_and_problems_have_rows() -> None:
    alive = world()
    alive.tenant.add(
        secret("k4", "LibCal 2026", ends="2028-12-13T09:15Z", starts="2026-11-20T00:00Z")
    )
    alive.check()
    alive.confirm("libcal", "k4")
    alive.now = at("2026-12-09T14:00Z")
    alive.check()
    found = rows(alive)
    assert found["credential:k3"]["kind"] == "unclaimed"
    assert (found["leftover:libcal:k1"]["kind"], found["leftover:libcal:k1"]["days_left"]) == (
        "leftover",
        "3",
    )
    alive.tenant.put(*alive.tenant.credentials, disabled="its service principal is disabled")
    alive.check()
    problem = rows(alive)["app:libcal"]
    assert (problem["kind"], problem["standing"], problem["severity"]) == (
        "app",
        "its service principal is disabled",
        "critical",
    )


def test_acknowledged_service_has_its_date() -> None:
    alive = world()
    alive.acknowledge("libcal", "2026-12-01", "ticket 4711")
    assert rows(alive)["libcal"]["acknowledged_until"] == "2026-12-01"


def test_unread_services_have_rows() -> None:
    found = rows(World())
    assert {item: (row["standing"], row["severity"]) for item, row in found.items()} == {
        "libcal": ("not read yet", "warning"),
        "libstaffer": ("not read yet", "warning"),
    }


def test_lines_end_in_cr_lf() -> None:
    name = 'two\nlines, and a “quote"'
    text = status_csv(world(name).watch.status(), world().watched)
    lines = text.removeprefix(BYTE_ORDER_MARK).split("\r\n")
    assert lines[0] == ",".join(COLUMNS)
    assert lines[-1] == ""
    assert "\n" not in "".join(lines)
    assert rows(world(name))["credential:k3"]["name"] == 'two lines, and a “quote"'


@pytest.mark.parametrize(
    "name",
    [
        "=1+1",
        "+1",
        "-1+1",
        "@SUM(A1)",
        "\t=1",
        "\r=1",
        " =1",
        "\u200b=1",
        f"{WIDE}1+1",
        "a;=1+1",
        'a"; @x',
        ';"=1+1;',
        ';" "=1+1',
    ],
)
def test_formula_in_a_name_is_text(name: str) -> None:
    found = rows(world(name))["credential:k3"]
    cells = [
        part.strip()
        for cell in (found["name"], found["credential"], found["next_step"])
        for part in cell.split(";")
    ]
    text = status_csv(world(name).watch.status(), world().watched)
    cells += [
        cell.strip()
        for row in csv.reader(io.StringIO(text, newline=""), delimiter=";")
        for cell in row
    ]  # as some countries read it
    assert not [cell for cell in cells if cell[:1] in {"=", "+", "-", "@", "\t", "\r", WIDE}]


def test_formula_in_a_hint_is_text_and_a_number_stays_one() -> None:
    alive = world()
    alive.tenant.put(
        secret("k1", "LibCal", ends="2026-11-19T09:15Z", hint="=1+"),
        secret("k2", "LibStaffer", ends=None),
    )
    alive.check()
    row = rows(alive)["libcal"]
    assert (row["hint"], row["days_left"]) == ("'=1+", "-3")


def cell(text: str, hint: str = "q7X") -> dict[str, str]:
    """Return the row of a credential with this name and hint."""
    credential = Credential("k", Kind.SECRET, text, hint, None, None)
    csv_text = status_csv(single(unclaimed(credential)).status, WATCHLIST)
    return next(csv.DictReader(io.StringIO(csv_text.removeprefix(BYTE_ORDER_MARK), newline="")))


@pytest.mark.parametrize(
    "text",
    [
        *["1E5", "007", "1/2", "3-4", "1e-3", "1,5", "1.5", ".5", "12:30", "0x1F", "1 %", "1 1/2"],
        *["TRUE", "false", "JAN1", "Jan 5", "May-25", "Sept. 7", "march 2026", "5 May", "May 5, 7"],
        *[
            "$5",
            "€ 5",
            "(5)",
            "-1",
            "+1",
            "=1",
            "@x",
            "#N/A",
            "#REF!",
            " 007",
            "007 ",
            "\t1",
            "1\r",
        ],
        *["1-2", "MAR1", "12345678901234567890", "Mai 5", "Dez-25", "okt1", "mars 2026", "févr. 3"],
        *[
            "ene-5",
            "dic 25",
            "Wahr",
            "FALSO",
            "vrai",
            "\uff2d\uff21\uff32\uff11",
            "\xbd",
            "'1",
            "'a",
        ],
        *["\u0663-\u0664", "\uff11\uff12", "2026-12-01", "1_000", "1'000", "1\xa0000", "%5", "~1"],
    ],
)
def test_what_a_spreadsheet_would_change_is_text(text: str) -> None:
    shown = clean(text)
    row = cell(text, text)
    assert (row["name"], row["credential"], row["hint"]) == (f"'{shown}",) * 3
    assert f"; '{shown}" in cell(f"a; {shown}")["credential"]


@pytest.mark.parametrize(
    "text",
    [
        *["LibCal 2025", "q7X", "E15", "[TEST] app", "(old)", "Marketing 2025", "true love"],
        *["Mayor 5", "Gen 2 app", "Mars rover", "Set 5 of LibCal", "Dana's app", "Out of office"],
    ],
)
def test_other_text_has_no_apostrophe(text: str) -> None:
    assert cell(text)["credential"] == text


SHOWN_AS_ANOTHER = re.compile(r"\s*[\d.,+\-=@$€£¥(%]|\s*(true|false)\s*$", re.IGNORECASE)


@given(
    st.text(alphabet=st.sampled_from("0123456789eE+-/.,:%$ xJANjan"), min_size=3, max_size=3)
    | st.from_regex(r"[0-9][ -~]{2}", fullmatch=True)
)
def test_hint_that_looks_like_a_number_is_never_bare(hint: str) -> None:
    shown = cell("LibCal", hint)["hint"]
    assert not SHOWN_AS_ANOTHER.match(shown) or not any(map(str.isdigit, shown))
    assert shown[:1] not in set("=+-@")


@given(st.text(max_size=20) | st.from_regex(r"['\"; ]{0,3}[0-9=a-z]{1,4}", fullmatch=True))
def test_text_is_what_is_left_without_its_first_apostrophe(text: str) -> None:
    """So that a program can read the table back, also text that begins with an apostrophe."""
    for part, shown in zip(text.split(";"), as_text(text).split(";"), strict=True):
        start = len(part) - len(part.lstrip(' "'))
        assert shown in (part, f"{part[:start]}'{part[start:]}")
        assert shown != part or part[start : start + 1] != "'"


def test_key_ids_numbers_and_days_of_ours_are_bare() -> None:
    alive = World(now=at("2026-11-22T14:00Z"))
    alive.tenant.put(
        secret("12345678-0000-4000-8000-000000000000", "LibCal", ends="2026-11-19T09:15Z")
    )
    alive.check()
    alive.acknowledge("libcal", "2026-12-01", "ordered")
    row = rows(alive)["libcal"]
    assert (row["key_id"], row["days_left"], row["ends"], row["ends_at"], row["ends_utc"]) == (
        "12345678-0000-4000-8000-000000000000",
        "-3",
        "2026-11-19",
        "03:15 CST",
        "2026-11-19T09:15:00Z",
    )
    assert (row["acknowledged_until"], row["next_message"][:4]) == ("2026-12-01", "2026")


def test_missing_app_has_its_name_from_the_watchlist() -> None:
    alive = world()
    alive.tenant.apps = {CLIENT_ID: None}
    alive.check()
    assert rows(alive)["app:libcal"]["app"] == "LibApps Outlook sync"
