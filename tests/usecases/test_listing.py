"""The list of everything that expires: its horizon, order and marks."""

import csv
import io
from collections.abc import Generator
from dataclasses import replace
from datetime import timedelta

import pytest

from local.simulation.build import CLIENT_ID, RULES, app, at, secret, service, watchlist
from local.simulation.inventory import InMemoryInventory
from local.simulation.world import World, inventory_world
from shared.core.model.listing import InventoryListing
from shared.core.model.watchlist import Watchlist
from shared.ports.inventory import ScanPage, ScanQuery
from shared.render.feeds.listing import listing_csv, listing_document
from shared.usecases.listing import list_inventory

NOTHING_EXCLUDED = watchlist(service("LibCal"), service("LibStaffer"))
"""A watchlist without a `[tenant]` table."""


def world_of(watched: Watchlist = NOTHING_EXCLUDED) -> World:
    """Return a tenant of the watched app and five others, on 1 September 2026 in Chicago."""
    world = inventory_world(watched)
    libapps = app("LibApps", client_id=CLIENT_ID)._replace(
        credentials=(
            secret("cal", "LibCal 2024", ends="2026-12-13T09:15Z"),
            secret("test", "test by the intern", ends="2026-10-01T09:15Z"),
        )
    )
    world.whole.apps = [
        libapps,
        app("Kiosk", "2026-09-11T04:59Z", "2027-02-28T12:00Z", "2027-03-01T12:00Z"),
        app("Signage", "2026-08-20T12:00Z", "2026-06-02T12:00Z"),
        app("Lab test", "2026-11-01T12:00Z"),
        app("Forms", "2026-09-03T12:00Z", tags=["lab"]),
        app("Sync")._replace(
            credentials=(secret("proxy", "CWAP_AuthSecret", ends="2026-09-04T12:00Z"),)
        ),
    ]
    return world


def listed(world: World, within: int = 180, *, everything: bool = False) -> InventoryListing:
    return list_inventory(world.watch, world.whole, within, everything=everything)


def rows(found: InventoryListing) -> list[str]:
    """Return a line for each credential: its key id, days left, and marks."""
    return [
        " ".join(
            map(
                str,
                (
                    row.view.listed.credential.key_id,
                    row.view.days_left,
                    *filter(None, (row.watched, row.excluded)),
                ),
            )
        )
        for row in found.credentials
    ]


def test_everything_within_180_days_is_listed_soonest_first() -> None:
    world = world_of()
    found = listed(world)
    assert rows(found) == [
        "Signage-1 -12",  # expired within the last 90 days; the one of 2 June is 91 days ago
        "Forms-1 2",
        "Kiosk-1 9",  # 10 September, 23:59 in Chicago
        "test 30",  # on the watched app, of no service
        "Lab test-1 61",
        "cal 103 libcal",
        "Kiosk-2 180",
    ]
    assert found.complete
    assert rows(listed(world, 9)) == ["Signage-1 -12", "Forms-1 2", "Kiosk-1 9"]
    assert rows(listed(world, 0)) == ["Signage-1 -12"]
    assert (world.ledger.load(), world.inboxes["its"].heard) == (World().ledger.load(), [])


def test_what_the_watchlist_excludes_is_listed_only_if_asked() -> None:
    rules = replace(
        RULES,
        exclude_names=("lab*",),
        exclude_tags=frozenset({"lab"}),
        exclude_client_ids=frozenset({"client-signage"}),
    )
    world = world_of(watchlist(service("LibCal"), service("LibStaffer"), inventory=rules))
    assert rows(listed(world)) == ["Kiosk-1 9", "test 30", "cal 103 libcal", "Kiosk-2 180"]
    assert rows(listed(world, everything=True)) == [
        "Signage-1 -12 client_ids",
        "Forms-1 2 tags",
        "proxy 3 noise_credentials",
        "Kiosk-1 9",
        "test 30",
        "Lab test-1 61 names",
        "cal 103 libcal",
        "Kiosk-2 180",
    ]


@pytest.mark.parametrize(
    ("broken", "unread", "error", "kept"),
    [
        ("Graph answered 503.", (), "The tenant was not read completely: Graph answered 503.", 4),
        ("", ("client-Kiosk",), "app client-Kiosk could not be read. It cannot be understood.", 5),
    ],
)
def test_a_list_that_is_not_complete_says_so_and_has_what_was_read(
    broken: str, unread: tuple[str, ...], error: str, kept: int
) -> None:
    world = world_of()
    world.whole.broken, world.whole.unread = broken, unread
    found = listed(world)
    document = listing_document(found)
    assert (document["complete"], len(found.credentials)) == (False, kept)
    assert error in str(document["error"])


def test_a_request_that_waits_for_the_list_limits_the_read() -> None:
    world = world_of()
    given: list[float] = []

    class Timed(InMemoryInventory):
        def scan(self, query: ScanQuery, *, seconds: float) -> Generator[ScanPage]:
            given.append(seconds)
            return super().scan(query, seconds=seconds)

    for watch in (world.watch, replace(world.watch, work_until=world.now + timedelta(seconds=110))):
        list_inventory(watch, Timed(), 180)
    assert given == [20 * 60, 110]


def test_documents_have_the_promised_names() -> None:
    world = world_of(watchlist(service("LibCal"), service("LibStaffer"), inventory=RULES))
    world.check()
    world.now = at("2026-09-02T14:00Z")
    found = listed(world)
    document = listing_document(found)
    assert list(document) == ["generated_at", "within", "complete", "error", "items"]
    items = document["items"]
    assert isinstance(items, list)
    assert {each["item"]: each for each in items}["tenant:object-Forms:Forms-1"] == {
        "item": "tenant:object-Forms:Forms-1",
        "holder": "application",
        "app": {"client_id": "client-Forms", "object_id": "object-Forms", "name": "Forms"},
        "standing": "expiring",
        "severity": "critical",
        "days_left": 1,
        "ends": "2026-09-03T12:00:00Z",
        "credential": {
            "key_id": "Forms-1",
            "kind": "secret",
            "name": None,
            "hint": "q7X",
            "starts": "2024-01-01T00:00:00Z",
            "ends": "2026-09-03T12:00:00Z",
        },
        "first_seen": "2026-09-01T13:00:00Z",  # at the check, as the ledger knows it
        "watched": None,
        "excluded": None,
        "acknowledged": None,
        "ignored": None,
    }
    table = list(csv.DictReader(io.StringIO(listing_csv(found, world.watched.zone)[1:])))
    assert [(row["app"], row["ends"], row["ends_at"], row["watched"]) for row in table][-3:-1] == [
        ("LibApps", "2026-12-13", "03:15 CST", "libcal"),
        ("Kiosk", "2027-02-28", "06:00 CST", ""),
    ]
