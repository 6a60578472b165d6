"""A value is handed over, with a vault, a ledger or people that get in its way."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

import pytest

from local.simulation.build import CLIENT_ID
from local.simulation.directory import InMemoryDirectory
from local.simulation.world import ANNA
from shared.core.decisions import Refused
from shared.core.model.check_record import Outcome
from shared.core.model.decision import DecisionKind
from shared.core.model.hand_over import Ending, HandOverState
from shared.ports.directory import AppQuery, DirectoryReading
from shared.ports.errors import LedgerConflict, LedgerError, VaultError
from tests.support.hand_overs import (
    ANOTHER,
    DANA,
    DOWN,
    NAME,
    NEWER,
    OTHER_NAME,
    OTTO,
    VALUE,
    Stage,
    new_stage,
)


@pytest.fixture
def stage() -> Stage:
    return new_stage()


def test_value_is_handed_over_opened_and_installed(stage: Stage) -> None:
    kept = stage.paste()
    assert (kept.state, kept.key_id, kept.by) == (HandOverState.READY, "cal26", ANNA)
    assert kept.until == kept.at + timedelta(days=14)
    assert stage.vault.values == {NAME: VALUE}
    label = stage.vault.labels[NAME]
    assert (label.by, label.at, label.until) == ("Anna Example", kept.at, kept.until)
    shown = stage.open()
    assert (shown.value, shown.check) == (VALUE, None)
    assert [(each.by, each.at) for each in shown.record.opened] == [(DANA, stage.world.now)]
    stage.world.confirm("libcal", "cal26")
    assert (stage.record.state, stage.record.ending) == (HandOverState.DONE, Ending.CONFIRMED)
    assert stage.vault.values == {}
    assert stage.kinds == ["hand_over", "open", "end"]
    assert [each.by for each in stage.decisions] == [ANNA, DANA, None]
    assert VALUE.reveal() not in repr(stage.world.ledger)


def test_vault_that_does_not_keep_the_value(stage: Stage) -> None:
    stage.vault.broken["keep"] = DOWN
    with pytest.raises(Refused, match=r"The value could not be kept\. The vault did not answer"):
        stage.paste()
    assert (stage.record.state, stage.record.shown) == (HandOverState.KEEPING, "failed")
    assert stage.record.why == str(DOWN)
    stage.tick(minutes=4)
    assert stage.record.state == HandOverState.KEEPING  # the vault may still work on it
    assert stage.tick(minutes=2) == Outcome.OK  # it notifies
    assert (stage.record.state, stage.record.ending) == (HandOverState.DONE, Ending.NOT_KEPT)
    assert (stage.decisions[-1].kind, stage.decisions[-1].by) == (DecisionKind.END, None)


def test_vault_whose_answer_is_lost(stage: Stage) -> None:
    stage.vault.lost["keep"] = DOWN
    with pytest.raises(Refused):
        stage.paste()
    assert stage.record.failed
    assert stage.tick(minutes=6) == Outcome.OK
    assert (stage.record.state, stage.record.why) == (HandOverState.READY, "")
    assert (stage.decisions[-1].kind, stage.decisions[-1].by) == (DecisionKind.HAND_OVER, ANNA)
    assert stage.open().value == VALUE


def test_vault_that_is_down_when_the_tick_looks(stage: Stage) -> None:
    stage.vault.broken["keep"] = DOWN
    with pytest.raises(Refused):
        stage.paste()
    stage.vault.broken["has"] = VaultError("The vault is forbidden.")
    stage.tick(minutes=6)
    assert (stage.record.state, stage.record.why) == (
        HandOverState.KEEPING,
        "The vault is forbidden.",
    )


def test_ledger_that_fails_after_the_vault_has_the_value(stage: Stage) -> None:
    stage.world.ledger.broken["decide"] = LedgerError("The table does not answer.")
    with pytest.raises(LedgerError):
        stage.paste()
    assert stage.record.failed
    stage.world.ledger.broken.clear()
    stage.tick(minutes=6)
    assert stage.record.state == HandOverState.READY


def test_nothing_reaches_the_vault_before_the_ledger(stage: Stage) -> None:
    stage.world.ledger.broken["save_hand_over"] = LedgerError("The table does not answer.")
    with pytest.raises(LedgerError):
        stage.paste()
    assert stage.vault.asked == []


def test_same_value_again_is_kept_anew(stage: Stage) -> None:
    stage.paste()
    stage.open()
    again = stage.paste(by=OTTO)
    assert (again.state, again.by, again.opened, again.stale) == (
        HandOverState.READY,
        OTTO,
        (),
        (),
    )
    assert stage.vault.values == {NAME: VALUE}


def test_new_value_replaces_the_earlier_one(stage: Stage) -> None:
    stage.paste()
    stage.world.tenant.add(NEWER)
    stage.paste(ANOTHER)
    assert stage.vault.values == {OTHER_NAME: ANOTHER}
    assert stage.vault.asked[-2:] == [f"keep {OTHER_NAME}", f"delete {NAME}"]
    assert (stage.record.key_id, stage.record.stale) == ("new26", ())


def test_earlier_value_is_deleted_later_if_the_vault_fails(stage: Stage) -> None:
    stage.paste()
    stage.world.tenant.add(NEWER)
    stage.vault.broken["delete"] = DOWN
    assert stage.paste(ANOTHER).state == HandOverState.READY
    assert (stage.record.stale, stage.record.why) == (("cal26",), str(DOWN))
    stage.vault.broken.clear()
    stage.tick(minutes=1)
    assert (stage.record.stale, stage.record.why) == ((), "")
    assert stage.vault.values == {OTHER_NAME: ANOTHER}


def test_two_who_paste_at_once(stage: Stage) -> None:
    stage.world.tenant.add(NEWER)

    def otto_is_too_early() -> None:
        stage.vault.meanwhile = object
        with pytest.raises(Refused, match="Anna Example is handing over a value of LibCal now"):
            stage.paste(ANOTHER, by=OTTO)
        with pytest.raises(Refused, match="Anna Example is handing over a value of LibCal now"):
            stage.withdraw()

    stage.vault.meanwhile = otto_is_too_early
    assert stage.paste().key_id == "cal26"
    assert stage.vault.values == {NAME: VALUE}


def test_second_paste_of_the_same_secret_meanwhile_is_no_error(stage: Stage) -> None:
    def otto_pastes_it_too() -> None:
        stage.vault.meanwhile = object
        stage.paste(by=OTTO)

    stage.vault.meanwhile = otto_pastes_it_too
    assert stage.paste().by == OTTO
    assert stage.vault.values == {NAME: VALUE}


def test_value_that_was_given_up_meanwhile_is_deleted(stage: Stage) -> None:
    """A keep that took longer than anybody waits for."""

    def everybody_gave_up() -> None:
        stage.vault.meanwhile = object
        stage.tick(minutes=6)
        assert stage.record.ending == Ending.NOT_KEPT

    stage.vault.meanwhile = everybody_gave_up
    with pytest.raises(Refused, match="Somebody else changed this a moment ago"):
        stage.paste()
    assert stage.vault.values == {}


@pytest.mark.parametrize("method", ["save_hand_over", "decide"])
def test_conflict_is_a_sentence(stage: Stage, method: str) -> None:
    if method == "decide":
        stage.paste()
    stage.world.ledger.broken[method] = LedgerConflict("The ledger has changed.")
    with pytest.raises(Refused, match="Somebody else changed this a moment ago"):
        stage.paste() if method == "save_hand_over" else stage.withdraw()


@dataclass
class Lagging(InMemoryDirectory):
    """A directory that shows the newest secret from the second read on."""

    reads: int = 0

    def read(self, queries: Sequence[AppQuery], *, seconds: float) -> DirectoryReading:
        self.reads += 1
        if self.reads == 2:
            self.add(NEWER)
        return super().read(queries, seconds=seconds)


def test_app_is_read_again_if_the_new_secret_is_not_there_yet(stage: Stage) -> None:
    stage.world.tenant = Lagging(stage.world.tenant.apps)
    assert stage.paste(ANOTHER).key_id == "new26"


def test_unread_app_keeps_nothing(stage: Stage) -> None:
    stage.world.tenant.broken[CLIENT_ID] = "Graph answered 500."
    with pytest.raises(Exception, match="Graph answered 500"):
        stage.paste()
    assert stage.vault.asked == []


def test_value_that_was_not_kept_can_be_withdrawn_or_tried_again(stage: Stage) -> None:
    stage.vault.broken["keep"] = DOWN
    with pytest.raises(Refused):
        stage.paste()
    assert stage.withdraw().state == HandOverState.DONE
    with pytest.raises(Refused):
        stage.paste()
    stage.vault.broken.clear()
    stage.world.tenant.add(NEWER)
    assert stage.paste(ANOTHER).state == HandOverState.READY
    assert stage.vault.values == {OTHER_NAME: ANOTHER}
