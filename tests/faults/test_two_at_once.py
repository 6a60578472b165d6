"""The timer, HTTP and the command line check at once, and somebody decides: sent once."""

import time
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from random import Random
from threading import Barrier, Lock

import pytest

from shared.adapters.table.ledger import TableLedger
from shared.core.model.check_record import Outcome
from shared.core.results import CheckResult
from shared.usecases import decisions
from shared.usecases.check import Watch
from tests.support.environment import START
from tests.support.fault_proxy import Pass, Twist
from tests.support.faults import PLACES, Place
from tests.support.harness import DAY, Harness, World, guid
from tests.support.processes import DANA
from tests.support.scripted import Asked, Reply

HOUR = timedelta(hours=1)
WAYS: Mapping[str, Callable[[Watch], CheckResult]] = {
    "timer": lambda watch: watch.tick(),
    "HTTP": lambda watch: watch.check(whole=False),
    "command line": lambda watch: watch.check(),
}


def delayed(seed: int) -> Twist:
    """Delay half of the requests."""
    chance, lock = Random(seed), Lock()

    def twist(_: Asked, passed: Pass) -> Reply:
        with lock:
            wait = chance.choice((0.0, 0.0, 0.02, 0.15))
        time.sleep(wait)
        return passed()

    return twist


@pytest.mark.parametrize("seed", range(3))
def test_one_of_three_checks_sends_and_the_others_are_busy(world: World, seed: int) -> None:
    rig = world.begin()
    assert rig.check(DAY).outcome == Outcome.OK
    owed = rig.stage.heard()
    world.begin()
    rig.stage.front.twist, rig.stage.ledger_front.twist = delayed(seed), delayed(-seed)
    together = Barrier(len(WAYS))

    def live(way: Callable[[Watch], CheckResult]) -> CheckResult:
        with rig.watch(DAY, term=timedelta(seconds=3)) as watch:
            together.wait()
            return way(watch)

    with ThreadPoolExecutor(len(WAYS)) as pool:
        results = dict(zip(WAYS, pool.map(live, WAYS.values()), strict=True))
    assert {result.outcome for result in results.values()} <= {
        Outcome.OK,
        Outcome.BUSY,
        Outcome.NOT_DUE,
    }, results
    assert Outcome.OK in {result.outcome for result in results.values()}
    assert {result.outcome for result in results.values() if result.error} <= {Outcome.BUSY}
    world.mend()
    assert rig.check(DAY + HOUR, tick=True).outcome in {Outcome.OK, Outcome.NOT_DUE}, (
        "what HTTP left to a tick"
    )
    assert rig.stage.heard() == owed


@pytest.fixture
def renewed(world: World) -> Iterator[str]:
    """Add a new secret for the first service, and return its key id."""
    directory = world.rig.stage.tenant
    key_id = directory.add_secret(
        guid(0), name="Service 0", hint="8~w", starts=START + HOUR, ends=START + timedelta(days=700)
    )
    yield key_id
    directory.remove_credential(key_id)


def during(place: Place, act: Callable[[], None]) -> Twist:
    """Run `act` during the first request to a place."""
    acts = iter([act])
    lock = Lock()

    def twist(asked: Asked, passed: Pass) -> Reply:
        if place.is_meant(asked):
            with lock:
                now = next(acts, None)
            if now is not None:
                now()
        return passed()

    return twist


@pytest.mark.parametrize(
    ("place", "known"),
    [
        *((place, True) for place in ("watched apps", "sign-ins", "webhook", "mail")),
        *((place, False) for place in ("watched apps", "ledger write")),
    ],
)
def test_decision_during_a_check_is_kept(
    world: World, renewed: str, place: str, *, known: bool
) -> None:
    rig = world.begin()
    if not known:
        rig.stage.anew()
    done: list[decisions.Done] = []

    def confirm() -> None:
        with rig.watch(DAY) as watch:
            done.append(decisions.confirm(watch, "service-0", renewed, by=DANA))

    front = rig.stage.front if PLACES[place].side == "tenant" else rig.stage.ledger_front
    front.twist = during(PLACES[place], confirm)
    result = rig.check(DAY)
    assert result.outcome == Outcome.OK, result.error
    assert [each.check.outcome for each in done] == [Outcome.BUSY]
    assert is_confirmed(rig, renewed)
    world.mend()
    assert rig.check(DAY + HOUR).outcome == Outcome.OK
    assert is_confirmed(rig, renewed)
    assert {
        channel
        for channel, item, reason in +rig.heard
        if (item, reason) == ("service-0", "confirmed")
    } == {"its", "staff"}


def is_confirmed(rig: Harness, key_id: str) -> bool:
    """Return whether the ledger has the confirmation of the credential, by Dana."""
    with TableLedger(rig.stage.tables, lambda: START, partition=rig.stage.partition) as ledger:
        in_use = ledger.load().in_use_records["service-0"]
        people = [decision.by for decision in ledger.decisions("service-0")["service-0"]]
    return (in_use.key_id, in_use.assumed, people) == (key_id, False, [DANA])
