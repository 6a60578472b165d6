"""Everything that expires, on the page: a link first, then a table that says what it lacks."""

from dataclasses import replace

import pytest

from local.simulation.build import CLIENT_ID, app, secret
from local.simulation.world import World, inventory_world
from shared.core.model.listing import InventoryListing
from shared.render.page.listing_query import WantedListing, wanted_listing
from shared.usecases.listing import list_inventory
from tests.render.page.page_cases import lived
from tests.render.page.parsed_page import ParsedPage, parsed


def world_of(*names: str) -> World:
    world = inventory_world()
    libapps = app("LibApps", client_id=CLIENT_ID)
    used = secret("cal", "LibCal 2024", ends="2026-12-13T09:15Z")
    world.whole.apps = [
        libapps._replace(credentials=(used,)),
        *(app(name, "2027-01-02T12:00Z") for name in names),
        app("Old", "2026-08-02T12:00Z"),
    ]
    return world


def read(world: World) -> InventoryListing:
    return list_inventory(world.watch, world.whole, 180)


def shown(world: World, listing: InventoryListing | None, tenant: str = "") -> ParsedPage:
    return parsed(replace(lived(world), listing=listing, tenant=tenant))


def test_the_tenant_is_read_only_when_somebody_asks() -> None:
    page = shown(world_of(), None, tenant="own")
    assert "Everything that expires within 180 days All apps of the tenant" in page.text
    links = [link["href"] for link in page.of("a") if "within" in link["href"]]
    assert links == [
        "/api/page?tenant=own&within=180#everything",
        "/api/page?tenant=own&within=180&as=csv",
    ]
    assert "Watched for" not in page.text


def test_the_table_has_what_is_not_due_yet_and_its_service() -> None:
    world = world_of("Kiosk <b>")
    page = shown(world, read(world))
    assert "2, soonest first. The table for a spreadsheet also has 1 that expired" in page.text
    assert "Old" not in page.text
    assert "LibApps secret “LibCal 2024” q7X 13 Dec 2026, in 103 days LibCal" in spaced(page)
    assert "Kiosk <b> unnamed secret q7X 2 Jan 2027, in 123 days" in spaced(page)
    many = world_of(*(f"App {number}" for number in range(300)))
    page = shown(many, read(many))
    assert "The first 200 of 301, soonest first" in page.text
    assert len(page.of("time")) < 210


def test_a_list_that_is_not_complete_names_the_command() -> None:
    world = world_of("Kiosk", "Signage")
    world.whole.broken = "Graph answered 503."
    page = shown(world, read(world), tenant="own")
    assert (
        "This list is not complete. The tenant was not read completely: Graph answered 503. "
        "For all of it, run: python -m shared inventory --within 180 --tenant own"
    ) in page.text
    assert "Kiosk" in page.text
    assert "Signage" not in page.text


@pytest.mark.parametrize(
    ("query", "wanted"),
    [
        ({"within": "180"}, WantedListing(180)),
        ({"within": "36500", "as": "CSV"}, WantedListing(36500, csv=True)),
        *(({"within": odd}, WantedListing()) for odd in ("", "0", "-1", "36501", "1e3", "x", "٣")),
        ({"as": "csv"}, WantedListing()),
    ],
)
def test_an_invalid_number_of_days_asks_for_no_list(
    query: dict[str, str], wanted: WantedListing
) -> None:
    assert wanted_listing(query) == wanted


def spaced(page: ParsedPage) -> str:
    return " ".join(" ".join(page.words).replace(" ,", ",").split())
