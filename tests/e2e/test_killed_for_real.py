"""A check is ended for real: its process, the storage, one of two instances.

The first tick that follows does the check, within about the term of a lease. The processes here
have a lease of two seconds, and really wait; `test_killed_host.py` has the real one of a minute.
"""

import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import timedelta
from signal import SIGKILL, SIGTERM, Signals
from threading import Event

import pytest

from local.azurite import Azurite
from shared.core.model.check_record import Outcome
from tests.support.environment import START, Stage
from tests.support.fault_proxy import Pass, straight
from tests.support.processes import Lived, Lives
from tests.support.scripted import Asked, Reply

TERM = 2.0
RECOVERED_WITHIN = 1.2 * TERM + 6.0
"""A term and a look, and what a busy machine needs for the check itself."""
READING, CARD = "GET /v1.0/applications", "POST /teams/its"
"""What the check does when something happens."""
type Heard = dict[tuple[str, str], int]


@dataclass
class Site:
    """Two instances of the program with one ledger, in real time, on a storage of their own."""

    stage: Stage
    second: Lives
    storage: Azurite
    pool: ThreadPoolExecutor
    born: float = field(default_factory=time.monotonic)

    def tick(self, instance: Lives | None = None) -> Lived:
        """Tick in the first instance, or in another one."""
        now = START + timedelta(seconds=time.monotonic() - self.born)
        lives = instance or self.stage.lives
        return lives.live("wait", str(TERM), now=now, partition=self.stage.partition)

    def start(self, instance: Lives | None = None) -> Future[Lived]:
        """Start a tick, and do not wait for it."""
        return self.pool.submit(self.tick, instance)

    def at(self, place: str, act: Callable[[Pass], Reply]) -> Event:
        """Let something happen at the first request to a place; return what is set then."""
        method, path = place.split()
        reached = Event()

        def twist(asked: Asked, passed: Pass) -> Reply:
            if reached.is_set() or asked.method != method or not asked.path.startswith(path):
                return passed()
            reached.set()
            return act(passed)

        self.stage.front.twist = twist
        return reached

    def beats(self) -> list[bool]:
        """Return what the heartbeat got, in all tests so far."""
        return self.stage.tenant.beats("own")


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    with Azurite() as storage:
        # past the proxy: what stops is the storage itself
        tables = {"LAPSEWATCH_TABLES": storage.tables}
        with (
            Stage(storage.tables, tmp_path_factory.mktemp("site"), settings=tables) as stage,
            Lives(stage.environment) as second,
            ThreadPoolExecutor(2) as pool,
        ):
            yield Site(stage, second, storage, pool)


@pytest.fixture(scope="module")
def undisturbed(site: Site) -> Heard:
    """Return the messages of an undisturbed check, each once."""
    assert site.tick().outcome == Outcome.OK
    return dict(site.stage.heard())


@pytest.fixture
def expected(site: Site, undisturbed: Heard) -> Iterator[Heard]:
    """Return these messages, before any was sent."""
    site.stage.anew()
    yield undisturbed
    site.stage.front.twist = straight


def assert_recovered(site: Site, expected: Heard, *, twice: bool = False) -> None:
    """Assert that the first tick checks, and that nothing is lost."""
    before = len(site.beats())
    lived = site.tick()
    assert (lived.outcome, lived.error) == (Outcome.OK, "")
    assert lived.seconds < RECOVERED_WITHIN
    assert site.beats()[before:] == [True]
    assert_heard(site, expected, twice=twice)
    assert site.tick().outcome == Outcome.NOT_DUE


def assert_heard(site: Site, expected: Heard, *, twice: bool = False) -> None:
    heard = site.stage.heard()
    assert set(heard) == set(expected)
    assert max(heard.values()) == (2 if twice else 1), heard


@pytest.mark.parametrize(
    ("place", "number", "received"),
    [
        pytest.param(READING, SIGKILL, False, id="reading"),
        pytest.param(CARD, SIGKILL, False, id="sending"),
        pytest.param(CARD, SIGKILL, True, id="sent, not recorded"),
        pytest.param(CARD, SIGTERM, False, id="sending, SIGTERM"),
    ],
)
def test_first_tick_after_a_death_checks(
    site: Site, expected: Heard, place: str, number: Signals, *, received: bool
) -> None:
    """A message comes twice only if the death falls between sending and recording."""

    def die(passed: Pass) -> Reply:
        if received:
            passed()
        site.stage.lives.kill(number)
        return Reply(reset=True)

    site.at(place, die)
    assert site.tick().signal == number
    assert_recovered(site, expected, twice=received)


def test_second_instance_that_waits_takes_over(site: Site, expected: Heard) -> None:
    """It looks while the first one sends, and finds that this one renews its lease no more."""
    waiting: list[Future[Lived]] = []

    def die_while_another_waits(_: Pass) -> Reply:
        waiting.append(site.start(site.second))
        time.sleep(0.5)  # it looks
        site.stage.lives.kill()
        return Reply(reset=True)

    site.at(CARD, die_while_another_waits)
    assert site.tick().signal == SIGKILL
    assert waiting[0].result().outcome in {Outcome.OK, Outcome.BUSY}
    if waiting[0].result().outcome == Outcome.BUSY:
        assert_recovered(site, expected)
    assert_heard(site, expected)


def test_living_check_keeps_its_lease_for_longer_than_a_term(site: Site, expected: Heard) -> None:
    """It waits for Graph, and a thread renews its lease. The other one does not wait for it."""
    go_on = Event()

    def slowly(passed: Pass) -> Reply:
        go_on.wait(60)
        return passed()

    reading = site.at(READING, slowly)
    checking = site.start()
    assert reading.wait(30)
    time.sleep(TERM)
    other = site.tick(site.second)
    assert (other.outcome, other.error.partition(" since")[0]) == (
        Outcome.BUSY,
        "Another check has been running",
    )
    assert other.seconds < RECOVERED_WITHIN
    go_on.set()
    assert checking.result().outcome == Outcome.OK
    assert_heard(site, expected)


def test_storage_stops_during_a_check(site: Site, expected: Heard) -> None:
    """The check fails and cannot release its lease; the first tick with storage checks."""

    def stop(passed: Pass) -> Reply:
        site.storage.kill()
        return passed()

    site.at(READING, stop)
    failed = site.tick()
    assert (failed.signal, failed.outcome) == (0, Outcome.FAILED)
    assert site.beats()[-1] is False
    site.storage.start()
    assert_recovered(site, expected)


def test_storage_that_is_back_soon_costs_nothing(site: Site, expected: Heard) -> None:
    """It stops for half a term, while the check reads: a renewal fails, and is tried again."""

    def stop(passed: Pass) -> Reply:
        site.storage.kill()
        time.sleep(TERM / 2)
        site.storage.start()
        return passed()

    site.at(READING, stop)
    assert site.tick().outcome == Outcome.OK
    assert_heard(site, expected)
