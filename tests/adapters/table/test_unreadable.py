"""A row that cannot be read, of each kind: everything else goes on, and the row is named."""

import re
from collections.abc import Callable, Iterator, Mapping
from datetime import timedelta
from io import StringIO

import pytest
from azure.data.tables import TableClient, UpdateMode
from rich.console import Console

from local.azurite import Azurite
from local.simulation.build import at, secret, service, watchlist
from local.simulation.world import ANNA, World
from shared.adapters.table.ledger import TableLedger
from shared.cli import console
from shared.core.decisions import Refused
from shared.core.model.check_record import LastChecks, Outcome
from shared.core.model.context import CheckContext
from shared.core.model.vocabulary import Standing
from shared.core.results import Status
from shared.render.feeds.status_document import status_document
from shared.render.page.page import PageData, page
from shared.render.text.commands import Deployment
from shared.usecases.doctor.ledger import examine_ledger

DAMAGES: Mapping[str, dict[str, object]] = {
    "no columns": {},
    "columns of another type": dict.fromkeys(
        ("at", "since", "key", "name", "key_id", "service", "standing", "error"), 2.5
    ),
    "garbage": dict.fromkeys(
        ("at", "since", "services", "days", "last", "outcome", "kind", "read_at"),
        "{\U0010ffff\x7f[",
    ),
}
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
"""Rows that stay set aside; a check writes the others again."""
REWRITTEN = {"app:libcal", "item:libcal", "sighting:cal25", "told:libcal|its", "~pulse:"}


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
@pytest.mark.parametrize("key", sorted(KEPT | REWRITTEN))
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


@pytest.mark.parametrize("key", ["hold:libcal", "acknowledgement:libstaffer", "assignment:cal24"])
def test_decision_on_an_unreadable_row_is_refused_with_its_name(life: Life, key: str) -> None:
    life.damage(key, {"mood": "calm"})
    before = life.rows.get_entity("own", key)
    decisions: dict[str, Callable[[], None]] = {
        "hold": lambda: life.world.confirm("libcal", "cal24"),
        "acknowledgement": lambda: life.world.acknowledge("libstaffer", "2026-09-20", "why"),
        "assignment": lambda: life.world.claim("cal24", "libcal"),
    }
    decide = decisions[key.partition(":")[0]]
    with pytest.raises(Refused, match=rf"“{key}”: .* delete it\. Nothing was saved\.$"):
        decide()
    assert life.rows.get_entity("own", key).metadata == before.metadata
    life.rows.delete_entity("own", key)
    decide()
    assert not life.set_aside()


def test_guess_in_place_of_an_unreadable_record_is_not_saved(life: Life) -> None:
    life.damage("hold:libcal", {"mood": "calm"})
    for _ in range(2):
        life.world.now += timedelta(days=1)
        assert "which credential the service uses is guessed" in life.world.check().error
    row = life.rows.get_entity("own", "hold:libcal")
    assert row["mood"] == "calm"


def test_credential_in_an_unreadable_row_is_not_shown_as_deleted(life: Life) -> None:
    life.damage("sighting:staff", {})
    status = life.world.watch.status()
    standings = {view.standing for view in status.judgement.services}
    assert Standing.MISSING not in standings
    document = status_document(status, life.world.watched)
    assert document["worst"] == "warning"
    assert document["unreadable_rows"] == [
        {
            "partition": "own",
            "key": "sighting:staff",
            "reason": "it has no column 'credential_key_id'; since when its credential is known,"
            " and whether it was deleted, is lost",
        }
    ]
    life.world.now += timedelta(days=1)
    life.world.check()
    assert "unreadable_rows" not in status_document(life.world.watch.status(), life.world.watched)


