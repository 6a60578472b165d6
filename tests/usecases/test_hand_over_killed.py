"""Kill the program at every effect of a hand-over, or let vault and ledger fail at random.

After some more ticks, the vault has exactly the values that the ledger has as ready or opened, and
everything that ended is in the history, followed by a check.
"""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import timedelta
from itertools import product
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from local.simulation.build import CHICAGO, at, service, watchlist
from local.simulation.memory_ledger import InMemoryLedger
from local.simulation.memory_vault import InMemoryVault
from local.simulation.world import ANNA, World
from shared.core.decisions import Refused
from shared.core.hand_over.begin import renewing
from shared.core.model.decision import Decision, DecisionKind, Person
from shared.core.model.directory import Credential, Kind
from shared.core.model.hand_over import HandOver, HandOverState
from shared.core.model.secret import Secret
from shared.ports.errors import LedgerError, PortError, VaultError
from shared.ports.vault import VaultLabel, vault_name
from shared.usecases.hand_over import hand_over, withdraw
from shared.usecases.open_value import open_value
from tests.lifetime.test_lifetime import LIBCAL, renewed
from tests.support.examples import examples

DANA = Person("dana", "Dana")
REST = "~x-r4nd0m.value-of_a.secret~0123456789"
CAL, NEW = renewed("cal26", "LibCal 2026", "2026-09-20"), renewed("new26", "LibCal", "2026-09-20")
MADE = at("2028-09-20T18:00:00Z")
ENDED = {HandOverState.READY, HandOverState.OPENED, HandOverState.DONE}


class Killed(BaseException):
    """The process ends here."""


@dataclass
class Fate:
    """Kills the program at one of its effects, before or after it."""

    point: int = -1
    after: bool = False
    effects: list[str] = field(default_factory=list)

    def meets[Done](self, effect: str, act: Callable[[], Done]) -> Done:
        self.effects.append(effect)
        if len(self.effects) - 1 != self.point:
            return act()
        if self.after:
            act()
        raise Killed


@dataclass
class MortalVault(InMemoryVault):
    fate: Fate = field(default_factory=Fate)

    def keep(self, label: VaultLabel, value: Secret) -> None:
        self.fate.meets("keep", lambda: super(MortalVault, self).keep(label, value))

    def delete(self, name: str) -> None:
        self.fate.meets("delete", lambda: super(MortalVault, self).delete(name))


@dataclass
class MortalLedger(InMemoryLedger):
    fate: Fate = field(default_factory=Fate)

    def save_hand_over(self, record: HandOver) -> HandOver:
        return self.fate.meets("save", lambda: super(MortalLedger, self).save_hand_over(record))

    def decide(self, *args: Any, **kwargs: Any) -> None:  # noqa: ANN401  (as the port has them)
        self.fate.meets("decide", lambda: super(MortalLedger, self).decide(*args, **kwargs))

    def record_check(self, *args: Any) -> None:  # noqa: ANN401  (as the port has them)
        self.fate.meets("check", lambda: super(MortalLedger, self).record_check(*args))


@dataclass
class Life:
    """A world whose vault and ledger share one fate."""

    world: World
    vault: MortalVault
    fate: Fate
    renewals: int = 0

    def dies(self, point: int, *, after: bool) -> None:
        self.fate.point, self.fate.after = point, after
        self.fate.effects.clear()

    def lives(self) -> None:
        self.dies(-1, after=False)
        self.vault.broken.clear()
        self.vault.lost.clear()
        self.world.ledger.broken.clear()

    def paste(self, hint: str) -> None:
        hand_over(self.world.watch, "libcal", Secret(f"{hint}{REST}"), by=ANNA)

    def open(self) -> None:
        record = self.record
        seen = len(record.opened) if record is not None else 0
        open_value(self.world.watch, "libcal", by=DANA, seen=seen)

    def withdraw(self) -> None:
        withdraw(self.world.watch, "libcal", by=ANNA)

    def tick(self, minutes: int = 60) -> None:
        self.world.now += timedelta(minutes=minutes)
        self.world.tick()

    def renew(self) -> None:
        """Create a secret as the command does: save, create, keep, decide."""
        self.renewals += 1
        ends, key_id = MADE + timedelta(seconds=self.renewals), f"made{self.renewals}"
        asked = Credential("", Kind.SECRET, "LibCal 2028", "", None, ends)
        now = self.world.now
        record = renewing(service("LibCal"), asked, self.record, by=ANNA, at=now, zone=CHICAGO)
        saved = self.world.ledger.save_hand_over(record)
        made = asked._replace(key_id=key_id, hint="mad", starts=now)
        self.fate.meets("create", lambda: self.world.tenant.add(made))
        self.vault.keep(VaultLabel("libcal", key_id, "", now, now), Secret(f"mad{REST}"))
        self.world.ledger.decide(
            Decision(now, DecisionKind.RENEW, ANNA, ("libcal",), key_id),
            hand_overs=[replace(saved, state=HandOverState.READY, credential=made)],
        )
        self.world.watch.check(whole=False)

    @property
    def record(self) -> HandOver | None:
        return self.world.ledger.memory.hand_overs.get("libcal")

    def settles(self) -> None:
        """Let it live for some hours; then vault, ledger and history agree."""
        self.lives()
        for _ in range(4):
            self.tick()
        record, history = self.record, self.world.ledger.history
        if record is None:
            assert self.vault.values == {}
            return
        assert record.state in ENDED
        assert (record.stale, record.why) == ((), "")
        kept = {vault_name("libcal", record.key_id)} if record.kept else set()
        assert set(self.vault.values) == kept
        own = {
            each.kind for each in history if each.key_id == record.key_id and each.at >= record.at
        }
        assert own & (STARTED if record.kept else STOPPED)
        attempt = self.world.ledger.latest_checks.last_attempt
        assert attempt is not None
        assert attempt >= max(each.at for each in history)


