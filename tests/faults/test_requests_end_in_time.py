"""A request that a person waits for ends in time, and the next tick sends what it could not."""

import json
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from datetime import timedelta
from threading import Event
from typing import NamedTuple

import pytest

from shared.adapters.channels.heartbeat import PING_SECONDS
from shared.adapters.channels.retry import CONNECT_SECONDS, READ_SECONDS
from shared.adapters.identity.managed import TOKEN_SECONDS
from shared.bootstrap import ROOT
from shared.config.setting_rules import MAX_DEADLINE
from shared.core.model.check_record import Outcome
from shared.core.model.decision import Person
from shared.core.model.vocabulary import Reason
from shared.core.results import CheckResult
from shared.ports.errors import PortError
from shared.usecases import decisions
from shared.usecases.answer_time import SAVE_SECONDS, SEND_SECONDS, WORK_SECONDS, function_time
from shared.usecases.check import Watch
from tests.support.environment import START
from tests.support.fault_proxy import Pass
from tests.support.faults import PLACES, Way, drip, hang, saying
from tests.support.harness import DAY, Harness, Heard, Seconds, World, guid
from tests.support.scripted import Asked, Reply

type Act = Callable[[Watch], CheckResult]

ANNA = Person("0f0c6a52-3f5e-4e26-b1a9-6f0d7f4b8c33", "Anna")
STEPS = (1.5, 3.0, 4.5)
"""The steps of a request, about a fortieth of the real ones."""
SECONDS = Seconds(token=0.5, ledger=0.6, post=0.4)
ENOUGH = STEPS[2] + 2 * SECONDS.post + 3.0
"""When every request has ended: the heartbeat, and what a busy machine adds."""
HOUR = timedelta(hours=1)


def slow(seconds: float) -> Way:
    """Return a way that answers late."""

    def answer(_: Asked, passed: Pass) -> Reply:
        time.sleep(seconds)
        return passed()

    return answer


def once_decided(way: Way) -> Way:
    """Return a way that begins when a decision has been saved."""
    decided = Event()

    def answer(asked: Asked, passed: Pass) -> Reply:
        if decided.is_set():
            return way(asked, passed)
        if b"~decision:" not in asked.body:
            return passed()
        reply = passed()
        decided.set()
        return reply

    return answer


class Fault(NamedTuple):
    """What happens to the requests of some places, and to all of the ledger."""

    places: Mapping[str, Way]
    ledger: Way | None = None


SAVED = "the ledger hangs once the decision is saved"
FAULTS: Mapping[str, Fault] = {
    "Graph hangs": Fault({"watched apps": hang}),
    "Graph is slow, and Teams too": Fault({"watched apps": slow(0.6), "webhook": slow(0.3)}),
    "Graph is slow, and Teams hangs": Fault({"watched apps": slow(0.6), "webhook": hang}),
    "Graph is slow, and Teams sends byte by byte": Fault(
        {"watched apps": slow(0.6), "webhook": drip}
    ),
    "Teams is busy": Fault({"webhook": saying(503, retry_after="2")}),
    "Teams, mail and the heartbeat hang": Fault({"webhook": hang, "mail": hang, "heartbeat": hang}),
    "no token": Fault({"token": hang}),
    "the ledger is slow": Fault({}, slow(0.2)),
    SAVED: Fault({}, once_decided(hang)),
    "the ledger hangs": Fault({}, hang),
}


def check(watch: Watch) -> CheckResult:
    return watch.check(whole=False)


def confirm(watch: Watch) -> CheckResult:
    return decisions.confirm(watch, "service-0", guid(1000), by=ANNA).check


def heard(rig: Harness) -> Heard:
    return +rig.heard


CASES = [
    (check, "Graph hangs"),
    (check, "Graph is slow, and Teams hangs"),
    (check, "Teams, mail and the heartbeat hang"),
    (check, "the ledger is slow"),
    (confirm, "Graph hangs"),  # the decision reads the app first
    (confirm, "Graph is slow, and Teams too"),
    (confirm, "Graph is slow, and Teams sends byte by byte"),
    (confirm, "Teams is busy"),
    (confirm, "no token"),
    (confirm, "the ledger is slow"),
    (confirm, SAVED),
    (confirm, "the ledger hangs"),
]
"""A decision checks too, so a fault in both has to differ between them."""


