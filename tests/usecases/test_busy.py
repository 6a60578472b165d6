"""A tick while another check has the lease: that check lives, has died, or runs for too long."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import timedelta

import pytest

from local.simulation.build import at, service, watchlist
from local.simulation.memory_ledger import InMemoryLease
from local.simulation.world import ANNA, World
from shared.core.model.check_record import Outcome
from shared.core.results import CheckResult
from shared.ports.errors import LedgerError
from shared.usecases import decisions
from tests.lifetime.test_lifetime import LIBCAL, living, renewed

MINUTE = timedelta(minutes=1)
LONGEST_WAIT = timedelta(seconds=70)


@dataclass
class Beats:
    """A heartbeat that counts."""

    beats: list[bool] = field(default_factory=list)

    def beat(self, *, good: bool) -> None:
        self.beats.append(good)


@pytest.fixture
def world() -> World:
    world = World(watched=watchlist(service("LibCal")), now=at("2026-09-01T13:05Z"))
    world.tenant.put(LIBCAL)
    return world


def taken(world: World) -> InMemoryLease:
    """Take the lease as another check."""
    lease = world.ledger.lease()
    assert isinstance(lease, InMemoryLease)
    return lease


def heard(world: World) -> list[int]:
    return [len(world.inboxes[name].heard) for name in ("its", "admins")]


@pytest.mark.parametrize("ahead", [-50, 0, 30, 600], ids="clock {}s ahead".format)
def test_first_tick_after_a_death_checks(world: World, ahead: int) -> None:
    """Also the host's own repeat. The clock of the check that died may be wrong."""
    world.now += timedelta(seconds=ahead)
    taken(world)
    world.now -= timedelta(seconds=ahead)
    before = world.now
    result = world.tick()
    assert (result.outcome, heard(world)) == (Outcome.OK, [1, 1])
    assert world.now - before <= LONGEST_WAIT
    assert result.checked_at == world.now
    assert world.tick().outcome == Outcome.NOT_DUE


def test_tick_stops_waiting_when_the_other_check_shows_life(world: World) -> None:
    other, before = taken(world), world.now
    world.meanwhile = other.renew
    result = world.tick()
    assert (result.outcome, heard(world)) == (Outcome.BUSY, [0, 0])
    assert result.error == (
        "Another check has been running since 13:05 UTC. Try again in a minute."
    )
    assert world.now - before < timedelta(seconds=10)
    assert world.ledger.recorded == []


def test_tick_does_what_the_other_check_left(world: World) -> None:
    """It was checked while this tick waited, or it failed and left everything."""

    def other_checks() -> None:
        other.release()
        world.check()

    other = taken(world)
    world.meanwhile = other_checks
    assert (world.tick().outcome, heard(world)) == (Outcome.NOT_DUE, [1, 1])
    world.meanwhile = object
    world.now += timedelta(days=1)
    other = taken(world)
    world.meanwhile = other.release
    assert world.tick().outcome == Outcome.OK
    assert world.check().outcome == Outcome.OK, "the lease is free again"


@pytest.mark.parametrize("known", [True, False], ids=["since long", "since nobody knows when"])
def test_busy_for_too_long_is_a_failure(world: World, *, known: bool) -> None:
    """The heartbeat and the history have it; the next hourly run tries again."""
    other = taken(world)
    other.began = other.began if known else None
    world.now += 23 * MINUTE
    other.renew()
    world.meanwhile = other.renew
    heartbeat = Beats()
    result = replace(world.watch, heartbeat=heartbeat).tick()
    since = (
        "has held the lease since 13:05 UTC, longer than a check may take (22 minutes)."
        if known
        else "holds the lease, and it is not known since when."
    )
    assert result.outcome == Outcome.FAILED
    assert result.error == (
        f"No messages were sent. Another check {since} If the next run fails too, restart the "
        "function app."
    )
    assert heartbeat.beats == [False]
    assert [record.outcome for record in world.ledger.recorded] == [Outcome.FAILED]
    assert world.ledger.latest_checks.error == result.error
    other.release()
    world.meanwhile = object
    assert (world.tick().outcome, heard(world)) == (Outcome.OK, [1, 1])


def test_busy_for_too_long_takes_no_retry_away() -> None:
    """Also if only a retry was due: the hung check may hold the lease for a few runs."""
    world = living(LIBCAL)
    world.inboxes["its"].down = True
    world.check()
    left = world.ledger.latest_checks.retries_left
    other = taken(world)
    world.now += 25 * MINUTE
    other.renew()
    world.meanwhile = other.renew
    assert world.tick().outcome == Outcome.FAILED
    assert world.ledger.latest_checks.retries_left == left == 6


@pytest.mark.parametrize("minutes", [0, 21])
def test_other_check_may_run_for_its_time_limit(world: World, minutes: int) -> None:
    other = taken(world)
    world.now += minutes * MINUTE
    other.renew()
    world.meanwhile = other.renew
    assert world.tick().outcome == Outcome.BUSY


def test_ledger_that_fails_while_a_tick_waits_is_a_failure(world: World) -> None:
    taken(world)
    world.meanwhile = lambda: world.ledger.broken.update(lease=LedgerError("It is away."))
    heartbeat = Beats()
    result = replace(world.watch, heartbeat=heartbeat).tick()
    assert (result.outcome, result.error) == (
        Outcome.FAILED,
        "No messages were sent. It is away.",
    )
    assert heartbeat.beats == [False]


def test_lease_is_free_if_the_question_what_is_due_fails(world: World) -> None:
    other = taken(world)

    def meanwhile() -> None:
        other.release()
        world.ledger.broken["last_checks"] = LedgerError("It is away.")

    world.meanwhile = meanwhile
    assert world.tick().outcome == Outcome.FAILED
    assert world.ledger.holder is None


def check(world: World) -> CheckResult:
    return world.watch.check()


def decide(world: World) -> CheckResult:
    return decisions.confirm(world.watch, "libcal", "cal26", by=ANNA).check


@pytest.mark.parametrize("act", [check, decide])
def test_request_does_not_wait_and_the_next_tick_sends(act: Callable[[World], CheckResult]) -> None:
    """A person may try again in a minute; what a decision left, the next tick sends."""
    world = living(LIBCAL)
    world.run("2026-09-20T18:00Z")
    world.tenant.add(renewed("cal26", "LibCal 2026", "2026-09-20"))
    world.run("2026-09-21T18:00Z")
    world.now += 20 * MINUTE
    taken(world)
    before = world.now
    busy = act(world)
    assert (busy.outcome, world.now) == (Outcome.BUSY, before)
    assert busy.error.endswith("Try again in a minute.")
    due = act is decide
    messages = heard(world)
    assert world.tick().outcome == (Outcome.OK if due else Outcome.NOT_DUE)
    assert heard(world) == [count + due for count in messages]
    world.now += MINUTE
    assert world.check().outcome == Outcome.OK


def test_wait_does_not_add_to_the_time_that_azure_allows(world: World) -> None:
    """The tick waited; its reading still ends when its function must end."""
    taken(world)
    soon = replace(world.watch, work_until=world.now + timedelta(seconds=30))
    result = soon.tick()
    assert result.outcome == Outcome.PARTIAL
    assert heard(world) == [0, 0]
