"""Renewals in which Entra, the vault, the ledger or the person stops what was begun."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

import pytest

from local.simulation.build import CLIENT_ID
from shared.core.model.decision import DecisionKind
from shared.core.model.directory import Credential
from shared.core.model.hand_over import Ending, HandOverState
from shared.core.renewal import NotRenewed
from shared.ports.errors import CreationRefused, LedgerError, VaultError
from shared.usecases.renew import Renewals
from tests.support.renewing import LOST, NOW, POLICY, Renewing, prepared


@pytest.fixture
def renewing() -> Renewing:
    return prepared()


def test_what_entra_refuses_is_saved_quietly_and_the_other_goes_on(renewing: Renewing) -> None:
    renewing.creator.refused["LibCal 2028"] = CreationRefused("You have no right on the app.")
    done = renewing.renew("libcal", "libstaffer")
    assert done.refused == (NotRenewed("libcal", "You have no right on the app."),)
    assert [each.service for each in done.renewed] == ["libstaffer"]
    assert renewing.record() == (HandOverState.DONE, "", Ending.NOT_CREATED)
    assert [each.kind for each in renewing.world.ledger.history] == [DecisionKind.RENEW]
    assert [each.service for each in renewing.renew("libcal").refused] == ["libcal"]


def test_a_refusal_by_policy_ends_the_command(renewing: Renewing) -> None:
    renewing.creator.refused["LibCal 2028"] = POLICY
    done = renewing.renew("libcal", "libstaffer")
    assert [each.service for each in done.refused] == ["libcal", "libstaffer"]
    assert "--months 5" in done.refused[0].why
    assert renewing.creator.asked == ["LibCal 2028"]
    assert done.check is None


def test_after_a_refusal_an_earlier_hand_over_is_kept_still(renewing: Renewing) -> None:
    renewing.renew("libcal")
    renewing.creator.refused["LibCal 2028"] = POLICY
    renewing.renew("libcal", again=True)
    assert renewing.record() == (HandOverState.READY, "new1", Ending.NONE)
    renewing.world.now += timedelta(minutes=20)
    renewing.world.tick()
    assert list(renewing.vault.values) == ["lapsewatch-libcal-new1"]


def assert_orphan(renewing: Renewing, refused: NotRenewed) -> None:
    """Assert that the person can remove the secret, and that the ledger has it."""
    assert (refused.service, refused.key_id) == ("libcal", "new1")
    assert f"az ad app credential delete --id {CLIENT_ID} --key-id new1" in refused.why
    assert "canary" not in refused.why + renewing.written
    assert renewing.record() == (HandOverState.DONE, "new1", Ending.ORPHAN)
    assert renewing.world.ledger.history[-1].kind == DecisionKind.END
    assert renewing.vault.values == {}


@pytest.mark.parametrize("seconds", [0, 20, 55])
def test_a_lost_answer_is_looked_up_for_a_minute(renewing: Renewing, seconds: int) -> None:
    """A read shows the secret only after some time."""
    late: list[Credential] = []
    shown_at = renewing.world.now + timedelta(seconds=seconds)

    def show() -> None:
        if late and renewing.world.now >= shown_at:
            renewing.world.tenant.add(late.pop())

    renewing.world.meanwhile = show
    renewing.creator.show = late.append
    renewing.creator.lost["LibCal 2028"] = LOST
    [refused] = renewing.renew("libcal").refused
    assert str(LOST) in refused.why
    assert_orphan(renewing, refused)
    assert renewing.world.now - NOW <= timedelta(minutes=1)


def test_what_no_read_shows_in_a_minute_is_left_to_the_tick(renewing: Renewing) -> None:
    renewing.creator.refused["LibCal 2028"] = LOST
    done = renewing.renew("libcal", "libstaffer")
    [refused] = done.refused
    assert "next hourly run" in refused.why
    assert renewing.record() == (HandOverState.RENEWING, "", Ending.NONE)
    assert timedelta(seconds=50) <= renewing.world.now - NOW <= timedelta(seconds=65)
    assert [each.service for each in done.renewed] == ["libstaffer"]


@pytest.mark.parametrize("after", ["broken", "lost"])
def test_if_the_vault_fails_the_value_is_dropped(renewing: Renewing, after: str) -> None:
    getattr(renewing.vault, after)["keep"] = VaultError("The vault did not answer.")
    [refused] = renewing.renew("libcal").refused
    assert "The vault did not answer." in refused.why
    assert_orphan(renewing, refused)
    assert renewing.world.now - NOW <= timedelta(seconds=30)
    assert renewing.creator.asked == ["LibCal 2028"]


def test_a_vault_that_answers_later_keeps_the_value(renewing: Renewing) -> None:
    renewing.vault.broken["keep"] = VaultError("The vault did not answer.")
    renewing.world.meanwhile = renewing.vault.broken.clear
    assert [each.key_id for each in renewing.renew("libcal").renewed] == ["new1"]


def test_a_vault_that_forbids_it_is_not_asked_again(renewing: Renewing) -> None:
    renewing.vault.broken["keep"] = VaultError("You may not set secrets.", transient=False)
    renewing.renew("libcal")
    assert sum(each.startswith("keep") for each in renewing.vault.asked) == 1
    assert renewing.world.now == NOW


@pytest.mark.parametrize("method", ["save_hand_over", "decide"])
def test_if_the_ledger_fails_the_tick_finds_what_is_left(renewing: Renewing, method: str) -> None:
    renewing.world.ledger.broken[method] = LedgerError("The table cannot be reached.")
    [refused] = renewing.renew("libcal").refused
    assert "The table cannot be reached." in refused.why
    renewing.world.ledger.broken.clear()
    created = method == "decide"
    assert renewing.creator.asked == ["LibCal 2028"] * created
    assert refused.key_id == "new1" * created
    renewing.world.now += timedelta(minutes=20)
    renewing.world.tick()
    found = renewing.world.ledger.memory.hand_overs.get("libcal")
    assert (found is not None and found.state == HandOverState.READY) == created


@dataclass
class Stopping:
    """Raises `KeyboardInterrupt` in the place of a method, before or after it."""

    method: Callable[..., object]
    after: bool

    def __call__(self, *words: object, **options: object) -> object:
        if self.after:
            self.method(*words, **options)
        raise KeyboardInterrupt


STEPS = [
    ("ledger", "save_hand_over"),
    ("creator", "create"),
    ("vault", "keep"),
    ("ledger", "decide"),
]


@pytest.mark.parametrize("after", [False, True])
@pytest.mark.parametrize(("where", "method"), STEPS)
def test_ctrl_c_leaves_nothing_that_a_tick_does_not_find(
    renewing: Renewing,
    where: str,
    method: str,
    after: bool,  # noqa: FBT001  (a case)
) -> None:
    """The person reads what is known, and nothing else is asked for."""
    service = renewing.world.ledger if where == "ledger" else getattr(renewing, where)
    setattr(service, method, Stopping(getattr(service, method), after))
    done = renewing.renew("libcal", "libstaffer")
    assert [each.service for each in done.refused] == ["libcal", "libstaffer"]
    assert done.refused[0].why.startswith("Interrupted. ")
    assert (done.renewed, done.check) == ((), None)
    assert "LibStaffer 2028" not in renewing.creator.asked
    delattr(service, method)
    renewing.world.now += timedelta(minutes=20)
    renewing.world.tick()
    state = renewing.world.ledger.memory.hand_overs.get("libcal")
    reached = STEPS.index((where, method)) + after
    expected = {0: None, 1: Ending.NOT_CREATED, 2: Ending.ORPHAN, 3: Ending.NONE}
    expected |= {4: Ending.NONE}
    assert (state.ending if state is not None else None) == expected[reached]
    assert "canary" not in renewing.written + str(done)


def test_of_two_who_renew_at_once_one_creates_a_secret(renewing: Renewing) -> None:
    outcomes: list[Renewals] = []

    def other() -> None:
        renewing.vault.meanwhile = object
        outcomes.append(renewing.renew("libcal"))

    renewing.vault.meanwhile = other
    outcomes.append(renewing.renew("libcal"))
    first, second = outcomes
    assert ([each.key_id for each in first.renewed], second.renewed) == (["new1"], ())
    [refused] = second.refused
    assert "Somebody else changed this" in refused.why
    assert renewing.creator.asked == ["LibCal 2028"]


def test_a_renewal_during_another_is_refused(renewing: Renewing) -> None:
    outcomes: list[Renewals] = []

    def show(new: Credential) -> None:
        renewing.world.tenant.add(new)
        outcomes.append(renewing.renew("libcal", again=True))

    renewing.creator.show = show
    assert len(renewing.renew("libcal").renewed) == 1
    [refused] = outcomes[0].refused
    assert "is creating a secret" in refused.why
    assert renewing.creator.asked == ["LibCal 2028"]
