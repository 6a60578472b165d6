"""What a tick does about a `renew` that did not end; see also `test_hand_over`."""

from dataclasses import replace
from datetime import timedelta

import pytest

from local.simulation.build import CHICAGO, CLIENT_ID, at, secret, service, watchlist
from local.simulation.memory_vault import InMemoryVault
from local.simulation.world import ANNA, World
from shared.core.decisions import Refused
from shared.core.hand_over.begin import renewing
from shared.core.model.check_record import Outcome
from shared.core.model.decision import Assignment, Decision, DecisionKind
from shared.core.model.directory import Credential, Kind
from shared.core.model.hand_over import Ending, HandOver, HandOverState
from shared.core.model.secret import Secret
from shared.core.model.vocabulary import Standing
from shared.core.model.watchlist import Claim
from shared.ports.errors import VaultError
from shared.usecases.hand_over import hand_over, withdraw
from tests.lifetime.test_lifetime import LIBCAL

VALUE = Secret("new~x-r4nd0m.value-of_a.secret~0123456789")
ENDS = at("2028-09-20T18:00:07Z")
ASKED = Credential("", Kind.SECRET, "LibCal 2028", "", None, ENDS)
MADE = secret(
    "cal28", "LibCal 2028", starts="2026-09-20T18:00Z", ends="2028-09-20T18:00:07Z", hint="new"
)
NAME = "lapsewatch-libcal-cal28"


@pytest.fixture
def world() -> World:
    """A world in which Anna's `renew` was killed after its first write."""
    made = World(
        watched=watchlist(service("LibCal")), now=at("2026-09-20T18:00Z"), vault=InMemoryVault()
    )
    made.tenant.put(LIBCAL)
    made.check()
    record = renewing(service("LibCal"), ASKED, None, by=ANNA, at=made.now, zone=CHICAGO)
    made.ledger.save_hand_over(record)
    return made


def record_of(world: World) -> HandOver:
    return world.ledger.memory.hand_overs["libcal"]


def vault_of(world: World) -> InMemoryVault:
    assert world.vault is not None
    return world.vault


def tick(world: World, minutes: int) -> Outcome:
    world.now += timedelta(minutes=minutes)
    return world.tick().outcome


def last(world: World) -> Decision:
    return world.ledger.history[-1]


def test_nothing_is_looked_up_while_renew_may_still_run(world: World) -> None:
    world.tenant.add(MADE)
    assert tick(world, 4) == Outcome.NOT_DUE
    assert vault_of(world).asked == []
    assert record_of(world).state == HandOverState.RENEWING


def test_secret_whose_value_is_in_the_vault_is_ready(world: World) -> None:
    world.tenant.add(MADE)
    vault_of(world).values[NAME] = VALUE
    assert tick(world, 6) == Outcome.OK
    assert (record_of(world).state, record_of(world).credential) == (HandOverState.READY, MADE)
    assert (last(world).kind, last(world).by, last(world).key_id) == (
        DecisionKind.RENEW,
        ANNA,
        "cal28",
    )


BY_PERSON = Assignment("cal28", ("libstaffer",), at("2026-09-20T18:01Z"), ANNA)


@pytest.mark.parametrize(
    ("claim", "before", "assigned"),
    [
        (Claim("hint", "old"), None, ("libcal",)),
        (Claim("key_id", "cal24"), None, ("libcal",)),
        (Claim("name", "Lib*"), None, None),
        (Claim("hint", "old"), BY_PERSON, ("libstaffer",)),
        (Claim("hint", "old"), replace(BY_PERSON, withdrawn=True), ("libstaffer",)),
    ],
)
def test_secret_that_no_rule_finds_is_assigned_as_by_renew(
    world: World, claim: Claim, before: Assignment | None, assigned: tuple[str, ...] | None
) -> None:
    """A person who assigned it in the meantime is right."""
    world.watched = watchlist(service("LibCal", claim=claim))
    assignments = {"cal28": before} if before is not None else {}
    world.ledger.memory = replace(world.ledger.memory, assignments=assignments)
    world.tenant.add(MADE)
    vault_of(world).values[NAME] = VALUE
    tick(world, 6)
    assert record_of(world).state == HandOverState.READY
    found = world.ledger.memory.assignments.get("cal28")
    assert (found.services if found is not None else None) == assigned


@pytest.mark.parametrize("fraction", [0, 999_999])
def test_secret_whose_value_is_lost_is_an_orphan(world: World, fraction: int) -> None:
    """Graph may return an end with fractions of a second."""
    found = MADE._replace(ends=ENDS.replace(microsecond=fraction))
    world.tenant.add(found)
    assert tick(world, 6) == Outcome.OK
    assert (record_of(world).state, record_of(world).ending) == (HandOverState.DONE, Ending.ORPHAN)
    assert record_of(world).credential == found
    assert (last(world).kind, last(world).by, last(world).key_id) == (
        DecisionKind.END,
        None,
        "cal28",
    )


@pytest.mark.parametrize(
    "other",
    [
        MADE._replace(ends=ENDS + timedelta(seconds=1)),
        MADE._replace(ends=None),
        MADE._replace(name="LibCal 2028 "),
        MADE._replace(name="libcal 2028"),
        MADE._replace(kind=Kind.CERTIFICATE),
    ],
)
def test_another_secret_is_not_taken_for_it(world: World, other: Credential) -> None:
    world.tenant.add(other)
    tick(world, 6)
    assert record_of(world).state == HandOverState.RENEWING
    tick(world, 8)
    assert record_of(world).state == HandOverState.RENEWING  # Graph may lag behind
    assert tick(world, 1) == Outcome.OK
    assert record_of(world).ending == Ending.NOT_CREATED
    assert last(world).kind == DecisionKind.END


