"""The program in a world that is set by a test or a story, with a clock that only they move."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from local.simulation.build import RULES, at, secret, watchlist
from local.simulation.directory import InMemoryDirectory, InMemoryUsageReport
from local.simulation.inventory import InMemoryInventory
from local.simulation.memory_ledger import InMemoryInventoryLedger, InMemoryLedger
from local.simulation.memory_vault import InMemoryVault
from local.simulation.recording_channel import RecordingChannel
from shared.core.model.check_record import Outcome
from shared.core.model.decision import Person
from shared.core.model.message import Message
from shared.core.model.owners import Owner
from shared.core.model.watchlist import Watchlist
from shared.core.results import CheckResult
from shared.usecases import decisions
from shared.usecases.check import Watch
from shared.usecases.inventory import InventoryWatch
from shared.usecases.part import Rehearsal, ignore
from shared.usecases.tenants import fresh

ANNA = Person("00000000-0000-4000-8000-00000000000a", "Anna Example")
START = at("2026-09-01T13:00Z")


@dataclass
class World:
    """The program and everything around it.

    Only `run`, the caller and a tick that waits for another check move the clock (UTC).
    """

    watched: Watchlist = field(default_factory=watchlist)
    now: datetime = START
    tenant: InMemoryDirectory = field(default_factory=InMemoryDirectory)
    inboxes: dict[str, RecordingChannel] = field(default_factory=dict)
    """By the name of the channel or of the owner."""
    sign_ins: InMemoryUsageReport | None = None
    whole: InMemoryInventory = field(default_factory=InMemoryInventory)
    """All apps of the tenant; read only where the watchlist has inventory rules."""
    remembered: InMemoryInventoryLedger = field(default_factory=InMemoryInventoryLedger)
    vault: InMemoryVault | None = None
    """Keeps new secrets; `None`: they are not handed over."""
    rehearse: Rehearsal = ignore
    meanwhile: Callable[[], object] = object
    """What others do each time a tick waits for another check."""

    def __post_init__(self) -> None:
        """Create the ledger and the channels."""
        self.ledger = InMemoryLedger(lambda: self.now)
        self._add_channels()

    @property
    def watch(self) -> Watch:
        """The program with the present watchlist."""
        self._add_channels()
        return Watch(
            self.watched,
            self.tenant,
            self.ledger,
            self.inboxes,
            lambda: self.now,
            timedelta(minutes=20),
            self.sign_ins,
            inventory=self._inventory(),
            vault=self.vault,
            rehearse=self.rehearse,
            pause=self.pause,
        )

    def pause(self, seconds: float) -> None:
        """Move the clock, as if the program had waited."""
        self.now += timedelta(seconds=seconds)
        self.meanwhile()

    def _add_channels(self) -> None:
        for name in self.watched.channels:
            self.inboxes.setdefault(name, RecordingChannel())

    def _inventory(self) -> InventoryWatch | None:
        if self.watched.inventory is None:
            return None
        return InventoryWatch(
            self.watched,
            self.watched.inventory,
            self.whole,
            self.remembered,
            self.inboxes,
            self._mailbox,
            lambda: self.now,
            self.ledger.load,
            self.rehearse,
        )

    def _mailbox(self, owner: Owner) -> RecordingChannel:
        return self.inboxes.setdefault(owner.name, RecordingChannel())

    def check(self) -> CheckResult:
        """Run a check."""
        return self.watch.check()

    def healthy(self) -> bool | None:
        """Return whether checks are made, as the route `health` shows it."""
        key = self.watched.key
        return fresh({key: self.watched}, {key: self.ledger}, self.now)

    def tick(self) -> CheckResult:
        """Run a check if one is due."""
        return self.watch.tick()

    def run(self, until: str, *, asleep: Iterable[tuple[str, str]] = ()) -> list[CheckResult]:
        """Tick hourly, five past, up to `until` (ISO). Return the results of the checks.

        Nothing runs on the local days of `asleep`, from the first to the last inclusive.
        """
        pauses = [(date.fromisoformat(first), date.fromisoformat(last)) for first, last in asleep]
        results = []
        end = at(until)
        while (following := (self.now + timedelta(hours=1)).replace(minute=5)) <= end:
            self.now = following
            today = self.now.astimezone(self.watched.zone).date()
            if not any(first <= today <= last for first, last in pauses):
                result = self.tick()
                if result.outcome != Outcome.NOT_DUE:
                    results.append(result)
        return results

    def confirm(self, service: str, key_id: str) -> None:
        """Confirm which credential a service uses, as Anna."""
        decisions.confirm(self.watch, service, key_id, by=ANNA)

    def acknowledge(self, service: str, until: str, why: str) -> None:
        """Pause the reminders of a service until a day, as Anna."""
        decisions.acknowledge(self.watch, service, date.fromisoformat(until), why, by=ANNA)

    def claim(self, key_id: str, *services: str) -> None:
        """Assign a credential to services, as Anna."""
        decisions.claim(self.watch, key_id, services, by=ANNA)

    @property
    def diary(self) -> list[str]:
        """All notices, a line each: local day, channel, item, standing, reason, days left."""
        lines = []
        for channel, message in self._messages():
            day = message.now.astimezone(message.zone).date()
            lines += [f"{day} {channel:6} introduction"] if message.introduction else []
            for notice in message.notices:
                view = notice.view
                shown = f"{view.item} {view.standing} {notice.reason} {view.days_left}"
                lines.append(f"{day} {channel:6} {shown}")
        return sorted(lines)

    @property
    def news(self) -> list[str]:
        """The inventory's notices, a line each: local day, channel, item, reason, days left."""
        lines = []
        for channel, message in self._messages():
            if message.inventory is None:
                continue
            day = message.now.astimezone(message.zone).date()
            lines += [f"{day} {channel} first"] if message.inventory.first else []
            for notice in message.notices:
                item = notice.view.item.rpartition(":")[2]
                shown = item if notice.view.item.startswith("tenant:") else notice.view.item
                lines.append(f"{day} {channel} {shown} {notice.reason} {notice.view.days_left}")
        return sorted(lines)

    def _messages(self) -> list[tuple[str, Message]]:
        return [
            (channel, message) for channel, inbox in self.inboxes.items() for message in inbox.heard
        ]


def inventory_world(watched: Watchlist | None = None, now: datetime = START) -> World:
    """Return a world with inventory rules, and one watched app that is healthy."""
    world = World(watched or watchlist(inventory=RULES), now)
    world.tenant.put(
        secret("k1", "LibCal", ends="2030-01-01T00:00Z"),
        secret("k2", "LibStaffer", ends="2030-01-01T00:00Z"),
    )
    return world
