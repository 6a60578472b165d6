"""A row that cannot be read, of each kind: everything else goes on, and the row is named."""

from collections.abc import Iterator, Mapping
from datetime import timedelta

import pytest
from azure.data.tables import TableClient, UpdateMode

from local.azurite import Azurite
from local.simulation.build import at, secret, watchlist
from local.simulation.world import World
from shared.adapters.table.ledger import TableLedger
from shared.core.decisions import Refused
from shared.core.model.check_record import LastChecks, Outcome
from shared.core.model.vocabulary import Standing
from shared.render.feeds.status_document import status_document
from shared.render.text.commands import Deployment
from shared.usecases.doctor.ledger import examine_ledger

DAMAGES: Mapping[str, dict[str, object]] = {
    "no columns": {},
    "columns of another type": {
        name: 2.5
        for name in ("at", "since", "key", "name", "key_id", "service", "standing", "error")
    },
    "garbage": {
        name: "{\U0010ffff\x7f["
        for name in ("at", "since", "services", "days", "last", "outcome", "kind", "read_at")
    },
}
REWRITTEN = {"app", "channel", "item", "sighting", "told", "~pulse"}
"""What the check of the day writes anew in this life."""
KEPT = {
    "acknowledgement:libstaffer",
    "assignment:odd",
    "former:libcal|cal24",
    "hold:libcal",
    "use:cal24",
    "guess:libcal",
    "~guess:",
    "~check:",
    "~decision:",
}
KEYS = sorted(KEPT | {"app:libcal", "item:libcal", "sighting:cal25", "told:libcal|its", "~pulse:"})


class Life:
    """Two services on one app, with a row of each kind in a real table."""

    def __init__(self, azurite: Azurite, table: str) -> None:
        self.world = World(watched=watchlist(), now=at("2026-09-01T13:05Z"))
        self.ledger = TableLedger(azurite.tables, lambda: self.world.now, table=table)
        self.rows = TableClient.from_connection_string(azurite.tables, table)
        self.world.ledger = self.ledger  # type: ignore[assignment]  # the real one in its place
        self.world.tenant.put(
            secret("cal24", "LibCal 2024", ends="2026-11-20T09:15Z"),
            secret("cal25", "LibCal 2025", ends="2027-11-20T09:15Z", starts="2026-08-01T00:00Z"),
            secret("staff", "LibStaffer", ends="2026-10-20T09:15Z"),
            secret("odd", "Other", ends="2026-10-20T09:15Z"),
        )
        self.world.check()
        self.world.now += timedelta(hours=1)
        self.world.confirm("libcal", "cal25")
        self.world.acknowledge("libstaffer", "2026-09-20", "The vendor is on it.")
        self.world.claim("odd", "libcal")
        assert self.world.check().outcome == Outcome.OK

    def damage(self, key: str, columns: Mapping[str, object]) -> str:
        """Replace the columns of the first row with this key or prefix; return its key."""
        found = self.rows.query_entities("RowKey ge @key", parameters={"key": key})
        first = next(iter(found), {"RowKey": ""})["RowKey"]
        row_key = first if first.startswith(key) else key
        row = {**columns, "PartitionKey": "own", "RowKey": row_key}
        self.rows.upsert_entity(row, mode=UpdateMode.REPLACE)
        return str(row_key)

    def set_aside(self) -> set[str]:
        """Return the keys of the rows that are set aside."""
        rows = (*self.ledger.load().unreadable, *self.ledger.unreadable_history())
        return {row.key for row in rows}


@pytest.fixture
def life(azurite: Azurite, table: str) -> Iterator[Life]:
    made = Life(azurite, table)
    with made.ledger, made.rows:
        yield made


@pytest.mark.parametrize("damage", DAMAGES)
@pytest.mark.parametrize("key", KEYS)
def test_row_of_each_kind_is_set_aside_and_named(life: Life, key: str, damage: str) -> None:
    row_key = life.damage(key, DAMAGES[damage])
    assert life.set_aside() == {row_key}
    assert {view.service.id for view in life.world.watch.status().judgement.services} <= {
        "libcal",
        "libstaffer",
    }
    findings = list(examine_ledger(life.world.watch, Deployment()))
    assert [each.text for each in findings if row_key in each.text and each.ok is False]
    life.world.now += timedelta(days=1)
    result = life.world.tick()
    assert result.outcome == Outcome.PARTIAL
    assert f"“{row_key}”: " in result.error
    assert result.judgement is not None
    assert {view.service.id for view in result.judgement.services} == {"libcal", "libstaffer"}
    assert life.set_aside() == ({row_key} if key in KEPT else set())
    assert life.world.check().outcome == (Outcome.PARTIAL if key in KEPT else Outcome.OK)
