"""Draw the forecast picture of docs/: `python -m tests.render.forecast_picture`."""

import sys
import tempfile
from pathlib import Path

from local.browser import QUIET, BrowserError, find_browser, run_browser
from local.command_help import answer_help
from local.simulation.build import at, secret, service, watchlist
from local.simulation.world import World
from shared.core.judge.judge import judge
from shared.core.judge.snapshot import recalled_snapshot
from shared.core.model.context import CheckContext
from shared.core.model.directory import Kind
from shared.core.model.judgement import Judgement
from shared.core.model.watchlist import Claim
from shared.render.timeline.timeline import timeline

PICTURE = Path(__file__).parents[2] / "docs" / "pictures" / "forecast.svg"


def look(world: World) -> tuple[Judgement, CheckContext]:
    """Return the status of a world, from its ledger."""
    memory = world.ledger.load()
    context = CheckContext(world.watched, memory, world.now, world.ledger.last_checks())
    known = {
        app.key: snapshot
        for app in world.watched.apps
        if (snapshot := recalled_snapshot(app, memory)) is not None
    }
    return judge(context, known), context


def library() -> World:
    """Return four services on 22 November 2026: one awaits its new secret, one is expired."""
    names = ("LibCal", "LibStaffer", "Newsletter", "Room displays")
    services = [
        service(name, id=name.split()[0].lower(), claim=Claim("name", f"{name}*")) for name in names
    ]
    world = World(watched=watchlist(*services), now=at("2026-08-15T13:05Z"))
    world.tenant.put(
        secret("cal24", "LibCal 2024", ends="2026-12-13T09:15Z"),
        secret("sta25", "LibStaffer 2025", ends="2027-03-20T02:00Z"),
        secret("new", "Newsletter sign-in", ends=None)._replace(kind=Kind.CERTIFICATE),
        secret("room", "Room displays", ends="2026-11-13T15:00Z"),
    )
    world.run("2026-11-20T18:00Z")
    world.tenant.add(
        secret(
            "cal26", "LibCal 2026", starts="2026-11-20T17:00Z", ends="2028-11-20T17:00Z", hint="r2B"
        )
    )
    world.run("2026-11-22T18:00Z")
    return world


def main() -> None:
    """Write the picture as SVG, and as PNG with a browser."""
    drawn = timeline(*look(library()))
    PICTURE.write_text(drawn, encoding="utf-8")
    size = drawn.split('viewBox="0 0 ')[1].split('"')[0].replace(" ", ",")
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as profile:
        where = (
            f"--user-data-dir={profile}",
            f"--screenshot={PICTURE.with_suffix('.png')}",
            f"--window-size={size}",
        )
        run_browser(find_browser(windows=False), [*QUIET, *where, PICTURE.as_uri()], within=60)


if __name__ == "__main__":
    answer_help(__doc__)
    try:
        main()
    except BrowserError as error:
        sys.exit(str(error))
