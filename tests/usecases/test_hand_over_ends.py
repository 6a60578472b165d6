"""How a hand-over ends: withdrawn, confirmed or too late; and what needs none."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest

from local.simulation.build import service, watchlist
from local.simulation.memory_vault import InMemoryVault
from local.simulation.world import ANNA
from shared.core.decisions import Refused
from shared.core.hand_over.begin import renewing
from shared.core.model.check_record import Outcome
from shared.core.model.decision import Decision, DecisionKind, Person
from shared.core.model.directory import Credential, Kind
from shared.core.model.hand_over import Ending, HandOverState
from shared.ports.errors import LedgerError
from shared.usecases.hand_over import withdraw
from shared.usecases.open_value import open_value
from shared.usecases.tenants import survey
from tests.support.hand_overs import DANA, DOWN, NAME, NEWER, VALUE, Stage, new_stage


@pytest.fixture
def stage() -> Stage:
    return new_stage()


def test_withdraw(stage: Stage) -> None:
    stage.paste()
    record = stage.withdraw()
    assert (record.state, record.ending) == (HandOverState.DONE, Ending.WITHDRAWN)
    assert record.withdrawn_by == ANNA
    assert stage.vault.values == {}
    assert stage.kinds == ["hand_over", "withdraw"]
    with pytest.raises(Refused, match="There is no value of LibCal to withdraw"):
        stage.withdraw()


def test_nothing_to_withdraw(stage: Stage) -> None:
    with pytest.raises(Refused, match=r"There is no value of LibCal to withdraw\. Nothing was"):
        stage.withdraw()


def test_withdrawal_stands_if_the_vault_fails(stage: Stage) -> None:
    stage.paste()
    stage.vault.broken["delete"] = DOWN
    record = stage.withdraw()
    assert (record.state, record.shown, record.why) == (HandOverState.ENDING, "failed", str(DOWN))
    with pytest.raises(Refused, match=r"no value of LibCal to withdraw\. It is being deleted"):
        stage.withdraw()
    with pytest.raises(Refused, match="No value of LibCal is kept here"):
        stage.open()
    stage.tick(hours=1)
    assert stage.record.state == HandOverState.ENDING
    stage.vault.broken.clear()
    stage.tick(hours=1)
    assert (stage.record.state, stage.record.why) == (HandOverState.DONE, "")
    assert stage.vault.values == {}


def test_handed_over_again_while_it_must_be_deleted(stage: Stage) -> None:
    stage.paste()
    stage.vault.broken["delete"] = DOWN
    stage.withdraw()
    assert stage.paste().state == HandOverState.READY
    stage.vault.broken.clear()
    stage.tick(hours=1)
    assert stage.open().value == VALUE


def test_time_is_over(stage: Stage) -> None:
    until = stage.paste().until
    stage.world.now = until - timedelta(minutes=1)
    stage.world.tick()
    assert stage.record.kept
    assert stage.tick(minutes=1) == Outcome.OK
    assert (stage.record.state, stage.record.ending) == (HandOverState.DONE, Ending.EXPIRED)
    assert stage.vault.values == {}
    assert stage.kinds == ["hand_over", "end"]


def test_evidence_ends_it_at_the_next_tick(stage: Stage) -> None:
    stage.paste()
    world = stage.world
    known = world.ledger.memory.in_use_records["libcal"]
    seen = replace(known, key_id="cal26", evidence=True, at=world.now + timedelta(hours=1))
    world.ledger.decide(
        Decision(seen.at, DecisionKind.CONFIRM, None, ("libcal",), "cal26"), holds=[seen]
    )
    stage.tick(hours=2)
    assert stage.record.ending == Ending.CONFIRMED
    assert stage.vault.values == {}


def test_newer_confirmed_secret_ends_it_and_an_older_one_does_not(stage: Stage) -> None:
    stage.paste()
    stage.world.now += timedelta(minutes=1)
    stage.world.confirm("libcal", "cal24")
    assert stage.record.state == HandOverState.READY
    stage.world.tenant.add(NEWER)
    stage.world.check()
    stage.world.now += timedelta(minutes=1)
    stage.world.confirm("libcal", "new26")
    assert stage.record.ending == Ending.CONFIRMED
    assert stage.vault.values == {}


def _fail() -> None:
    raise ZeroDivisionError


def test_tick_never_fails_because_of_the_vault(stage: Stage) -> None:
    stage.paste()
    stage.vault.broken["delete"] = DOWN
    stage.world.confirm("libcal", "cal26")
    assert (stage.record.state, stage.record.ending) == (HandOverState.ENDING, Ending.CONFIRMED)
    stage.vault.meanwhile = _fail
    stage.vault.broken.clear()
    said: list[str] = []
    stage.world.now += timedelta(hours=1)
    assert stage.world.watch.tick(said.append).outcome != Outcome.FAILED
    assert any(text.startswith("hand-over of libcal: There was an") for text in said)
    stage.vault.meanwhile = object
    stage.tick(hours=1)
    assert stage.vault.values == {}


@pytest.mark.parametrize("name", ["", " ", "\N{ZERO WIDTH SPACE}"])
def test_person_needs_a_name(stage: Stage, name: str) -> None:
    nobody = Person("x", name)
    acts: list[Callable[[], object]] = [
        lambda: stage.paste(by=nobody),
        lambda: stage.open(by=nobody),
        lambda: withdraw(stage.world.watch, "libcal", by=nobody),
    ]
    for act in acts:
        with pytest.raises(Refused, match="needs the name of a person"):
            act()
    assert stage.vault.asked == []


def test_off_is_off(stage: Stage) -> None:
    stage.world.vault = None
    stage.world.ledger.broken["hand_overs"] = LedgerError("It must not be read.")
    for act in (stage.paste, stage.open, stage.withdraw):
        with pytest.raises(Refused, match="no vault is configured"):
            act()
    assert stage.tick(days=1) == Outcome.OK


def test_unknown_service(stage: Stage) -> None:
    with pytest.raises(Refused, match="There is no service libcall on the watchlist"):
        open_value(stage.world.watch, "libcall", by=DANA, seen=0)
    with pytest.raises(Refused, match="There is no service libcall on the watchlist"):
        withdraw(stage.world.watch, "libcall", by=DANA)


def test_tenant_with_an_unfinished_hand_over_gets_a_tick(stage: Stage) -> None:
    world = stage.world

    def due() -> tuple[str, ...]:
        return survey({"own": world.watched}, {"own": world.ledger}, world.now).due

    assert due() == ()
    stage.vault.broken["delete"] = DOWN
    stage.paste()
    stage.withdraw()
    world.now += timedelta(minutes=1)
    world.check()
    assert due() == ("own",)
    stage.vault.broken.clear()
    world.tick()
    assert due() == ()


def test_one_that_fails_does_not_stop_the_others(stage: Stage) -> None:
    """The first one is of a service that is not watched any more."""
    stage.paste()
    world = stage.world
    lost = Credential("", Kind.SECRET, "Gone", "", None, world.now)
    gone = renewing(service("Gone"), lost, None, by=ANNA, at=world.now, zone=world.watched.zone)
    hand_overs = {"gone": replace(gone, version="x"), **world.ledger.memory.hand_overs}
    world.ledger.memory = replace(world.ledger.memory, hand_overs=hand_overs)
    stage.vault.broken["delete"] = DOWN
    stage.withdraw()
    stage.vault.broken.clear()
    stage.tick(hours=1)
    assert stage.record.state == HandOverState.DONE
    assert "gone is not on the watchlist" in world.ledger.memory.hand_overs["gone"].why


def test_tick_reads_one_range_if_nothing_is_left(stage: Stage) -> None:
    stage.paste()
    stage.withdraw()
    stage.world.now += timedelta(minutes=1)
    stage.world.check()
    stage.world.ledger.broken["load"] = LedgerError("It must not be read.")
    said: list[str] = []
    assert stage.world.watch.tick(said.append).outcome == Outcome.NOT_DUE
    assert said == []


def test_tick_reports_a_ledger_that_fails_and_goes_on(stage: Stage) -> None:
    stage.world.ledger.broken["hand_overs"] = LedgerError("The table does not answer.")
    said: list[str] = []
    stage.world.now += timedelta(days=1)
    assert stage.world.watch.tick(said.append).outcome == Outcome.OK
    assert said[0] == "The table does not answer."


@pytest.mark.parametrize("error", [DOWN, RuntimeError("unexpected")])
def test_check_is_made_beside_a_vault_that_is_dead(stage: Stage, error: Exception) -> None:
    """It costs its time, and the check has what is left of the invocation."""
    stage.paste()
    stage.vault.broken["delete"] = DOWN
    stage.withdraw()
    world = stage.world
    world.now += timedelta(days=1)

    class Dead(InMemoryVault):
        def delete(self, name: str) -> None:
            world.now += timedelta(seconds=30)
            self.asked.append(name)
            raise error

    world.vault = dead = Dead()
    checks = len(world.ledger.recorded)
    watch = replace(world.watch, work_until=world.now + timedelta(seconds=110))
    assert watch.tick().outcome == Outcome.OK
    assert dead.asked == [NAME]
    assert len(world.ledger.recorded) == checks + 1
    assert stage.record.state == HandOverState.ENDING


def test_pipeline_has_no_hand_over(stage: Stage) -> None:
    stage.paste()
    stage.world.watched = watchlist(service("LibCal", installed_by="pipeline", installer=()))
    (view,) = stage.world.watch.status().judgement.services
    assert view.hand_over is None
    with pytest.raises(Refused, match="A pipeline installs the secrets of LibCal"):
        stage.paste()


def test_failure_that_comes_after_another_message_is_news(stage: Stage) -> None:
    """The process dies before the deletion, and people are notified before it fails."""
    stage.paste()
    stage.vault.meanwhile = _fail
    with pytest.raises(ZeroDivisionError):
        stage.withdraw()
    stage.vault.meanwhile = object
    stage.world.now += timedelta(minutes=20)
    stage.world.check()
    stage.vault.broken["delete"] = DOWN
    stage.tick(hours=1)
    failed = stage.record
    assert (failed.why, failed.changed) == (str(DOWN), stage.world.now)
    assert stage.tick(days=1) == Outcome.OK
    stage.tick(hours=1)
    assert len([line for line in stage.world.diary if "hand_over_failed" in line]) == 1
