"""A row of the inventory that cannot be read: the tenant is still read, and the row is named."""

from collections.abc import Iterator
from datetime import timedelta

import pytest
from azure.data.tables import TableClient, UpdateMode

from local.azurite import Azurite
from local.simulation.build import app
from local.simulation.world import World, inventory_world
from shared.adapters.table.ledger import TableLedger
from shared.core.model.check_record import Outcome
from shared.render.text.commands import Deployment
from shared.usecases.doctor.ledger import examine_ledger

KEYS = {
    "listed:object-signage|signage-1": True,
    "told:tenant:object-signage:signage-1|its": True,
    "~scan:": True,
    "listed:object-gone|gone-1": False,
    "told:tenant:object-gone:gone-1|its": False,
    "guess:signage": False,
}
"""Whether the next check writes the row again."""


@pytest.fixture
def world(azurite: Azurite, table: str) -> Iterator[World]:
    made = inventory_world()
    made.whole.apps = [app("signage", "2026-09-20T09:00Z"), app("kiosk", "2026-09-25T09:00Z")]
    with TableLedger(azurite.tables, lambda: made.now, table=table) as ledger:
        made.ledger = ledger  # type: ignore[assignment]  # the real ones in their places
        made.remembered = ledger.inventory  # type: ignore[assignment]  # as above
        assert made.check().outcome == Outcome.OK
        yield made


@pytest.mark.parametrize("columns", [{}, {"item": "", "standing": "calm", "read_at": "soon"}])
@pytest.mark.parametrize("key", KEYS)
def test_row_of_each_kind_is_set_aside_and_named(
    world: World, azurite: Azurite, table: str, key: str, columns: dict[str, str]
) -> None:
    row = {"PartitionKey": "own:tenant", "RowKey": key, **columns}
    with TableClient.from_connection_string(azurite.tables, table) as rows:
        rows.upsert_entity(row, mode=UpdateMode.REPLACE)
    [unreadable] = world.remembered.load().unreadable
    assert (unreadable.key, unreadable.partition) == (key, "own:tenant")
    assert world.watch.status().inventory is not None
    findings = [each.text for each in examine_ledger(world.watch, Deployment())]
    assert [text for text in findings if key in text and "“own:tenant”" in text]
    world.now += timedelta(days=1)
    result = world.check()
    assert (result.outcome, f"“{key}”: " in result.error) == (Outcome.PARTIAL, True)
    assert result.inventory is not None
    assert (result.inventory.complete, result.inventory.listed) == (True, 2)
    rewritten = KEYS[key]
    assert world.check().outcome == (Outcome.OK if rewritten else Outcome.PARTIAL)
    left = [each.key for each in world.remembered.load().unreadable]
    assert left == ([] if rewritten else [key])
