"""Whatever becomes of the answer to `addPassword`: one request, and a sentence about the secret."""

import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from local.stand_in.stories import LIBAPPS_CLIENT_ID
from shared.adapters.table.ledger import TableLedger
from shared.bootstrap import settings, watching
from shared.connections import secret_creator
from shared.core.model.decision import Person
from shared.core.model.hand_over import Ending, HandOverState
from shared.usecases.check import Watch
from shared.usecases.renew import renew
from tests.adapters.graph.test_create_secret import LOST
from tests.e2e.test_handing_over import Commands, commands  # noqa: F401  (the fixture)
from tests.support.fault_proxy import Asked, Front, Pass, Reply

ANSWERS = [("503", "504"), ("500", "502"), ("reset after the effect", "half a response")]
"""For the first and the second service; the slow ones are in the tests of the adapter."""


class Losing:
    """A twist of the proxy in front of Graph: the answers to `addPassword` are lost."""

    def __init__(self, faults: Sequence[str]) -> None:
        self.requests: list[str] = []
        self._faults = [LOST[each] for each in faults]

    def __call__(self, asked: Asked, passed: Pass) -> Reply:
        if not asked.path.endswith("/addPassword"):
            return passed()
        name = json.loads(asked.body)["passwordCredential"]["displayName"]
        self.requests.append(name.split()[0])
        return self._faults.pop(0)(asked, passed)


@pytest.mark.parametrize("faults", ANSWERS)
def test_secrets_whose_answer_was_lost_are_told_and_asked_for_once(
    commands: Commands,  # noqa: F811  (the fixture)
    faults: Sequence[str],
) -> None:
    tenant, losing = commands.tenant, Losing(faults)
    with Front(tenant.url) as front:
        front.twist = losing
        tenant.az.further.add(front.url)
        commands.environment.setenv("LAPSEWATCH_GRAPH", front.url)
        ran = commands("renew", "libcal", "libstaffer", "--json")
        first, second = (commands("tick", "--json") for _ in range(2))
    assert losing.requests == ["LibCal", "LibStaffer"], "each once"
    assert (ran.status, ran.json["renewed"]) == (1, [])
    created, refused = list(tenant.passwords.created), ran.json["refused"]
    assert [each["key_id"] for each in refused] == created
    told = json.dumps([each.message for each in tenant.posted("its")])
    for key_id, each in zip(created, refused, strict=True):
        assert each["why"].startswith("Graph's answer was lost (")
        assert each["why"] in ran.err
        remove = f"az ad app credential delete --id {LIBAPPS_CLIENT_ID} --key-id {key_id}"
        assert remove in each["why"]
        assert told.count(key_id) >= 1
    ticks = [first.json, second.json]
    assert [tick["told"] for tick in ticks] == [[], []], "the command has sent it"
    assert commands.values() == {}
    commands.assert_unspoken(ran, first, second)


@contextmanager
def later(minutes: int) -> Iterator[Watch]:
    """Yield the program of a person some minutes from now; it waits with its clock only."""
    skipped = [timedelta(minutes=minutes)]

    def clock() -> datetime:
        return datetime.now(UTC) + sum(skipped, timedelta())

    def pause(seconds: float) -> None:
        skipped.append(timedelta(seconds=seconds))

    tables = settings().tables.value.reveal()
    with (
        watching(settings(), environment=None) as watch,
        TableLedger(tables, clock, hands_over=True) as ledger,
    ):
        yield replace(watch, ledger=ledger, clock=clock, pause=pause)


def test_a_request_that_never_arrived_is_not_sent_again(commands: Commands) -> None:  # noqa: F811  (the fixture)
    """Nobody can tell; the tick says it once Graph must show each secret that was created."""
    tenant, losing = commands.tenant, Losing(["reset before the effect"])
    commands("check")
    tenant.clear_posted("its")
    states = []
    with Front(tenant.url) as front:
        front.twist = losing
        tenant.az.further.add(front.url)
        commands.environment.setenv("LAPSEWATCH_GRAPH", front.url)
        with later(0) as watch:
            creator, pat = secret_creator(settings()), Person("", "Pat")
            done = renew(watch, creator, ["libcal"], months=24, by=pat)
            sentences = [each.why for each in done.refused]
        for minutes in (7, 16, 60):
            with later(minutes) as watch:
                assert watch.tick().error == ""
                record = watch.ledger.hand_overs()["libcal"]
            states.append((record.state, record.ending, len(tenant.posted("its"))))
    assert losing.requests == ["LibCal"]
    [sentence] = sentences
    assert sentence.startswith("Graph's answer was lost (ConnectionError)")
    assert "Whether Entra created “LibCal 20" in sentence
    assert "next hourly run looks again, and notifies people" in sentence
    waits = (HandOverState.RENEWING, Ending.NONE, 0)
    ended = (HandOverState.DONE, Ending.NOT_CREATED, 1)
    assert states == [waits, ended, ended]
