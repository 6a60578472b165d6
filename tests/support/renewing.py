"""A world in which secrets are renewed, with fakes of every outside service."""

from dataclasses import dataclass
from datetime import timedelta

from local.simulation.build import at, secret, watchlist
from local.simulation.memory_creator import InMemorySecretCreator
from local.simulation.memory_vault import InMemoryVault
from local.simulation.world import ANNA, World
from shared.core.model.hand_over import Ending, HandOverState
from shared.core.model.watchlist import Watchlist
from shared.ports.errors import CreationRefused, CreationUnknown
from shared.usecases.renew import Renewals, renew

NOW = at("2026-11-30T15:00:30Z")
LOST = CreationUnknown("Graph did not answer.")
POLICY = CreationRefused(
    "A policy allows 180 days at most: --months 5.", code="CredentialInvalidLifetimeAsPerAppPolicy"
)


@dataclass
class Renewing:
    """A world with two services whose secrets expire soon, a vault, and a creator."""

    world: World
    vault: InMemoryVault
    creator: InMemorySecretCreator

    def renew(self, *services: str, months: int = 24, again: bool = False) -> Renewals:
        watch = self.world.watch
        return renew(watch, self.creator, services, months=months, by=ANNA, again=again)

    def record(self, service: str = "libcal") -> tuple[HandOverState, str, Ending]:
        found = self.world.ledger.memory.hand_overs[service]
        return found.state, found.key_id, found.ending

    @property
    def written(self) -> str:
        """Everything that the ledger has and the channels got."""
        heard = [inbox.heard for inbox in self.world.inboxes.values()]
        ledger = self.world.ledger
        return f"{ledger.memory} {ledger.history} {ledger.recorded} {heard}"


def prepared(watched: Watchlist | None = None) -> Renewing:
    vault = InMemoryVault()
    world = World(watched or watchlist(), now=NOW - timedelta(hours=1), vault=vault)
    world.tenant.put(
        secret("cal24", "LibCal 2024", ends="2026-12-13T09:15Z"),
        secret("staff24", "LibStaffer 2024", ends="2026-12-20T09:15Z"),
    )
    world.check()
    world.now = NOW
    return Renewing(world, vault, InMemorySecretCreator(world.tenant, lambda: world.now))