def test_nothing_is_concluded_while_the_app_cannot_be_read(world: World) -> None:
    world.tenant.broken[CLIENT_ID] = "Graph answered 500."
    tick(world, 60)
    assert record_of(world).state == HandOverState.RENEWING
    assert record_of(world).why == "Graph answered 500."
    world.tenant.broken.clear()
    world.tenant.add(MADE)
    tick(world, 60)
    assert record_of(world).ending == Ending.ORPHAN
    assert record_of(world).why == ""


def test_nothing_is_concluded_while_the_vault_does_not_answer(world: World) -> None:
    world.tenant.add(MADE)
    vault_of(world).broken["has"] = VaultError("The vault did not answer.")
    tick(world, 60)
    assert record_of(world).state == HandOverState.RENEWING
    assert record_of(world).why == "The vault did not answer."


def test_known_secret_needs_no_graph(world: World) -> None:
    """`renew` knew the answer, and the vault failed."""
    known = replace(record_of(world), credential=MADE, why="The vault did not answer.")
    world.ledger.save_hand_over(known)
    world.tenant.broken[CLIENT_ID] = "Graph answered 500."
    tick(world, 6)
    assert record_of(world).ending == Ending.ORPHAN


def test_service_that_is_not_watched_any_more(world: World) -> None:
    world.watched = watchlist(service("LibStaffer"))
    tick(world, 60)
    assert record_of(world).state == HandOverState.RENEWING
    assert "libcal is not on the watchlist" in record_of(world).why


def test_nobody_hands_over_or_withdraws_meanwhile(world: World) -> None:
    world.tenant.add(MADE)
    with pytest.raises(Refused, match="Anna Example is creating a secret for LibCal"):
        hand_over(world.watch, "libcal", VALUE, by=ANNA)
    with pytest.raises(Refused, match="Anna Example is creating a secret for LibCal"):
        withdraw(world.watch, "libcal", by=ANNA)
    assert vault_of(world).asked == []


def standing(world: World) -> Standing:
    world.check()
    (view,) = world.watch.status().judgement.services
    return view.standing


def test_orphan_is_never_a_replacement(world: World) -> None:
    world.tenant.add(MADE)
    assert standing(world) == Standing.EXPIRING, "renew has not ended: nobody can install it yet"
    tick(world, 6)
    assert record_of(world).orphan
    assert standing(world) == Standing.EXPIRING
    world.now += timedelta(days=2)
    assert standing(world) == Standing.EXPIRING
    twin = MADE._replace(key_id="twin", hint="twn", ends=ENDS + timedelta(seconds=9))
    world.tenant.add(twin)
    assert standing(world) == Standing.AWAITING_INSTALL
    value = Secret("twn~x-r4nd0m.value-of_a.secret~0123456789")
    hand_over(world.watch, "libcal", value, by=ANNA)
    assert record_of(world).orphans == ("cal28",)
    world.tenant.drop("twin")
    world.now += timedelta(days=1)
    assert standing(world) == Standing.EXPIRING


def test_orphan_of_an_unmatched_service_is_no_candidate(world: World) -> None:
    world.tenant.put(MADE._replace(name="who knows"))
    world.ledger.memory = replace(world.ledger.memory, in_use_records={})
    asked = replace(record_of(world), credential=ASKED._replace(name="who knows"))
    world.ledger.save_hand_over(asked)
    world.check()
    (view,) = world.watch.status(live=True).judgement.services
    assert view.candidates == (), "renew has not ended"
    tick(world, 6)
    (view,) = world.watch.status(live=True).judgement.services
    assert (view.standing, view.candidates) == (Standing.UNMATCHED, ())


def test_value_of_an_orphan_that_is_found_after_all(world: World) -> None:
    world.tenant.add(MADE)
    tick(world, 6)
    assert hand_over(world.watch, "libcal", VALUE, by=ANNA).record.state == HandOverState.READY
    assert record_of(world).without_value == frozenset()
    assert standing(world) == Standing.AWAITING_INSTALL


def ready(world: World) -> None:
    """`renew` succeeds; Graph's reads lag behind."""
    kept = replace(record_of(world), state=HandOverState.READY, credential=MADE)
    world.ledger.save_hand_over(kept)


def test_new_secret_is_known_before_graph_shows_it(world: World) -> None:
    ready(world)
    assert standing(world) == Standing.AWAITING_INSTALL
    world.now += timedelta(minutes=14, seconds=59)
    assert standing(world) == Standing.AWAITING_INSTALL
    assert world.ledger.memory.credential_records["cal28"].gone_at is None
    world.now += timedelta(seconds=1)
    assert standing(world) != Standing.AWAITING_INSTALL
    assert world.ledger.memory.credential_records["cal28"].gone_at == world.now


def test_new_secret_that_a_read_shows_and_the_next_does_not(world: World) -> None:
    ready(world)
    world.tenant.add(MADE._replace(hint="other", name="LibCal as read"))
    assert standing(world) == Standing.AWAITING_INSTALL
    assert world.ledger.memory.credential_records["cal28"].credential.name == "LibCal as read"
    world.tenant.drop("cal28")
    world.now += timedelta(minutes=5)
    assert standing(world) == Standing.AWAITING_INSTALL
    assert world.ledger.memory.credential_records["cal28"].gone_at is None


def test_new_secret_can_be_confirmed_before_graph_shows_it(world: World) -> None:
    ready(world)
    world.confirm("libcal", "cal28")
    assert record_of(world).ending == Ending.CONFIRMED


def test_app_that_is_not_found_gets_no_secret(world: World) -> None:
    ready(world)
    world.tenant.apps[CLIENT_ID] = None
    world.check()
    assert "cal28" not in world.ledger.memory.credential_records
