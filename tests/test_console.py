"""What the command line shows of a life: names that people know, and commands that can be typed as they stand."""

from io import StringIO

from rich.console import Console

from shared import console as show
from tests.support.build import at, secret, service, watchlist
from tests.support.life import World


def printed(world: World) -> str:
    out = StringIO()
    show.status(Console(file=out, width=400), world.watch.status(), world.watched)
    return out.getvalue()


def test_who_knows_of_a_service_stands_beside_its_name() -> None:
    world = World(watched=watchlist(service("LibCal", id="calendar")), now=at("2026-11-22T14:00Z"))
    world.tenant.put(secret("cal24", "LibCal 2024", ends="2026-12-13T09:15Z"))
    world.check()
    world.acknowledge("calendar", "2026-12-01", "ordered from ITS")
    assert "LibCal: Anna Example knows, until 1 Dec 2026: ordered from ITS" in printed(world)
