"""The status page of a tenant with 10,000 credentials that are due: how large it is, and what it costs to make."""

import statistics
import time
from datetime import timedelta

from bench.results import Bound
from local.simulation.build import at, secret
from local.simulation.world import World, inventory_world
from shared.core.model.inventory import Holder, InventoryChanges, InventoryItem, InventoryScan
from shared.render.page.page import page
from tests.render.page.page_cases import lived

ITEMS = 10_000
ROUNDS = 9
MAX_SECONDS = 0.3
MAX_BYTES = 1_000_000


def measure() -> list[Bound]:
    """Render the page some times, after one that compiles the template."""
    world = inventory_world(now=at("2026-09-01T14:00Z"))
    world.check()
    listed = tuple(_listed(number, world) for number in range(ITEMS))
    world.remembered.remember(
        InventoryChanges(InventoryScan(world.now, world.now, 100_000, 250_000), listed)
    )
    data = lived(world)
    size = len(page(data).encode())
    seconds = []
    for _ in range(ROUNDS):
        began = time.process_time()
        page(data)
        seconds.append(time.process_time() - began)
    took = statistics.median(seconds)
    return [
        Bound(
            f"page of {ITEMS:,} items, CPU",
            f"{took * 1000:.0f} ms",
            f"{MAX_SECONDS * 1000:.0f} ms",
            took / MAX_SECONDS,
            1,
        ),
        Bound(
            "the same, size",
            f"{size / 1000:.0f} kB",
            f"{MAX_BYTES / 1000:.0f} kB",
            size / MAX_BYTES,
            1,
        ),
    ]


def _listed(number: int, world: World) -> InventoryItem:
    ends = world.now + timedelta(days=number % 60 - 30)
    credential = secret(f"key-{number}", f"sync of branch {number % 70}", ends=ends.isoformat())
    name = f"Public Library branch {number:05}"
    return InventoryItem(
        Holder.APPLICATION,
        f"client-{number}",
        f"object-{number}",
        name,
        credential,
        world.now,
        world.now,
        ends <= world.now,
    )
