"""A large tenant does not fill the log."""

from local.simulation.build import app
from local.simulation.world import inventory_world


def test_progress_of_100_pages_is_seven_lines() -> None:
    world = inventory_world()
    world.whole.apps = [app(f"App {number}", "2030-01-01T00:00Z") for number in range(200)]
    lines: list[str] = []
    world.watch.check(lines.append)
    pages = [line for line in lines if line.startswith("reading the tenant: page")]
    assert [int(line.split("page ")[1].split(",")[0]) for line in pages] == [1, 2, 4, 8, 16, 32, 64]
    assert "128 apps" in pages[-1]