STARTED = {DecisionKind.HAND_OVER, DecisionKind.RENEW}
STOPPED = {DecisionKind.END, DecisionKind.WITHDRAW}


def life() -> Life:
    """Return a world in which LibCal has two new secrets."""
    fate = Fate()
    vault = MortalVault(fate=fate)
    world = World(watched=watchlist(service("LibCal")), now=at("2026-09-20T18:00Z"), vault=vault)
    world.ledger = MortalLedger(lambda: world.now, fate=fate)
    world.tenant.put(LIBCAL)
    world.check()
    world.tenant.add(CAL)
    world.tenant.add(NEW)
    world.now += timedelta(days=1)
    world.check()
    return Life(world, vault, fate)


def opened(one: Life) -> None:
    one.paste("cal")
    one.open()


def broken_paste(one: Life) -> None:
    one.vault.lost["keep"] = VaultError("The vault did not answer.")
    with pytest.raises(Refused):
        one.paste("cal")
    one.lives()


def stuck(one: Life) -> None:
    one.paste("cal")
    one.vault.broken["delete"] = VaultError("The vault did not answer.")
    one.paste("new")
    one.withdraw()
    one.lives()


def half_renewed(one: Life) -> None:
    one.dies(1, after=True)
    with pytest.raises(Killed):
        one.renew()
    one.lives()


STORIES: dict[str, tuple[Callable[[Life], object], Callable[[Life], object]]] = {
    "paste": (lambda _: None, lambda one: one.paste("cal")),
    "paste another": (opened, lambda one: one.paste("new")),
    "paste again": (opened, lambda one: one.paste("cal")),
    "open": (lambda one: one.paste("cal"), lambda one: one.open()),
    "open again": (opened, lambda one: one.open()),
    "withdraw": (opened, lambda one: one.withdraw()),
    "confirm": (opened, lambda one: one.world.confirm("libcal", "cal26")),
    "expire": (lambda one: one.paste("cal"), lambda one: one.tick(60 * 24 * 14)),
    "look": (broken_paste, lambda one: one.tick(6)),
    "delete": (stuck, lambda one: one.tick(6)),
    "renew": (lambda _: None, lambda one: one.renew()),
    "look for a renewed secret": (half_renewed, lambda one: one.tick(6)),
}


@pytest.mark.parametrize("again", [True, False], ids=["tried again", "left alone"])
@pytest.mark.parametrize("story", STORIES)
def test_killed_at_every_effect(story: str, *, again: bool) -> None:
    before, act = STORIES[story]
    one = life()
    before(one)
    one.lives()
    act(one)
    effects = len(one.fate.effects)
    assert effects
    one.settles()
    for point, after in product(range(effects), (False, True)):
        one = life()
        before(one)
        one.dies(point, after=after)
        with pytest.raises(Killed):
            act(one)
        if again:
            one.lives()
            one.world.now += timedelta(seconds=30)
            with suppress(Refused):
                act(one)
        one.settles()


ACTS: dict[str, Callable[[Life], object]] = {
    "paste cal": lambda one: one.paste("cal"),
    "paste new": lambda one: one.paste("new"),
    "open": lambda one: one.open(),
    "withdraw": lambda one: one.withdraw(),
    "renew": lambda one: one.renew(),
    "confirm": lambda one: one.world.confirm("libcal", "new26"),
    "confirm the old one": lambda one: one.world.confirm("libcal", "cal24"),
    "tick": lambda one: one.tick(60),
    "a minute": lambda one: one.tick(1),
    "6 minutes": lambda one: one.tick(6),
    "16 minutes": lambda one: one.tick(16),
    "two weeks": lambda one: one.tick(60 * 24 * 14),
}
TROUBLE = st.one_of(
    st.none(),
    st.tuples(st.just("vault"), st.sampled_from(["keep", "has", "value", "delete"])),
    st.tuples(st.just("lost"), st.sampled_from(["keep", "delete"])),
    st.tuples(st.just("ledger"), st.sampled_from(["save_hand_over", "decide", "hand_overs"])),
    st.tuples(st.sampled_from(["before", "after"]), st.integers(0, 5)),
)


def disturb(one: Life, trouble: tuple[str, Any]) -> None:
    match trouble:
        case ("vault", method):
            one.vault.broken[method] = VaultError("The vault did not answer.")
        case ("lost", method):
            one.vault.lost[method] = VaultError("The vault did not answer.")
        case ("ledger", method):
            one.world.ledger.broken[method] = LedgerError("The table did not answer.")
        case (when, point):
            one.dies(point, after=when == "after")


@examples(20)
@given(st.lists(st.tuples(st.sampled_from(sorted(ACTS)), TROUBLE), min_size=1, max_size=7))
def test_whatever_happens_vault_and_ledger_agree_at_last(
    acts: list[tuple[str, tuple[str, Any] | None]],
) -> None:
    one = life()
    for act, trouble in acts:
        one.lives()
        one.world.now += timedelta(seconds=20)
        if trouble is not None:
            disturb(one, trouble)
        with suppress(Refused, PortError, Killed):
            ACTS[act](one)
    one.settles()
