"""Hand-overs in the ledger: the same tests in memory and on Table Storage (Azurite)."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from azure.data.tables import TableClient, UpdateMode

from local.azurite import Azurite
from local.simulation.memory_ledger import InMemoryLedger
from shared.adapters.table.columns import columns_of
from shared.adapters.table.ledger import TableLedger
from shared.adapters.table.records import RowError, TableRow, record_of
from shared.core.model.days import FAR_AWAY, LONG_AGO
from shared.core.model.decision import Decision, DecisionKind, Person
from shared.core.model.directory import Credential, Kind
from shared.core.model.hand_over import Ending, HandOver, HandOverState, Opening
from shared.core.model.memory import Removals
from shared.ports.errors import LedgerConflict, UnreadableRowConflict
from shared.ports.ledger import Ledger
from tests.adapters.table.test_faults import batch, ledger_on, refusal
from tests.support.scripted import Asked, Reply, Scripted, reply

NOW = datetime(2026, 11, 22, 14, 0, 0, 123456, tzinfo=UTC)
ANN, DANA = Person("7d1f", "Ann of the library"), Person("8e2a", "Dana “Ö” Example")
NEW = Credential("1-new", Kind.SECRET, "LibCal 2026", "q7X", NOW, NOW + timedelta(days=700))
PLAIN = HandOver("libcal", HandOverState.KEEPING, NEW, ANN, NOW, NOW + timedelta(days=14), NOW)
FULL = replace(
    PLAIN,
    state=HandOverState.ENDING,
    renewed=True,
    opened=(Opening(DANA, NOW), Opening(DANA, NOW + timedelta(minutes=3))),
    ending=Ending.WITHDRAWN,
    withdrawn_by=ANN,
    why="The vault did not answer.",
    stale=("1-old", "1-older"),
    orphans=("1-lost",),
)
OPENED = Decision(NOW, DecisionKind.OPEN, DANA, ("libcal",), NEW.key_id)


@pytest.fixture(params=["memory", "tables"])
def ledger(request: pytest.FixtureRequest, azurite: Azurite, table: str) -> Iterator[Ledger]:
    if request.param == "memory":
        yield InMemoryLedger(lambda: NOW)
        return
    with TableLedger(azurite.tables, lambda: NOW, table=table, hands_over=True) as tables:
        yield tables


def test_new_ledger_has_none(ledger: Ledger) -> None:
    assert ledger.hand_overs() == {}


@pytest.mark.parametrize("record", [PLAIN, FULL], ids=["plain", "full"])
def test_is_read_as_written(ledger: Ledger, record: HandOver) -> None:
    saved = ledger.save_hand_over(record)
    assert saved == record
    assert saved.version
    assert ledger.hand_overs() == {"libcal": record}
    assert ledger.load().hand_overs == {"libcal": record}
    assert ledger.hand_overs()["libcal"].version == saved.version


def test_version_of_what_was_saved_is_the_one_to_change(ledger: Ledger) -> None:
    saved = ledger.save_hand_over(PLAIN)
    again = ledger.save_hand_over(replace(saved, why="The vault did not answer."))
    assert again.version != saved.version
    ledger.save_hand_over(replace(again, why=""))
    assert ledger.hand_overs() == {"libcal": PLAIN}


def test_what_somebody_else_changed_is_not_overwritten(ledger: Ledger) -> None:
    first = ledger.save_hand_over(PLAIN)
    ledger.save_hand_over(replace(FULL, version=first.version))
    for stale in (replace(PLAIN, why="x"), replace(first, why="x"), replace(first, by=DANA)):
        with pytest.raises(LedgerConflict):
            ledger.save_hand_over(stale)
    assert ledger.hand_overs() == {"libcal": FULL}


def test_what_vanished_is_not_created_again(ledger: Ledger) -> None:
    first = ledger.save_hand_over(PLAIN)
    ledger.remove(Removals(hand_overs=(first,)))
    assert ledger.hand_overs() == {}
    with pytest.raises(LedgerConflict):
        ledger.save_hand_over(replace(first, why="x"))


def test_one_that_was_begun_meanwhile_is_not_removed(ledger: Ledger) -> None:
    first = ledger.save_hand_over(PLAIN)
    ledger.save_hand_over(replace(first, by=DANA))
    ledger.remove(Removals(hand_overs=(first,)))
    assert ledger.hand_overs() == {"libcal": replace(PLAIN, by=DANA)}


def test_decision_is_written_with_the_hand_over(ledger: Ledger) -> None:
    saved = ledger.save_hand_over(PLAIN)
    ledger.decide(OPENED, hand_overs=[replace(FULL, version=saved.version)])
    assert ledger.hand_overs() == {"libcal": FULL}
    assert list(ledger.decisions("libcal")["libcal"]) == [OPENED]


@pytest.mark.parametrize("version", ["", "old"])
def test_decision_on_a_changed_hand_over_writes_nothing(ledger: Ledger, version: str) -> None:
    first = ledger.save_hand_over(PLAIN)
    ledger.save_hand_over(replace(first, why="changed"))
    known = first.version if version else ""
    with pytest.raises(LedgerConflict):
        ledger.decide(OPENED, hand_overs=[replace(FULL, version=known)])
    assert ledger.hand_overs() == {"libcal": replace(PLAIN, why="changed")}
    assert list(ledger.decisions("libcal")["libcal"]) == []


def test_unreadable_one_is_not_overwritten(ledger: Ledger, azurite: Azurite, table: str) -> None:
    ledger.save_hand_over(PLAIN)
    ledger.save_hand_over(replace(PLAIN, service="libstaffer"))
    if isinstance(ledger, InMemoryLedger):
        ledger.spoil("handover:libcal")
    else:
        with TableClient.from_connection_string(azurite.tables, table) as rows:
            row = {"PartitionKey": "own", "RowKey": "handover:libcal", "mood": "calm"}
            rows.upsert_entity(row, mode=UpdateMode.REPLACE)
    assert set(ledger.hand_overs()) == {"libstaffer"}
    assert [row.key for row in ledger.load().unreadable] == ["handover:libcal"]
    with pytest.raises(UnreadableRowConflict, match="handover:libcal"):
        ledger.save_hand_over(PLAIN)
    with pytest.raises(UnreadableRowConflict, match="handover:libcal"):
        ledger.decide(OPENED, hand_overs=[PLAIN])


def test_off_is_not_read(azurite: Azurite, table: str) -> None:
    with TableLedger(azurite.tables, lambda: NOW, table=table, hands_over=True) as on:
        on.save_hand_over(PLAIN)
        on.save_hand_over(replace(PLAIN, service="libstaffer"))
    with TableLedger(azurite.tables, lambda: NOW, table=table) as off:
        assert off.hand_overs() == {}
        assert off.load().hand_overs == {}
        assert off.load().unreadable == ()
    with TableLedger("UseDevelopmentStorage=true", lambda: NOW) as nowhere:
        assert nowhere.hand_overs() == {}  # nothing is asked


@pytest.mark.parametrize("there", [PLAIN, replace(PLAIN, by=DANA)], ids=["own", "another's"])
def test_conflict_after_a_lost_response(there: HandOver) -> None:
    """The SDK repeats a request whose response was lost, and meets its own first try."""
    answers = [refusal(500, "InternalError"), batch((409, "EntityAlreadyExists"))]

    def script(asked: Asked) -> Reply:
        if asked.method == "POST":
            return answers.pop(0)
        row = {"PartitionKey": "own", "RowKey": "handover:libcal", "odata.etag": "first"}
        return reply({**row, **columns_of(there, "row")})

    with Scripted(script) as server, ledger_on(server.url) as ledger:
        if there == PLAIN:
            assert ledger.save_hand_over(PLAIN).version == "first"
        else:
            with pytest.raises(LedgerConflict):
                ledger.save_hand_over(PLAIN)
    assert not answers


def row(opened: str) -> TableRow:
    return TableRow("handover:libcal", {**columns_of(FULL, "row"), "opened": opened}, "etag")


@pytest.mark.parametrize(
    ("written", "bound"),
    [("0001-01-01T00:00:00+09:00", LONG_AGO), ("9999-12-31T23:59:59Z", FAR_AWAY)],
)
def test_instant_of_an_opening_is_within_bounds(written: str, bound: datetime) -> None:
    opened = f'[{{"by": {{"object_id": "d", "name": "Dana"}}, "at": "{written}"}}]'
    assert record_of(HandOver, row(opened)).opened == (Opening(Person("d", "Dana"), bound),)


@pytest.mark.parametrize(
    "opened",
    [
        '[{"by": {"object_id": "d", "name": "Dana"}, "at": "2026-11-22T14:00:00"}]',
        '[{"by": null, "at": "2026-11-22T14:00:00Z"}]',
        '[{"at": "2026-11-22T14:00:00Z"}]',
        '["Dana"]',
        "Dana",
    ],
)
def test_opening_that_cannot_be_read_makes_the_row_unreadable(opened: str) -> None:
    with pytest.raises(RowError, match="in its column 'opened'"):
        record_of(HandOver, row(opened))


def test_openings_are_aware_and_in_utc() -> None:
    opened = '[{"by": {"object_id": "d", "name": "Dana"}, "at": "2026-11-22T08:00:00-06:00"}]'
    (opening,) = record_of(HandOver, row(opened)).opened
    assert (opening.at, opening.at.tzinfo) == (NOW.replace(microsecond=0), UTC)


def test_row_has_no_column_for_a_value() -> None:
    text = str(columns_of(FULL, "row"))
    assert "value" not in text.lower()
    assert "secret_text" not in text.lower()
