"""The page stays small whatever the ledger holds, and links to the rest of a history."""

import html
import re
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from urllib.parse import parse_qsl, urlsplit

import pytest

from local.simulation.build import at, secret, service, watchlist
from local.simulation.world import ANNA, World
from shared.core.model.decision import Decision, DecisionKind
from shared.core.model.directory import Credential
from shared.render.page.history_query import wanted_history
from shared.render.page.page import page
from tests.render.page.page_cases import lived

MAX_BYTES = 300_000
DECISIONS, CREDENTIALS = 10_000, 1_200  # an app registration cannot hold more credentials
SERVICES = tuple(f"Lib{number}" for number in range(10))


def decided(world: World, *services: str, count: int = DECISIONS) -> None:
    world.ledger.history = [
        Decision(
            world.now - timedelta(minutes=number),
            DecisionKind.ACKNOWLEDGE,
            ANNA,
            (services[number % len(services)],),
            why=f"{number} {'&' * 300}",
        )
        for number in range(count)
    ]


def credentials(name: str) -> list[Credential]:
    return [
        secret(
            f"{name} {number}",
            name,
            ends="2026-12-13T09:15Z",
            starts=f"2026-{1 + number % 10:02}-{1 + number // 10 % 28:02}T00:00Z",
        )
        for number in range(CREDENTIALS)
    ]


def unassigned(world: World) -> None:
    world.tenant.put(*credentials("test"))
    world.check()


def of_one_service(world: World) -> None:
    world.tenant.put(*credentials("Lib1"))
    world.check()


def older_ones(world: World) -> None:
    of_one_service(world)
    world.now += timedelta(minutes=1)
    world.confirm("lib1", f"Lib1 {CREDENTIALS - 1}")


def no_longer_watched(world: World) -> None:
    of_one_service(world)
    world.watched = watchlist(service("Other"))
    world.check()


@pytest.fixture
def world() -> World:
    world = World(watchlist(*map(service, SERVICES)), now=at("2026-11-25T14:00Z"))
    world.tenant.put(*(secret(name, name, ends="2026-12-13T09:15Z") for name in SERVICES))
    world.check()
    world.now += timedelta(days=8)  # so that the messages are the oldest entries
    return world


@pytest.mark.parametrize(
    "fill",
    [
        lambda world: decided(world, "lib1"),
        lambda world: decided(world, *(name.lower() for name in SERVICES)),
        unassigned,
        of_one_service,
        older_ones,
        no_longer_watched,
    ],
    ids=["decisions", "decisions on all", "unassigned", "of one service", "older", "removed"],
)
def test_page_is_small_whatever_the_ledger_holds(
    world: World, fill: Callable[[World], None]
) -> None:
    fill(world)
    assert len(page(lived(world)).encode()) < MAX_BYTES


def part(world: World, address: str = "") -> tuple[list[str], dict[str, str], str]:
    """Return the reasons in the history at an address, its links, and its text."""
    query = dict(parse_qsl(urlsplit(html.unescape(address)).query))
    shown = page(replace(lived(world), history=wanted_history(query)))
    assert len(shown.encode()) < MAX_BYTES
    fold = shown.partition('id="service-lib1-history"')[2].partition("</details>")[0]
    links = {title: to for to, title in re.findall(r'<a href="([^"]+)" rel="\w+">(\w+)</a>', fold)}
    return re.findall(r"snoozed reminders: (\d+)", fold), links, fold


def test_every_decision_can_be_reached_once(world: World) -> None:
    decided(world, "lib1", count=1_234)
    newest, links, fold = part(world)
    assert (newest, set(links)) == ([str(number) for number in range(10)], {"Older"})
    assert "1 to 10 of 1,236" in fold  # with the messages of the first check
    assert links["Older"] == "/api/page?history=lib1#service-lib1-history"
    found: list[str] = []
    while "Older" in links:
        reasons, links, _ = part(world, links["Older"])
        found += reasons
    assert found == [str(number) for number in range(1_234)]
    assert part(world, links["Newer"])[0][0] == "1150"


@pytest.mark.parametrize(
    "query",
    ["history=lib1&entry=1236", "history=lib1&entry=-1", "history=lib1&entry=%C2%B2", "history="],
)
def test_unusable_query_shows_the_newest(world: World, query: str) -> None:
    decided(world, "lib1", count=1_234)
    assert part(world, f"?{query}")[0][0] == "0"


def test_history_of_another_service_is_not_opened(world: World) -> None:
    decided(world, "lib1", count=60)
    reasons, _, fold = part(world, "?history=lib2&entry=50")
    assert reasons[-1] == "9"
    assert not fold.startswith(" open")
    assert part(world, "?history=lib1")[2].startswith(" open")


def test_links_keep_the_tenant(world: World) -> None:
    decided(world, "lib1", count=60)
    shown = page(replace(lived(world), tenant="own"))
    assert 'href="/api/page?tenant=own&amp;history=lib1#service-lib1-history"' in shown


def test_items_beyond_the_limit_are_counted(world: World) -> None:
    unassigned(world)
    shown = page(lived(world))
    assert len(re.findall(r'<article class="card \w+" id="unclaimed-', shown)) == 25
    assert "The first 25 of 1,200 are shown" in shown
    assert shown.count('<a href="#unclaimed-') == 25
