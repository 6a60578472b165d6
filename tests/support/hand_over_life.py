"""LibCal's life with hand-overs, which are written through the ledger's port.

Its secret expires on 13 December; ITS creates the new one on 14 November and hands it over then,
at 14:00 in Chicago.
"""

from dataclasses import dataclass, replace
from datetime import timedelta

from local.simulation.build import at, secret, watchlist
from local.simulation.world import ANNA, World
from shared.core.model.decision import Decision, DecisionKind, Person
from shared.core.model.hand_over import Ending, HandOver, HandOverState, Opening
from shared.core.model.watchlist import Service

OLD = secret("cal24", "LibCal 2024", ends="2026-12-13T09:15Z")
NEW = secret("cal26", "LibCal 2026", starts="2026-11-14T17:00Z", ends="2028-11-14T17:00Z")
DAY = "2026-11-14"
HANDED_OVER = at("2026-11-14T20:00Z")


@dataclass
class HandOverLife:
    """A world, and what people do with the value."""

    world: World

    def hand_over(self, state: HandOverState = HandOverState.READY) -> None:
        """Hand the value over, and check."""
        now, known = self.world.now, self.world.ledger.memory.hand_overs.get("libcal")
        version = known.version if known is not None else ""
        until = now + timedelta(days=14)
        record = HandOver("libcal", state, NEW, ANNA, now, until, now, version=version)
        self.save(record, DecisionKind.HAND_OVER)

    def open(self, name: str) -> None:
        """Show the value to somebody, and check."""
        opened = (*self.record.opened, Opening(Person(name, name), self.world.now))
        record = replace(self.record, state=HandOverState.OPENED, opened=opened)
        self.save(record, DecisionKind.OPEN)

    def end(self, ending: Ending, state: HandOverState = HandOverState.DONE, why: str = "") -> None:
        """End the hand-over, and check."""
        record = replace(self.record, state=state, ending=ending, why=why)
        self.save(record, DecisionKind.END)

    def run(self, until: str) -> None:
        """Tick hourly; each tick ends first what is over."""
        while (following := (self.world.now + timedelta(hours=1)).replace(minute=5)) <= at(until):
            if self.record.kept and self.record.until <= following:
                self.world.now = following
                self.end(Ending.EXPIRED)
            self.world.run(following.isoformat())

    @property
    def record(self) -> HandOver:
        """The hand-over as the ledger has it."""
        return self.world.ledger.memory.hand_overs["libcal"]

    def save(self, record: HandOver, kind: DecisionKind) -> None:
        """Write a decision with the record, and check."""
        now = self.world.now
        decision = Decision(now, kind, ANNA, ("libcal",), record.key_id)
        self.world.ledger.decide(decision, hand_overs=[replace(record, changed=now)])
        self.world.check()

    @property
    def told(self) -> list[str]:
        """What was sent since the day of the hand-over."""
        return [line for line in self.world.diary if line >= DAY]


def before_hand_over(*services: Service, hands_over: bool = True) -> HandOverLife:
    """Return LibCal's life when the new secret was created; no check has seen it."""
    world = World(watchlist(*services), now=at("2026-09-01T12:30Z"))
    world.ledger.memory = replace(world.ledger.memory, hands_over=hands_over)
    world.tenant.put(OLD)
    world.run("2026-11-13T23:00Z")
    world.tenant.add(NEW)
    world.now = HANDED_OVER
    return HandOverLife(world)