@pytest.fixture(scope="module")
def usual(world: World) -> Mapping[Act, Heard]:
    """Return what is sent without a fault, by the request and the next tick."""

    def sent(act: Act) -> Heard:
        rig = world.begin()
        with rig.watch(DAY) as watch:
            assert act(watch).everyone_notified
        rig.check(DAY + HOUR, tick=True)
        return heard(rig)

    return {act: sent(act) for act in (check, confirm)}


@pytest.mark.slow
@pytest.mark.parametrize(
    ("act", "name"), CASES, ids=[f"{act.__name__}: {name}" for act, name in CASES]
)
def test_request_ends_in_time_and_the_next_tick_sends_the_rest(
    world: World, usual: Mapping[Act, Heard], act: Act, name: str
) -> None:
    rig = world.begin()
    rig.seconds = SECONDS
    fault = FAULTS[name]
    broken_places(rig, fault)
    started = time.monotonic()
    with suppress(PortError), rig.watch(DAY, steps=STEPS) as watch:
        result = act(watch)
        assert result.error or result.everyone_notified
        assert result.outcome != Outcome.BUSY
    assert time.monotonic() - started < ENOUGH
    world.mend()
    saved = any(row["RowKey"].startswith("~decision:") for row in rig.stage.rows())
    assert saved or name != SAVED
    again = rig.check(DAY + HOUR, tick=True)
    assert again.outcome in {Outcome.OK, Outcome.NOT_DUE}, again.error
    missing = {key for key in usual[act] if key not in heard(rig)}
    assert not {key for key in missing if saved or key[2] != Reason.CONFIRMED}


def broken_places(rig: Harness, fault: Fault) -> None:
    """Break the places of a fault."""
    ways = [(PLACES[name], way) for name, way in fault.places.items()]

    def twist(asked: Asked, passed: Pass) -> Reply:
        for place, way in ways:
            if place.is_meant(asked) or (place is PLACES["watched apps"] and is_read(asked)):
                return way(asked, passed)
        return passed()

    rig.stage.front.twist = twist
    if fault.ledger is not None:
        rig.stage.ledger_front.twist = fault.ledger


def is_read(asked: Asked) -> bool:
    """Return whether a request reads one app, for a decision."""
    return "/v1.0/applications(" in asked.path or "/v1.0/servicePrincipals(" in asked.path


def test_the_worst_cases_of_a_request_add_up_to_less_than_200_seconds() -> None:
    """Azure ends a request after 230 seconds."""
    post = CONNECT_SECONDS + READ_SECONDS
    assert WORK_SECONDS + post <= SEND_SECONDS  # a message that begins at the end has its time
    last_message = SEND_SECONDS - post + max(TOKEN_SECONDS, post)  # a token, or the request
    assert last_message < SAVE_SECONDS
    assert SAVE_SECONDS + PING_SECONDS < 200


def test_worst_case_of_a_check_ends_before_functions_time_out() -> None:
    """With the longest time limit, and after waiting for another check.

    Azure stops a function after functionTimeout, with its process and all that runs beside it.
    """
    timeout = json.loads((ROOT / "host.json").read_text("utf-8"))["functionTimeout"]
    hours, minutes, seconds = map(int, timeout.split(":"))
    time = function_time(START)
    post = CONNECT_SECONDS + READ_SECONDS
    assert time.work - START == timedelta(minutes=MAX_DEADLINE)  # it wins over the time limit
    assert (time.send - time.work).total_seconds() >= post
    assert (time.save - time.send).total_seconds() >= max(TOKEN_SECONDS, post) - post
    ends = time.save - START + timedelta(seconds=PING_SECONDS)
    assert ends + timedelta(seconds=30) <= timedelta(hours=hours, minutes=minutes, seconds=seconds)
