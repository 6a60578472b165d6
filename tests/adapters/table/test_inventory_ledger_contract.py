"""The port `InventoryLedger`: the same tests in memory and on Table Storage (Azurite)."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from local.azurite import Azurite
from local.simulation.memory_ledger import InMemoryInventoryLedger
from shared.adapters.table.ledger import TableLedger
from shared.core.model.directory import Credential, Kind
from shared.core.model.inventory import Holder, InventoryItem
from shared.core.model.inventory_memory import InventoryChanges, InventoryMemory, InventoryScan
from shared.core.model.notification import Notification
from shared.core.model.vocabulary import Reason, Standing
from shared.ports.inventory_ledger import InventoryLedger

NOW = datetime(2026, 11, 22, 14, 0, 0, 123456, tzinfo=UTC)
SCAN = InventoryScan(NOW, NOW, 100_000, 250_000, "", NOW, 300_000)


def listed(n: int) -> InventoryItem:
    credential = Credential(
        f"key-{n}", Kind.SECRET, "key 1", "q7X", None if n % 2 else NOW, NOW + timedelta(days=n)
    )
    return InventoryItem(
        Holder.APPLICATION,
        f"client-{n}",
        f"object-{n}",
        f"App {n} 'x' <b>",
        credential,
        NOW,
        NOW,
        audience=("owner:1", "its"),
    )


def told(n: int, channel: str = "its") -> Notification:
    return Notification(listed(n).item, channel, NOW, Standing.EXPIRING, Reason.FIRST)


@pytest.fixture(params=["memory", "tables"])
def ledger(
    request: pytest.FixtureRequest, azurite: Azurite, table: str
) -> Iterator[InventoryLedger]:
    if request.param == "memory":
        yield InMemoryInventoryLedger()
        return
    with TableLedger(azurite.tables, lambda: NOW, table=table) as tables:
        yield tables.inventory


def test_new_ledger_is_empty(ledger: InventoryLedger) -> None:
    assert ledger.load() == ledger.load_items() == InventoryMemory()


def test_reads_what_was_written(ledger: InventoryLedger) -> None:
    rows = tuple(listed(n) for n in range(250))
    ledger.remember(InventoryChanges(SCAN, rows))
    ledger.record_notifications([told(1), told(1, "owner:7"), told(2)])
    assert ledger.load() == InventoryMemory(
        SCAN,
        {row.item: row for row in rows},
        {(each.item, each.channel): each for each in (told(1), told(1, "owner:7"), told(2))},
    )
    assert ledger.load_items() == replace(ledger.load(), notifications={})


def test_changes_only_given_rows(ledger: InventoryLedger) -> None:
    ledger.remember(InventoryChanges(SCAN, (listed(1), listed(2))))
    changed = replace(listed(2), ended=True, since=NOW + timedelta(days=1), audience=())
    ledger.remember(InventoryChanges(items=(changed,)))
    memory = ledger.load()
    assert memory.items == {listed(1).item: listed(1), changed.item: changed}
    assert memory.scan == SCAN


def test_deletes_gone_items_and_their_notifications(
    ledger: InventoryLedger,
) -> None:
    ledger.remember(InventoryChanges(SCAN, (listed(1), listed(2))))
    ledger.record_notifications([told(1), told(2)])
    gone = InventoryChanges(
        gone=(listed(1).item,), forgotten_notifications=((listed(1).item, "its"),)
    )
    ledger.remember(gone)
    ledger.remember(gone)
    memory = ledger.load()
    assert (set(memory.items), set(memory.notifications)) == (
        {listed(2).item},
        {(listed(2).item, "its")},
    )


def test_inventory_and_watched_apps_share_no_rows(azurite: Azurite, table: str) -> None:
    with TableLedger(azurite.tables, lambda: NOW, table=table) as tables:
        tables.inventory.remember(InventoryChanges(SCAN, (listed(1),)))
        tables.inventory.record_notifications([told(1)])
        assert (tables.load().notifications, tables.load().credential_records) == ({}, {})
        assert tables.last_checks().last_attempt is None
