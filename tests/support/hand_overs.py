"""A world for tests of hand-overs: LibCal has a new secret, and there is a vault."""

from dataclasses import dataclass
from datetime import timedelta

from local.simulation.build import at, service, watchlist
from local.simulation.memory_vault import InMemoryVault
from local.simulation.world import ANNA, World
from shared.core.model.check_record import Outcome
from shared.core.model.decision import Decision, DecisionKind, Person
from shared.core.model.hand_over import HandOver
from shared.core.model.secret import Secret
from shared.ports.errors import VaultError
from shared.usecases.hand_over import hand_over, withdraw
from shared.usecases.open_value import OpenedValue, open_value
from tests.lifetime.test_lifetime import LIBCAL, renewed

DANA, OTTO = Person("dana", "Dana"), Person("otto", "Otto")
VALUE = Secret("cal~x-r4nd0m.value-of_a.secret~0123456789")
ANOTHER = Secret("new~x-r4nd0m.value-of_a.secret~0123456789")
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


def new_stage() -> Stage:
    """Return a world in which LibCal has a new secret, one day after its first check."""
    vault = InMemoryVault()
    world = World(watched=watchlist(service("LibCal")), now=at("2026-09-20T18:00Z"), vault=vault)
    world.tenant.put(LIBCAL)
    world.check()
    world.tenant.add(NEW)
    world.now += timedelta(days=1)
    world.check()
    return Stage(world, vault)
