"""Opening a value: who, how often, and what if the vault or the ledger fails."""

from datetime import timedelta

import pytest

from shared.core.decisions import Refused
from shared.core.model.check_record import Outcome
from shared.core.model.hand_over import Ending, HandOverState
from shared.ports.errors import LedgerError
from tests.support.hand_overs import DOWN, OTTO, Stage, new_stage


@pytest.fixture
def stage() -> Stage:
    return new_stage()


def test_paste_runs_a_check_and_an_opening_only_when_it_is_repeated(stage: Stage) -> None:
    before = len(stage.world.ledger.recorded)
    stage.paste()
    assert len(stage.world.ledger.recorded) == before + 1
    stage.open()
    assert len(stage.world.ledger.recorded) == before + 1
    again = stage.open(seen=1)
    assert again.check is not None
    assert again.check.outcome == Outcome.OK
    assert again.record.changed == stage.world.now


def test_opening_is_recorded_before_it_is_shown(stage: Stage) -> None:
    stage.paste()
    stage.world.ledger.broken["decide"] = LedgerError("The table does not answer.")
    with pytest.raises(LedgerError):
        stage.open()
    assert stage.record.opened == ()


def test_repeated_form_shows_nothing(stage: Stage) -> None:
    stage.paste()
    stage.open()
    with pytest.raises(Refused, match="was opened since this page was loaded"):
        stage.open(seen=0)
    stage.world.now += timedelta(minutes=15)
    with pytest.raises(Refused, match=r"was opened by Dana at 13:00; if that was not right"):
        stage.open(seen=1)
    assert len(stage.record.opened) == 1


def test_of_two_who_open_at_once_one_is_told_who_did(stage: Stage) -> None:
    stage.paste()

    def otto_is_first() -> None:
        stage.vault.meanwhile = object
        stage.open(by=OTTO)

    stage.vault.meanwhile = otto_is_first
    with pytest.raises(Refused, match="was opened by Otto at 13:00; if that was not right"):
        stage.open()
    assert [each.by for each in stage.record.opened] == [OTTO]


def test_vault_that_cannot_return_the_value(stage: Stage) -> None:
    stage.paste()
    stage.vault.broken["value"] = DOWN
    with pytest.raises(Refused, match=r"could not be read\. The vault did not answer. Nothing was"):
        stage.open()
    assert stage.record.opened == ()


def test_vault_that_lost_the_value(stage: Stage) -> None:
    stage.paste()
    stage.vault.values.clear()
    with pytest.raises(Refused, match="does not have the value of LibCal any more"):
        stage.open()
    assert (stage.record.state, stage.record.ending) == (HandOverState.DONE, Ending.NOT_KEPT)
    assert stage.kinds[-1] == "end"