def test_nothing_is_forgotten_while_a_row_cannot_be_read(life: Life) -> None:
    old = life.damage("~check:", {})
    life.damage("hold:libcal", {})
    life.world.watched = watchlist(service("LibCal"))
    life.world.check()
    life.world.now += timedelta(days=900)
    before = {row["RowKey"] for row in life.rows.list_entities()}
    life.world.check()
    after = {row["RowKey"] for row in life.rows.list_entities()}
    assert {key for key in before - after if not key.startswith("~check:")} == {
        "acknowledgement:libstaffer"
    }
    assert old in after
    life.rows.delete_entity("own", "hold:libcal")
    life.rows.delete_entity("own", old)
    life.world.check()
    assert "hold:libstaffer" not in {row["RowKey"] for row in life.rows.list_entities()}


@pytest.mark.parametrize("column", ["watching_since", "last_success", "outcome", "retries_left"])
def test_what_can_be_read_of_the_last_checks_is_kept(life: Life, column: str) -> None:
    row = dict(life.rows.get_entity("own", "~pulse:"))
    good = life.ledger.last_checks()
    life.damage("~pulse:", {**row, column: "soon"})
    found = life.ledger.last_checks()
    assert (found.outcome, found.retries_left) == (Outcome.FAILED, 1)
    assert f"in its column '{column}'" in found.error
    assert found.last_success == (None if column == "last_success" else good.last_success)
    assert life.world.tick().outcome == Outcome.PARTIAL
    assert life.ledger.last_checks().last_success == life.world.now
    assert life.world.healthy()


def test_lost_last_checks_are_stale_until_the_next_check(life: Life) -> None:
    life.damage("~pulse:", {})
    assert life.ledger.last_checks() != LastChecks()
    assert life.world.healthy() is False
    life.ledger.begin(life.world.now)
    assert life.world.healthy() is False
    assert life.world.tick().outcome == Outcome.PARTIAL
    assert life.world.healthy() is True


@pytest.mark.parametrize("instant", ["0001-01-01T00:00:00Z", "9999-12-31T23:59:59.999999Z"])
def test_extreme_instants_and_days_break_nothing(life: Life, instant: str) -> None:
    """In the rows of one kind after the other, then in all of them."""
    rows = {row["RowKey"]: dict(row) for row in life.rows.list_entities()}
    for kind in sorted({key.partition(":")[0] for key in rows}):
        for key, row in rows.items():
            if key.startswith(f"{kind}:"):
                times = {name: str(value) for name, value in row.items() if _is_time(value)}
                moved = {
                    name: instant[: len(instant) if "T" in value else 10]
                    for name, value in times.items()
                }
                life.rows.upsert_entity({**row, **moved}, mode=UpdateMode.REPLACE)
        assert not life.set_aside()
        status = life.world.watch.status()
        assert page(_page_data(life, status))
        life.world.watch.forecast()
    assert life.world.check().outcome == Outcome.OK
    assert life.world.watch.status().unreadable == ()


def _is_time(value: object) -> bool:
    return isinstance(value, str) and re.fullmatch(r"\d{4}-\d\d-\d\d(T.*Z)?", value) is not None


def _page_data(life: Life, status: Status) -> PageData:
    memory, world = life.ledger.load(), life.world
    at_now = CheckContext(world.watched, memory, world.now, status.last_checks)
    histories = life.ledger.decisions(*world.watched.services)
    return PageData(status, at_now, histories, ANNA)


def test_hostile_key_is_clean_wherever_it_is_shown(life: Life) -> None:
    key = "guess:\u202e<b>x\u3164"
    life.rows.create_entity({"PartitionKey": "own", "RowKey": key, "mood": "calm"})
    status, shown = life.world.watch.status(), Console(width=400, file=StringIO())
    console.status(shown, status, life.world.watched)
    result = life.world.check()
    document = page(_page_data(life, status))
    assert "A row of the ledger cannot be read and is set aside." in document
    assert "guess:&lt;b&gt;x" in document
    for text in (document, shown.file.getvalue(), result.error):  # type: ignore[attr-defined]  # as opened above
        assert "A row of the ledger cannot be read" in text
        assert "\u202e" not in text
