"""A hand-over from the paste to the end, with a vault, a ledger or people that get in its way."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta

import pytest

from local.simulation.build import CLIENT_ID, at, service, watchlist
from local.simulation.directory import InMemoryDirectory
from local.simulation.memory_vault import InMemoryVault
from local.simulation.world import ANNA, World
from shared.core.decisions import Refused
from shared.core.model.check_record import Outcome
from shared.core.model.decision import Decision, DecisionKind, Person
from shared.core.model.hand_over import Ending, HandOver, HandOverState
from shared.core.model.secret import Secret
from shared.ports.directory import AppQuery, DirectoryReading
from shared.ports.errors import LedgerConflict, LedgerError, VaultError
from shared.usecases.hand_over import hand_over, withdraw
from shared.usecases.open_value import OpenedValue, open_value
from shared.usecases.tenants import survey
from tests.lifetime.test_lifetime import LIBCAL, renewed

DANA, OTTO = Person("dana", "Dana"), Person("otto", "Otto")
VALUE = Secret("cal8Q~r4nd0m.value-of_a.secret~0123456789")
ANOTHER = Secret("new8Q~r4nd0m.value-of_a.secret~0123456789")
NAME, OTHER_NAME = "lapsewatch-libcal-cal26", "lapsewatch-libcal-new26"
NEW = renewed("cal26", "LibCal 2026", "2026-09-20")
NEWER = renewed("new26", "LibCal 2026", "2026-09-21")
DOWN = VaultError("The vault did not answer.")


@dataclass
class Stage:
    """A world in which LibCal has a new secret, and its vault."""

    world: World
    vault: InMemoryVault

    def paste(self, value: Secret = VALUE, by: Person = ANNA) -> HandOver:
        return hand_over(self.world.watch, "libcal", value, by=by).record

    def open(self, by: Person = DANA, seen: int = 0) -> OpenedValue:
        return open_value(self.world.watch, "libcal", by=by, seen=seen)

    def withdraw(self) -> HandOver:
        return withdraw(self.world.watch, "libcal", by=ANNA).record

    def tick(self, **after: int) -> Outcome:
        self.world.now += timedelta(**after)
        return self.world.tick().outcome

    @property
    def record(self) -> HandOver:
        return self.world.ledger.memory.hand_overs["libcal"]

    @property
    def decisions(self) -> list[Decision]:
        """The decisions about hand-overs."""
        return [each for each in self.world.ledger.history if each.kind != DecisionKind.CONFIRM]

    @property
    def kinds(self) -> list[str]:
        return [str(each.kind) for each in self.decisions]


@pytest.fixture
def stage() -> Stage:
    vault = InMemoryVault()
    world = World(watched=watchlist(service("LibCal")), now=at("2026-09-20T18:00Z"), vault=vault)
    world.tenant.put(LIBCAL)
    world.check()
    world.tenant.add(NEW)
    world.now += timedelta(days=1)
    world.check()
    return Stage(world, vault)


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


def test_withdraw(stage: Stage) -> None:
    stage.paste()
    record = stage.withdraw()
    assert (record.state, record.ending) == (HandOverState.DONE, Ending.WITHDRAWN)
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


def _fail() -> None:
    raise ZeroDivisionError


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


def test_unread_app_keeps_nothing(stage: Stage) -> None:
    stage.world.tenant.broken[CLIENT_ID] = "Graph answered 500."
    with pytest.raises(Exception, match="Graph answered 500"):
        stage.paste()
    assert stage.vault.asked == []


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
