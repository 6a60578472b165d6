"""Wrong clocks, short-lived tokens, and a lost lease: messages are sent, at most twice."""

import re
from collections import Counter
from datetime import timedelta
from itertools import count

import pytest
from azure.data.tables import UpdateMode

from shared.core.model.check_record import Outcome
from tests.support.environment import START
from tests.support.fault_proxy import Pass
from tests.support.faults import PLACES
from tests.support.harness import DAY, World
from tests.support.scripted import Asked, Reply

MINUTES = timedelta(minutes=5)
HOUR = timedelta(hours=1)


@pytest.mark.parametrize("wrong", [MINUTES, -MINUTES], ids=["ahead", "behind"])
def test_clock_that_is_five_minutes_off(world: World, wrong: timedelta) -> None:
    rig = world.begin()
    assert rig.check(DAY + wrong).outcome == Outcome.OK
    assert rig.check(DAY + timedelta(minutes=1), tick=True).outcome in {
        Outcome.OK,
        Outcome.NOT_DUE,
    }
    assert rig.check(DAY + HOUR, tick=True).outcome == Outcome.NOT_DUE
    items = Counter[tuple[str, str]]()
    # what was sent "in the future" is sent again, as if for the first time
    for (channel, item, _), times in rig.heard.items():
        items[channel, item] += times
    assert items.keys() == {(channel, item) for channel, item, _ in world.owed}
    assert set(items.values()) <= {1, 2}


def test_token_that_expires_between_two_pages_is_renewed(world: World) -> None:
    """The endpoint may return a cached token that is about to expire."""
    rig, identity = world.begin(), world.rig.stage.tenant.identity
    before, identity.lifetime = identity.lifetime, 60

    def ending(asked: Asked, passed: Pass) -> Reply:
        answer = passed()
        if PLACES["tenant page"].is_meant(asked):
            identity.end_tokens()
        return answer

    rig.stage.front.twist = ending
    try:
        result = rig.check(DAY)
    finally:
        identity.lifetime = before
    assert (result.outcome, result.error) == (Outcome.OK, "")
    assert rig.heard == world.owed


def test_lost_lease_stops_the_check_before_its_next_effect(
    world: World,
) -> None:
    rig, number = world.begin(), count()
    lease = PLACES["lease"].is_meant

    def stolen(asked: Asked, passed: Pass) -> Reply:
        if lease(asked) and asked.method == "POST" and next(number) == 1:
            row = rig.stage.table.get_entity(rig.stage.partition, "~lease:")
            until = (START + DAY + MINUTES).isoformat()
            rig.stage.table.update_entity(
                {**row, "holder": "somebody else", "expires": until}, mode=UpdateMode.REPLACE
            )
        return passed()

    rig.stage.ledger_front.twist = stolen
    result = rig.check(DAY)
    assert (result.outcome, result.deliveries) == (Outcome.FAILED, ())
    assert "another check may be running. This check stops." in result.error
    assert not rig.heard.total()
    world.mend()
    assert rig.check(DAY + timedelta(minutes=1)).outcome == Outcome.BUSY
    assert rig.check(DAY + HOUR, tick=True).outcome == Outcome.OK
    assert rig.heard == world.owed


def test_check_does_not_overwrite_rows_of_decisions(world: World) -> None:
    """A check never writes the rows that a person may change during the check."""
    rig = world.begin()
    bodies: list[bytes] = []

    def noted(asked: Asked, passed: Pass) -> Reply:
        bodies.append(asked.body)
        return passed()

    rig.stage.ledger_front.twist = noted
    assert rig.check(DAY).outcome == Outcome.OK
    keys = {key for body in bodies for key in re.findall(rb'"RowKey": "([a-z~]+:)', body)}
    assert keys
    assert keys & {b"hold:", b"assignment:", b"acknowledgement:"} == set()
