"""Fifty people decide about one service at the same time: one wins, nothing is lost."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from datetime import UTC, datetime
from threading import Barrier

import pytest

from local.azurite import Azurite
from shared.adapters.table.ledger import TableLedger
from shared.core.model.decision import Acknowledgement, Decision, DecisionKind, InUse, Person
from shared.ports.errors import LedgerConflict

NOW = datetime(2026, 11, 22, 14, tzinfo=UTC)
WRITERS = 50
ROUNDS = 3


@pytest.fixture
def ledgers(azurite: Azurite, table: str) -> Iterator[list[TableLedger]]:
    with ExitStack() as stack:
        yield [
            stack.enter_context(TableLedger(azurite.tables, lambda: NOW, table=table))
            for _ in range(WRITERS)
        ]


def test_one_of_fifty_decisions_about_a_version_is_saved(ledgers: list[TableLedger]) -> None:
    """The first round finds no row and no table, the others the version of the last winner."""
    together, wins = Barrier(WRITERS), list[str]()

    def decide(number: int, version: str) -> str | type[LedgerConflict]:
        person = Person(f"{number}", f"Writer {number}")
        in_use = InUse("libcal", f"k{number}", assumed=False, at=NOW, by=person, version=version)
        acknowledged = Acknowledgement("libcal", NOW.date(), person.name, NOW, person, "x")
        decision = Decision(NOW, DecisionKind.CONFIRM, person, ("libcal",), in_use.key_id)
        together.wait()
        try:
            ledgers[number].decide(
                decision, holds=[in_use], acknowledgements=[] if version else [acknowledged]
            )
        except LedgerConflict as conflict:
            return type(conflict)
        return in_use.key_id

    version = ""
    with ThreadPoolExecutor(WRITERS) as pool:
        for _ in range(ROUNDS):
            saved = list(pool.map(decide, range(WRITERS), [version] * WRITERS))
            [winner] = [each for each in saved if isinstance(each, str)]
            assert saved.count(LedgerConflict) == WRITERS - 1
            wins.append(winner)
            memory = ledgers[0].load()
            held = memory.in_use_records["libcal"]
            assert held.key_id == winner
            assert held.version != version
            version = held.version
    history = ledgers[0].decisions("libcal")["libcal"]
    assert sorted(each.key_id for each in history) == sorted(wins)
    assert f"k{memory.acknowledgements['libcal'].by.object_id}" == wins[0]
