"""A small world to live in: a tenant and people's channels that the test sets, and a clock that does as it is told."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from shared.core.model.directory import App, Credential
from shared.core.model.memory import Outcome, Person
from shared.core.model.message import Message
from shared.core.model.watchlist import Watchlist
from shared.core.results import CheckResult
from shared.ports.directory import AppQuery, DirectoryReading
from shared.ports.errors import ChannelError, DirectoryError
from shared.usecases import decisions
from shared.usecases.check import Watch
from shared.usecases.tenants import fresh
from tests.support.build import CHICAGO, CLIENT_ID, OBJECT_ID, at, watchlist
from tests.support.memory_ledger import InMemoryLedger

ANNA = Person("00000000-0000-4000-8000-00000000000a", "Anna Example")
START = at("2026-09-01T13:00Z")


@dataclass
class Tenant:
    """A directory whose apps are set by the test. `broken` apps cannot be read."""

    apps: dict[str, App | None] = field(default_factory=dict)
    broken: dict[str, str] = field(default_factory=dict)

    def put(
        self,
        *credentials: Credential,
        client_id: str = CLIENT_ID,
        disabled: str = "",
        redirect_uris: Sequence[str] = (),
    ) -> None:
        self.apps[client_id] = App(
            client_id,
            OBJECT_ID,
            "LibApps Outlook sync",
            credentials,
            tuple(redirect_uris),
            disabled,
        )

    @property
    def credentials(self) -> tuple[Credential, ...]:
        app = self.apps[CLIENT_ID]
        assert app is not None
        return app.credentials

    def add(self, credential: Credential) -> None:
        self.put(credential, *self.credentials)

    def drop(self, key_id: str) -> None:
        self.put(*(c for c in self.credentials if c.key_id != key_id))

    def read(self, queries: Sequence[AppQuery], *, seconds: float) -> DirectoryReading:
        assert seconds > 0
        apps: Mapping[str, App | None] = {
            q.client_id: self.apps.get(q.client_id)
            for q in queries
            if q.client_id not in self.broken
        }
        failures = {
            q.client_id: DirectoryError(self.broken[q.client_id])
            for q in queries
            if q.client_id in self.broken
        }
        return DirectoryReading(apps, failures, requests=len(queries))


@dataclass
class Inbox:
    """A channel that keeps what it hears, or fails while it is `down`."""

    heard: list[Message] = field(default_factory=list)
    down: bool = False

    def send(self, message: Message) -> None:
        if self.down:
            raise ChannelError("The channel is down.")
        self.heard.append(message)


@dataclass
class SignInLog:
    """A report of sign-ins whose rows the test sets."""

    seen: dict[str, datetime] = field(default_factory=dict)
    broken: str = ""

    def last_seen(self, client_ids: Sequence[str], *, seconds: float) -> Mapping[str, datetime]:
        assert client_ids
        assert seconds > 0
        if self.broken:
            raise DirectoryError(self.broken)
        return self.seen


@dataclass
class World:
    """A watch over a tenant, with a clock that only `run` and the test move."""

    watched: Watchlist = field(default_factory=watchlist)
    now: datetime = START
    tenant: Tenant = field(default_factory=Tenant)
    inboxes: dict[str, Inbox] = field(default_factory=dict)
    sign_ins: SignInLog | None = None

    def __post_init__(self) -> None:
        self.ledger = InMemoryLedger(lambda: self.now)
        for name in self.watched.channels:
            self.inboxes.setdefault(name, Inbox())

    @property
    def watch(self) -> Watch:
        for name in self.watched.channels:
            self.inboxes.setdefault(name, Inbox())
        return Watch(
            self.watched,
            self.tenant,
            self.ledger,
            self.inboxes,
            lambda: self.now,
            timedelta(minutes=20),
            self.sign_ins,
        )

    def check(self) -> CheckResult:
        return self.watch.check()

    def healthy(self) -> bool | None:
        key = self.watched.key
        return fresh({key: self.watched}, {key: self.ledger}, self.now)

    def tick(self) -> CheckResult:
        return self.watch.tick()

    def run(self, until: str, *, asleep: Iterable[tuple[str, str]] = ()) -> list[CheckResult]:
        """Tick every hour, five past, up to `until`; on the local days of `asleep` (first and last inclusive) nothing runs."""
        naps = [(date.fromisoformat(first), date.fromisoformat(last)) for first, last in asleep]
        results = []
        end = at(until)
        while (self.now + timedelta(hours=1)).replace(minute=5) <= end:
            self.now = (self.now + timedelta(hours=1)).replace(minute=5)
            today = self.now.astimezone(CHICAGO).date()
            if not any(first <= today <= last for first, last in naps):
                result = self.tick()
                if result.outcome != Outcome.NOT_DUE:
                    results.append(result)
        return results

    def confirm(self, service: str, key_id: str) -> None:
        """Somebody says which credential a service uses; whoever was bothered hears of it at once."""
        decisions.confirm(self.watch, service, key_id, by=ANNA)

    def acknowledge(self, service: str, until: str, why: str) -> None:
        """Somebody says that they know."""
        decisions.acknowledge(self.watch, service, date.fromisoformat(until), why, by=ANNA)

    def claim(self, key_id: str, *services: str) -> None:
        """Somebody says whose a credential is."""
        decisions.claim(self.watch, key_id, services, by=ANNA)

    @property
    def diary(self) -> list[str]:
        """Everything that was said, a line each: local day, channel, item, standing, reason, days left."""
        lines = [
            line
            for name, inbox in self.inboxes.items()
            for message in inbox.heard
            for line in lines_of(name, message)
        ]
        return sorted(lines)


def lines_of(channel: str, message: Message) -> list[str]:
    day = message.now.astimezone(message.zone).date()
    said = [
        f"{day} {channel:6} {notice.view.item} {notice.view.standing} {notice.reason} {notice.view.days_left}"
        for notice in message.notices
    ]
    return [f"{day} {channel:6} introduction", *said] if message.introduction else said
