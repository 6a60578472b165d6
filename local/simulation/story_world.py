"""A world small enough to hold in the head: one app registration, people's channels, a ledger in memory, a clock that is told the time.

It is made of the program's ports, so the program in it is the real one.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from shared.core.judge.schedule import instant_on
from shared.core.model.apply import apply_changes, apply_decision, apply_notifications
from shared.core.model.changes import DecisionChanges
from shared.core.model.directory import App, Credential
from shared.core.model.memory import (
    Acknowledgement,
    Assignment,
    Changes,
    CheckRecord,
    Decision,
    InUse,
    LastChecks,
    Memory,
    Notification,
    PreviousCredential,
    Removals,
)
from shared.core.model.message import Message
from shared.core.model.watchlist import Watchlist
from shared.ports.directory import AppQuery, DirectoryReading
from shared.usecases.check import Watch


@dataclass
class Entra:
    """A tenant with one app registration."""

    app: App

    def read(self, queries: Sequence[AppQuery], *, seconds: float) -> DirectoryReading:
        """Read the app, whatever the time that is left."""
        del seconds
        return DirectoryReading({query.client_id: self.app for query in queries}, requests=1)

    def add(self, credential: Credential) -> None:
        """Somebody makes a credential."""
        self.app = self.app._replace(credentials=(*self.app.credentials, credential))

    def delete(self, name: str) -> None:
        """Somebody deletes the credential of this name."""
        self.app = self.app._replace(
            credentials=tuple(c for c in self.app.credentials if c.name != name)
        )

    def key_of(self, name: str) -> str:
        """Give the key id of the credential of this name."""
        return next(c.key_id for c in self.app.credentials if c.name == name)


@dataclass
class InMemoryLedger:
    """A ledger for one reader and writer at a time: no conflicts, no outages, nothing to forget."""

    memory: Memory = field(default_factory=Memory)
    last: LastChecks = field(default_factory=LastChecks)
    records: list[CheckRecord] = field(default_factory=list)
    history: list[Decision] = field(default_factory=list)

    def last_checks(self) -> LastChecks:
        """How the last checks ended."""
        return self.last

    def begin(self, at: datetime) -> None:
        """Note the first sign of life."""
        self.last = LastChecks(watching_since=at)

    def lease(self) -> "InMemoryLedger":
        """Take the lease, which is always free."""
        return self

    def renew(self) -> None:
        """Keep the lease."""

    def release(self) -> None:
        """Give the lease back."""

    def load(self) -> Memory:
        """Everything that is remembered."""
        return self.memory

    def remember(self, facts: Changes) -> None:
        """Write what is new."""
        self.memory = apply_changes(self.memory, facts)

    def record_notifications(self, told: Sequence[Notification]) -> None:
        """Write what a channel has heard."""
        self.memory = apply_notifications(self.memory, told)

    def record_check(self, record: CheckRecord, last_checks: LastChecks) -> None:
        """Write how a check ended."""
        self.records.append(record)
        self.last = last_checks

    def decide(
        self,
        decision: Decision,
        *,
        holds: Sequence[InUse] = (),
        formers: Sequence[PreviousCredential] = (),
        assignments: Sequence[Assignment] = (),
        acknowledgements: Sequence[Acknowledgement] = (),
    ) -> None:
        """Write what a person decided."""
        self.history.append(decision)
        self.memory = apply_decision(
            self.memory,
            DecisionChanges(
                decision, tuple(holds), tuple(formers), tuple(assignments), tuple(acknowledgements)
            ),
        )

    def decisions(self, *services: str) -> Mapping[str, Sequence[Decision]]:
        """What was decided about each of the services, newest first."""
        return {
            service: [
                decision for decision in reversed(self.history) if service in decision.services
            ]
            for service in services
        }

    def decisions_since(self, at: datetime) -> Sequence[Decision]:
        """What was decided after an instant, newest first."""
        return [decision for decision in reversed(self.history) if decision.at > at]

    def checks(self, limit: int) -> Sequence[CheckRecord]:
        """How the last checks ended, newest first."""
        return self.records[::-1][:limit]

    def remove(self, rows: Removals) -> None:
        """Keep everything: a story is short."""

    def remove_history(self, before: datetime, outlived: Callable[[Decision], bool]) -> None:
        """Keep everything."""


@dataclass
class RecordingChannel:
    """A channel; all ears of a world hear into one list, in the order of time."""

    heard: list[Message]

    def send(self, message: Message) -> None:
        """Hear a message."""
        self.heard.append(message)


@dataclass
class World:
    """The program in its world, at an instant that only `live_until` moves."""

    watchlist: Watchlist
    entra: Entra
    now: datetime
    notebook: InMemoryLedger = field(default_factory=InMemoryLedger)
    heard: list[Message] = field(default_factory=list)

    @property
    def zone(self) -> ZoneInfo:
        """The zone in which people live."""
        return self.watchlist.zone

    @property
    def watch(self) -> Watch:
        """The program."""
        ears = {name: RecordingChannel(self.heard) for name in self.watchlist.channels}
        return Watch(
            self.watchlist, self.entra, self.notebook, ears, lambda: self.now, timedelta(minutes=20)
        )

    def live_until(self, day: date, hour: int) -> None:
        """Let the timer tick once a day, when the check is due, up to a local hour."""
        then = datetime.combine(day, time(hour), self.zone)
        today = self.now.astimezone(self.zone).date()
        while today <= day:
            due = instant_on(today, self.watchlist)
            if self.now < due <= then:
                self.now = due
                self.watch.tick()
            today += timedelta(days=1)
        self.now = then.astimezone(instant_on(day, self.watchlist).tzinfo)
