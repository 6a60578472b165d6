"""The lease on Azurite: its holder renews it beside the check, in real time, or has died."""

import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import timedelta
from threading import enumerate as threads

import pytest
from azure.data.tables import TableClient, UpdateMode

from local.azurite import Azurite
from shared.adapters.table.ledger import TableLedger
from shared.core.judge.schedule import FUNCTION_TIMEOUT
from shared.ports.errors import LeaseLost
from shared.ports.ledger import Held, Lease, Ledger
from tests.adapters.table.test_ledger_contract import NOW, Clock

TERM = timedelta(seconds=0.6)
"""Renewed every 0.2 seconds."""


@dataclass
class Instances:
    """Two instances of the app with one table, and a clock that only the test moves."""

    one: TableLedger
    two: TableLedger
    clock: Clock
    raw: TableClient

    def version(self) -> str:
        """Return the version of the row of the lease."""
        return str(self.raw.get_entity("own", "~lease:").metadata["etag"])

    def held(self) -> Held:
        """Return what the second instance sees."""
        found = self.two.lease()
        assert isinstance(found, Held)
        return found

    def is_renewed(self) -> bool:
        """Return whether the keeper of the first instance changes the row."""
        before = self.version()
        return eventually(lambda: self.version() != before)


@pytest.fixture
def instances(azurite: Azurite, table: str) -> Iterator[Instances]:
    clock = Clock()
    with ExitStack() as stack:
        one, two = (
            stack.enter_context(TableLedger(azurite.tables, clock, table=table, term=TERM))
            for _ in range(2)
        )
        raw = stack.enter_context(TableClient.from_connection_string(azurite.tables, table))
        yield Instances(one, two, clock, raw)
    assert keepers() == 0


def taken(ledger: Ledger) -> Lease:
    lease = ledger.lease()
    assert not isinstance(lease, Held)
    return lease


def keepers() -> int:
    return sum(thread.name == "lease keeper" for thread in threads())


def eventually(condition: Callable[[], bool]) -> bool:
    end = time.monotonic() + 10
    while not condition() and time.monotonic() < end:
        time.sleep(0.02)
    return condition()


def test_living_check_renews_its_lease_until_it_is_released(instances: Instances) -> None:
    lease, held = taken(instances.one), instances.held()
    assert instances.is_renewed()
    assert instances.is_renewed()
    assert isinstance(instances.two.lease(unchanged=held), Held)
    lease.renew()  # the check itself does too, before each effect
    lease.release()
    assert keepers() == 0
    taken(instances.two).release()


def test_lease_of_a_process_that_died_is_taken_after_a_term(instances: Instances) -> None:
    """Its threads end with it. The row's end is in the future: only the version counts."""
    taken(instances.one)
    instances.one.close()
    held = instances.held()
    assert keepers() == 0
    assert not isinstance(instances.two.lease(unchanged=held), Held)


def test_check_that_hangs_loses_its_lease(instances: Instances) -> None:
    """No check takes longer than Azure lets a function run."""
    taken(instances.one)
    instances.clock.now += FUNCTION_TIMEOUT - timedelta(seconds=1)
    assert instances.is_renewed()
    instances.clock.now += timedelta(seconds=1)
    assert eventually(lambda: keepers() == 0)
    instances.clock.now += TERM
    taken(instances.two)


def test_frozen_check_stops_before_its_next_effect(instances: Instances) -> None:
    """Its process slept for longer than a term, and another check took the lease."""
    frozen = taken(instances.one)
    mine = instances.two.lease()
    while isinstance(mine, Held):  # its thread may renew just before the other check looks
        instances.clock.now += 2 * TERM
        mine = instances.two.lease()
    with pytest.raises(LeaseLost):
        frozen.renew()
    assert eventually(lambda: keepers() == 1), "only the new holder renews"
    frozen.release()
    mine.renew()


def test_row_of_an_older_version_is_held_since_nobody_knows_when(instances: Instances) -> None:
    instances.one.begin(NOW)
    until = NOW + timedelta(minutes=5)  # its term
    row = {"PartitionKey": "own", "RowKey": "~lease:", "holder": "x", "expires": until.isoformat()}
    instances.raw.upsert_entity(row, mode=UpdateMode.REPLACE)
    held = instances.held()
    assert (held.began, held.until) == (None, until)
    assert not isinstance(instances.two.lease(unchanged=held), Held)
