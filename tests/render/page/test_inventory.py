"""The table of the whole tenant: order, parts, filter, and the number of urgent credentials."""

import re
from dataclasses import replace
from datetime import timedelta

import pytest

from local.simulation.world import inventory_world
from shared.core.model.vocabulary import Severity
from shared.core.results import InventoryStatus
from shared.render.page.inventory import inventory_section
from shared.render.page.inventory_query import WHOLE, wanted
from shared.render.page.page import page
from tests.render.page.page_cases import SAFE, STAFFER, lived, single, tenant
from tests.render.page.parsed_page import ParsedPage, parsed
from tests.support.notices import inventory_view

type Rows = list[list[str]]


def table(**query: object) -> tuple[Rows, ParsedPage]:
    """Return the cells of the table, and the page."""
    part = wanted({name: str(value) for name, value in query.items()})
    html = page(replace(lived(tenant()), wanted=part))
    body = html.partition("<tbody>")[2].partition("</tbody>")[0]
    cells = re.compile(r"<t[hd][^>]*>(.*?)</t[hd]>", re.DOTALL)
    rows = [cells.findall(row) for row in body.split("<tr>")[1:]]
    texts = [[re.sub(r"<[^>]+>", "", cell).strip() for cell in row] for row in rows]
    return texts, ParsedPage(html)


def test_most_urgent_credentials_come_first() -> None:
    rows, shown = table()
    assert "130 apps with 130 credentials were read on" in shown.text
    assert [row[3:5] for row in rows[:2]] == [["26 Aug 2026, 6 days ago", "Expired"]] * 2
    badges = [row[4] for row in rows[:40]]
    assert badges == sorted(badges), "Expired, then Urgent"
    assert ["2 Sep 2026, tomorrow", "Urgent"] in [row[3:5] for row in rows]


def test_table_has_parts_of_a_hundred_rows() -> None:
    rows, shown = table()
    rest, _ = table(**{"from": 100})
    assert "1 to 100 of 130" in shown.text
    assert (len(rows), len(rest)) == (100, 30)
    assert not {tuple(row) for row in rows} & {tuple(row) for row in rest}


def test_table_is_sorted_and_filtered_by_its_query() -> None:
    by_app, _ = table(sort="app")
    assert [row[0] for row in by_app] == sorted((row[0] for row in by_app), key=str.casefold)
    signage, shown = table(name="SIGNAGE 0", sort="app")
    assert signage
    assert all(row[0].startswith("Digital signage 0") for row in signage)
    links = [link["href"] for link in shown.of("a") if "sort=" in link["href"]]
    assert any("name=SIGNAGE+0" in link and "sort=ends" in link for link in links)
    nothing, shown = table(name="nobody is called this")
    assert (nothing, "None" in shown.text) == ([], True)


@pytest.mark.parametrize(
    "query",
    [
        {"from": "-5"},
        {"from": "x"},
        {"from": "9999999"},
        {"from": "999999"},
        {"sort": "<b>"},
        {"sort": ""},
    ],
)
def test_invalid_query_shows_the_beginning(query: dict[str, str]) -> None:
    assert table(**query)[0] == table()[0]


def test_urgent_credentials_are_counted_and_marked() -> None:
    views = [inventory_view(f"App {number}", ends) for number, ends in enumerate((-2, 5, 7, 22))]
    long_expired = replace(inventory_view("Old", -40), severity=Severity.OK)
    status = InventoryStatus(None, (*views, long_expired))
    plain = single(SAFE, STAFFER)
    shown = parsed(replace(plain, status=replace(plain.status, inventory=status)))
    assert "Yes. LibCal and LibStaffer are safe;" in shown.text
    urgent = "Urgent 3 other credentials in the tenant have expired or expire within 7 days."
    assert urgent in shown.text
    assert "in the tenant" not in parsed(plain).text
    section = inventory_section(status, WHOLE, plain.at, "/api/page")
    assert section is not None
    assert [(row.badge, row.severity) for row in section.rows] == [
        ("Expired", Severity.CRITICAL),
        ("Urgent", Severity.CRITICAL),
        ("Urgent", Severity.CRITICAL),
        ("Due soon", Severity.WARNING),
        ("Expired", Severity.NOTICE),
    ]


def test_unread_tenant_is_reported() -> None:
    world = inventory_world()
    assert "The tenant has not been read completely yet." in parsed(lived(world)).text


def test_error_of_the_last_read_is_shown() -> None:
    world = tenant(3)
    world.whole.broken = "Graph answered 503."
    world.now += timedelta(days=1)
    world.check()
    assert "The tenant could not be read: Graph answered 503." in parsed(lived(world)).text
