"""Pages for tests and pictures: simulated worlds, and single views."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import time, timedelta
from pathlib import Path

from local.simulation.build import app, at, secret, service, watchlist
from local.simulation.world import World, inventory_world
from shared.config.runbook import parse
from shared.core.model.check_record import LastChecks, Outcome
from shared.core.model.context import CheckContext
from shared.core.model.decision import Decision, Person
from shared.core.model.directory import Kind
from shared.core.model.judgement import Judgement
from shared.core.model.listing import InventoryListing
from shared.core.model.memory import Changes, Memory
from shared.core.model.message import NextMessages
from shared.core.model.secret import Secret
from shared.core.model.views import (
    AppView,
    LeftoverView,
    RemovedView,
    ServiceView,
    UnclaimedView,
    View,
    WatcherView,
)
from shared.core.model.vocabulary import Loss, Standing
from shared.core.model.watchlist import DEFAULT_LADDER, Claim, Service, TeamsChannel, Watchlist
from shared.core.results import Status
from shared.render.page.page import PageData
from shared.usecases.listing import list_inventory
from tests.support.notices import LIBSTAFFER, NEW, NOW, WATCHED, ZONE, credential, service_view

ROOT = Path(__file__).parents[3]
ROBIN = Person("00000000-0000-4000-8000-00000000000b", "Robin Example")
GOOD = LastChecks(watching_since=NOW, last_success=NOW, last_attempt=NOW, outcome=Outcome.OK)
CHANNELS = {
    name: TeamsChannel(name, Secret("https://flow.example/")) for name in ("its", "libapps-admins")
}
LABELS = {"its": "ITS", "libapps-admins": "LibCal administrators"}
WATCHLIST = Watchlist(ZONE, time(8), DEFAULT_LADDER, CHANNELS, (WATCHED,))
SAFE = service_view(Standing.HEALTHY, NEW, confirmed=True)
WAITING = service_view(Standing.AWAITING_INSTALL, replacement=NEW)
ENDED = service_view(Standing.EXPIRED, credential(ends=-3), over=Loss.EXPIRED)
STAFFER = service_view(
    Standing.HEALTHY, credential("LibStaffer 2025", 300, hint="K9_"), service=LIBSTAFFER
)


def single(
    *views: View,
    last_checks: LastChecks = GOOD,
    stale: bool = False,
    memory: Memory | None = None,
    read: bool = True,
    decisions: Mapping[str, tuple[Decision, ...]] | None = None,
) -> PageData:
    """Return a page of views of one app; `read` is whether that app was ever read."""
    judgement = Judgement(
        now=NOW,
        services=tuple(view for view in views if isinstance(view, ServiceView)),
        unclaimed=tuple(view for view in views if isinstance(view, UnclaimedView)),
        apps=tuple(view for view in views if isinstance(view, AppView)),
        leftovers=tuple(view for view in views if isinstance(view, LeftoverView)),
        removed=tuple(view for view in views if isinstance(view, RemovedView)),
        watcher=tuple(view for view in views if isinstance(view, WatcherView)),
        concluded=frozenset({WATCHED.key} if read else ()),
        changes=Changes(),
        unread={},
    )
    context = CheckContext(WATCHLIST, memory or Memory(), NOW, last_checks)
    status = Status(judgement, last_checks, NextMessages(), stale)
    return PageData(status, context, decisions or {}, ROBIN)


def lived(world: World, **more: str) -> PageData:
    """Return the page of a world as it is now."""
    ledger = world.ledger
    context = CheckContext(world.watched, ledger.load(), world.now, ledger.last_checks())
    histories = ledger.decisions(*world.watched.services)
    return replace(PageData(world.watch.status(), context, histories, ROBIN), **more)  # type: ignore[arg-type]  # texts only


def library() -> World:
    """LibCal has a new secret to install, LibStaffer expires, and a test secret is unclaimed."""
    world = World(
        watched=_watched(_shipped("LibCal"), _shipped("LibStaffer"), _newsletter()),
        now=at("2026-08-15T13:05Z"),
    )
    world.tenant.put(
        secret("cal24", "LibCal 2024", ends="2026-11-28T09:15Z"),
        secret("sta25", "LibStaffer 2025", ends="2027-01-20T02:00Z", hint="K9_"),
        secret("new", "Newsletter sign-in", ends=None, hint="")._replace(kind=Kind.CERTIFICATE),
    )
    world.run("2026-11-20T18:00Z")
    world.tenant.add(
        secret(
            "cal26", "LibCal 2026", starts="2026-11-20T17:00Z", ends="2028-11-20T17:00Z", hint="r2B"
        )
    )
    world.tenant.add(
        secret(
            "test",
            "test by the intern",
            starts="2026-11-21T17:00Z",
            ends="2027-11-20T17:00Z",
            hint="a_b",
        )
    )
    world.run("2026-11-22T18:00Z")
    world.acknowledge("libstaffer", "2026-12-20", "ticket 4711 is with ITS")
    return world


def safe() -> World:
    """LibCal and LibStaffer are safe; an old secret is left, one is not ours, one is assigned."""
    world = World(
        watched=_watched(_shipped("LibCal"), _shipped("LibStaffer")), now=at("2026-08-15T13:05Z")
    )
    world.tenant.put(
        secret("cal24", "LibCal 2024", ends="2027-11-28T09:15Z"),
        secret("sta25", "LibStaffer 2025", ends="2028-01-20T02:00Z", hint="K9_"),
    )
    world.run("2026-09-20T18:00Z")
    world.tenant.add(
        secret(
            "cal26", "LibCal 2026", starts="2026-09-20T17:00Z", ends="2028-09-20T17:00Z", hint="r2B"
        )
    )
    world.tenant.add(secret("stray", "branch test", ends="2027-09-20T17:00Z", hint="a_b"))
    world.tenant.add(
        secret("spare", "spare", starts="2023-09-20T17:00Z", ends="2028-09-20T17:00Z", hint="x_y")
    )
    world.run("2026-09-22T18:00Z")
    world.confirm("libcal", "cal26")
    world.claim("stray")
    world.claim("spare", "libstaffer")
    world.run("2026-09-28T18:00Z")
    return world


def tenant(items: int = 130) -> World:
    """A whole tenant with `items` due or expired credentials, some with hostile names."""
    world = inventory_world(now=at("2026-09-01T14:00Z"))
    names = (
        "Branch kiosk",
        "Digital signage",
        "<img src=x onerror=alert(1)> Catalogue",
        "Interlibrary loan",
    )
    apps = []
    for number in range(items):
        day = world.now + timedelta(days=(number * 7) % 37 - 6)
        apps.append(app(f"{names[number % 4]} {number:03}", day.isoformat()))
    world.whole.apps = apps
    world.run("2026-09-01T15:30Z")
    return world


def everything() -> InventoryListing:
    """Return what expires in the tenant within 180 days; it was not read completely."""
    world = tenant(30)
    found = list_inventory(world.watch, world.whole, 180)
    return found._replace(error="Graph answered 503.")


def stopped() -> World:
    """No check has run for four days."""
    world = library()
    world.now = at("2026-11-26T19:00Z")
    return world


def _watched(*services: Service) -> Watchlist:
    labelled = (replace(each, labels=LABELS) for each in services)
    made = watchlist(*labelled, channels=("its", "admins", "libapps-admins"))
    channels = {
        name: replace(each, label=LABELS.get(name, "")) for name, each in made.channels.items()
    }
    return replace(made, channels=channels)


def _newsletter() -> Service:
    return service(
        "Newsletter",
        claim=Claim("name", "Newsletter*"),
        breaks="Readers cannot sign in to the newsletter.",
    )


def _shipped(name: str) -> Service:
    path = f"runbooks/{name.lower()}.md"
    runbook = parse((ROOT / path).read_text(encoding="utf-8"), path)
    link = f"https://library.{name.lower()}.example/admin"
    return service(
        name,
        installer=("libapps-admins",),
        request_to="its-helpdesk@example.org",
        runbook=runbook,
        link=link,
    )


def both() -> World:
    """LibCal and LibStaffer expire within a month, and share one request to ITS."""
    world = World(
        watched=_watched(_shipped("LibCal"), _shipped("LibStaffer")), now=at("2026-10-15T13:05Z")
    )
    world.tenant.put(
        secret("cal24", "LibCal 2024", ends="2026-12-13T09:15Z"),
        secret("sta24", "LibStaffer 2024", ends="2027-01-04T02:00Z", hint="K9_"),
    )
    world.run("2026-11-15T18:00Z")
    return world


def both_created() -> World:
    """ITS has created both new secrets."""
    world = both()
    for key, name, hint in (("cal26", "LibCal 2028", "r2B"), ("sta26", "LibStaffer 2028", "m1D")):
        starts, ends = "2026-11-16T17:00Z", "2028-11-16T17:00Z"
        world.tenant.add(secret(key, name, starts=starts, ends=ends, hint=hint))
    world.run("2026-11-16T20:00Z")
    return world
