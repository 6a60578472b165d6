"""The thread that renews the lease: when it goes on, and what ends it."""

from collections.abc import Callable, Iterator
from datetime import timedelta
from queue import Empty, Queue
from threading import enumerate as threads

import pytest

from shared.adapters.table.keeper import Keeper
from shared.ports.errors import LeaseLost, LedgerError

SOON, NEVER = timedelta(milliseconds=5), timedelta(days=1)


@pytest.fixture
def renewals() -> Queue[None]:
    return Queue()


@pytest.fixture(autouse=True)
def no_thread_is_left() -> Iterator[None]:
    yield
    assert [thread.name for thread in threads() if thread.name == "lease keeper"] == []


def keeper(
    renew: Callable[[], None],
    *,
    every: timedelta = SOON,
    after_failure: timedelta = SOON,
    may_go_on: Callable[[], bool] = lambda: True,
) -> Keeper:
    return Keeper(renew, every=every, after_failure=after_failure, may_go_on=may_go_on)


def test_keeper_renews_until_it_is_stopped(renewals: Queue[None]) -> None:
    keeping = keeper(lambda: renewals.put(None))
    keeping.start()
    for _ in range(3):
        renewals.get(timeout=5)
    keeping.stop()
    keeping.stop()


def test_keeper_that_was_never_started_can_be_stopped(renewals: Queue[None]) -> None:
    keeper(lambda: renewals.put(None)).stop()
    assert renewals.empty()


def test_failed_renewal_is_tried_again_soon(renewals: Queue[None]) -> None:
    """Not after the usual time: `every` is short at first, and too long afterwards."""

    def renew() -> None:
        renewals.put(None)
        raise LedgerError("The table cannot be reached.")

    keeping = keeper(renew)
    keeping.start()
    for _ in range(3):
        renewals.get(timeout=5)
    keeping.stop()


@pytest.mark.parametrize("lost", [True, False], ids=["lost", "for long enough"])
def test_keeper_ends_by_itself(renewals: Queue[None], *, lost: bool) -> None:
    def renew() -> None:
        renewals.put(None)
        raise LeaseLost("Another check has it.")

    keeping = keeper(renew, may_go_on=lambda: lost)
    keeping.start()
    if lost:
        renewals.get(timeout=5)
    with pytest.raises(Empty):
        renewals.get(timeout=0.05)
