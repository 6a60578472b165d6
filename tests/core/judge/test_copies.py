"""A certificate that was uploaded twice is one item, always the same one."""

from collections.abc import Sequence
from dataclasses import replace
from itertools import permutations

import pytest

from local.simulation.build import CLIENT_ID, OBJECT_ID, at, secret, service, watchlist
from shared.core.judge.judge import judge
from shared.core.judge.snapshot import snapshot_of
from shared.core.model.apply import apply_changes
from shared.core.model.context import CheckContext
from shared.core.model.decision import Assignment, InUse, Person, PreviousCredential
from shared.core.model.directory import App, Credential, Kind
from shared.core.model.memory import Memory
from shared.core.model.vocabulary import Standing
from shared.core.model.watchlist import Claim

NOW = at("2026-11-22T14:00Z")
ANNA = Person("00000000-0000-4000-8000-00000000000a", "Anna")
ONE, TWO, THREE = (
    secret(key_id, "CN=sync", ends="2028-11-20T09:00Z")._replace(kind=Kind.CERTIFICATE)
    for key_id in ("k1", "k2", "k3")
)
ANY = Claim("name", "CN=*")
COPIES = (("k1", "k2", "k3"),)


def kept(credentials: Sequence[Credential], memory: Memory, claim: Claim = ANY) -> set[str]:
    """Return the key ids that are left."""
    watched = watchlist(replace(service("LibCal"), claim=claim))
    app = App(CLIENT_ID, OBJECT_ID, "LibApps", tuple(credentials), copies=COPIES)
    snapshot = snapshot_of(watched.apps[0], app, CheckContext(watched, memory, NOW))
    return {each.key_id for each in snapshot.credentials}


@pytest.mark.parametrize("order", [*permutations((ONE, TWO, THREE))])
def test_the_order_of_graph_does_not_matter(order: Sequence[Credential]) -> None:
    assert kept(order, Memory()) == {"k1"}


@pytest.mark.parametrize(
    ("memory", "left"),
    [
        (Memory(in_use_records={"x": InUse("x", "k2", assumed=False, at=NOW)}), {"k2"}),
        (Memory(previous_credentials=frozenset({PreviousCredential("x", "k3")})), {"k3"}),
        (Memory(assignments={"k2": Assignment("k2", (), NOW, ANNA)}), {"k2"}),
        (
            Memory(
                in_use_records={"x": InUse("x", "k3", assumed=True, at=NOW)},
                assignments={"k2": Assignment("k2", ("x",), NOW, ANNA)},
            ),
            {"k2", "k3"},
        ),
    ],
)
def test_a_copy_with_a_decision_stays(memory: Memory, left: set[str]) -> None:
    assert kept((ONE, TWO, THREE), memory) == left


@pytest.mark.parametrize("key_id", ["k1", "k2", "K3"])
def test_a_rule_by_key_id_finds_any_copy(key_id: str) -> None:
    assert kept((ONE, TWO, THREE), Memory(), Claim("key_id", key_id)) == {key_id.lower()}


def test_the_copy_that_was_there_first_stays() -> None:
    watched = watchlist(service("LibCal"))
    context = CheckContext(watched, Memory(), NOW)
    app = App(CLIENT_ID, OBJECT_ID, "LibApps", (TWO,))
    memory = apply_changes(
        Memory(), judge(context, {"libcal": snapshot_of(watched.apps[0], app, context)}).changes
    )
    assert kept((ONE, TWO), replace(memory, in_use_records={})) == {"k2"}


def test_two_copies_of_one_certificate_are_one_service_in_order() -> None:
    watched = watchlist(replace(service("LibCal"), claim=Claim("name", "CN=*")))
    context = CheckContext(watched, Memory(), NOW)
    app = App(CLIENT_ID, OBJECT_ID, "LibApps", (ONE, TWO), copies=(("k1", "k2"),))
    judgement = judge(context, {"libcal": snapshot_of(watched.apps[0], app, context)})
    (view,) = judgement.services
    assert (view.standing, view.leftovers, judgement.unclaimed) == (Standing.HEALTHY, (), ())
    assert view.in_use_record is not None
    assert not view.in_use_record.assumed
