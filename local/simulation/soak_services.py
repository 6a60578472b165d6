"""The watched apps of the soak: their true state, and what everybody must have received by now.

The expectations follow from the true state (what each service uses, what was created and deleted,
and when) and from the messages. They never ask the program's judgement or memory.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from itertools import chain
from random import Random
from typing import NamedTuple

from local.simulation.build import CHICAGO
from local.simulation.soak_inventory import Expected, UnwatchedApps, new_guid, unwatched_apps
from shared.core.model.directory import App, Credential, Kind
from shared.core.model.inventory import InventoryView
from shared.core.model.message import Message
from shared.core.model.secret import Secret
from shared.core.model.views import ServiceView
from shared.core.model.vocabulary import Standing
from shared.core.model.watchlist import (
    DEFAULT_LADDER,
    Claim,
    Service,
    TeamsChannel,
    WatchedApp,
    Watchlist,
)

START = datetime(2026, 1, 1, 0, 5, tzinfo=UTC)
RENEWER, INSTALLER = CHANNELS = ("its", "admins")
LIFETIMES = (365, 545, 730)
"""Days for which people create a secret; Entra offers them."""
WEEK = 7
RENEW_BELOW_DAYS = 60
"""How long before the expiry people begin to create a new secret."""


class PromiseBroken(AssertionError):
    """The program broke a promise. The text names the promise, the channel and the time."""


class Received(NamedTuple):
    """When a channel last received a notice about an item, and with which standing."""

    at: datetime
    standing: Standing


@dataclass
class ServiceState:
    """One service and its app, as they really are."""

    id: str
    client_id: str
    used: Credential
    """The secret that the service uses."""
    new: Credential | None = None
    """The secret that replaces it."""
    created_at: datetime = START
    """When `new` was created."""
    deleted_at: datetime | None = None
    """When `used` was deleted."""
    old: Credential | None = None
    """The secret that it used before, until somebody deletes it."""
    settled: dict[str, datetime] = field(default_factory=dict)
    """By channel that was warned: since when it must be informed of the outcome."""

    @property
    def app(self) -> App:
        """The app registration, with the newest secret first."""
        present = (self.new, self.used if self.deleted_at is None else None, self.old)
        credentials = tuple(credential for credential in present if credential is not None)
        return App(self.client_id, self.client_id, self.client_id, credentials)

    def broken_since(self, now: datetime) -> datetime | None:
        """Return since when the service's secret is deleted or expired; `None` if it works."""
        assert self.used.ends is not None
        ends = (at for at in (self.deleted_at, self.used.ends) if at is not None and at <= now)
        return min(ends, default=None)


@dataclass
class SoakState:
    """The true state of the tenant, and what its people received."""

    random: Random
    unwatched: UnwatchedApps
    services: list[ServiceState] = field(default_factory=list)
    received: dict[tuple[str, str], Received] = field(default_factory=dict)
    """By item and channel."""
    today: set[tuple[object, ...]] = field(default_factory=set)
    """The notices of the present local day, to detect a repeated one."""
    day: date = date.min
    repeated: str = ""
    """The notice that a channel received twice on a day, as a sentence; empty if none."""
    messages: int = 0
    notices: int = 0

    @classmethod
    def of(cls, apps: int, seed: int) -> "SoakState":
        """Return a tenant with secrets of every age; one app in four is not on the watchlist."""
        random = Random(seed)  # noqa: S311  (a simulation, nothing to guess)
        others = apps // 4
        state = cls(random, unwatched_apps(others, random, CHICAGO, RENEWER, START))
        for number in range(apps - others):
            days = random.choice(LIFETIMES)
            starts = START - timedelta(days=random.randint(0, days - 5))
            used = state.secret(number, starts, days)
            state.services.append(ServiceState(f"s{number:04}", new_guid(random), used))
        return state

    def watchlist(self) -> Watchlist:
        """Return a watchlist with one service an app, and rules for the rest of the tenant."""
        apps = tuple(
            WatchedApp(f"App {number}", service.client_id, (_service(number),))
            for number, service in enumerate(self.services)
        )
        channels = {name: TeamsChannel(name, Secret("https://flow.example/")) for name in CHANNELS}
        return Watchlist(CHICAGO, time(8), DEFAULT_LADDER, channels, apps, self.unwatched.rules)

    def secret(self, number: int, starts: datetime, days: int) -> Credential:
        """Create a secret that matches the claim of its service."""
        name, key_id = f"S{number:04} {starts:%y%m%d}", new_guid(self.random)
        ends = starts + timedelta(days=days, minutes=self.random.randint(0, 1439))
        return Credential(key_id, Kind.SECRET, name, "q7X", starts, ends)

    def receive(self, channel: str, message: Message) -> None:
        """Note a message that a channel received."""
        self.messages += 1
        if (day := message.now.astimezone(CHICAGO).date()) != self.day:
            self.day = day
            self.today.clear()
        for notice in message.notices:
            self.notices += 1
            view = notice.view
            shown = (channel, view.item, notice.reason, view.days_left, view.situation)
            if shown in self.today:
                self.repeated = (
                    f"{channel} was notified twice on {day}: {view.item}, {notice.reason}"
                )
            self.today.add(shown)
            if isinstance(view, ServiceView | InventoryView):
                self.received[view.item, channel] = Received(message.now, view.standing)

    def delete_old(self, service: ServiceState) -> None:
        """Delete the secret that is not used any more, on one day in thirty."""
        if service.old is not None and self.random.random() < 1 / 30:
            service.old = None

    def renew(self, number: int, service: ServiceState, now: datetime) -> None:
        """Create a new secret, on some days; sometimes the old one is deleted days before."""
        assert service.used.ends is not None
        if service.new is not None:
            return
        if (
            service.deleted_at is None
            and (service.used.ends - now).days < RENEW_BELOW_DAYS
            and self.random.random() < 1 / 30
        ):
            if self.random.random() < 1 / 4:
                service.deleted_at = now
                return
        elif service.deleted_at is None or self.random.random() > 1 / 5:
            return
        service.new = self.secret(number, now, self.random.choice(LIFETIMES))
        service.created_at = now

    def settle(self, service: ServiceState, now: datetime) -> None:
        """Use the new secret in the service, and delete the old one now or later."""
        assert service.new is not None
        latest = ((channel, self.received.get((service.id, channel))) for channel in CHANNELS)
        service.settled = {
            channel: now
            for channel, last in latest
            if last is not None and last.standing != Standing.HEALTHY
        }
        keeps_old = service.deleted_at is None and self.random.random() < 1 / 2
        service.old = service.used if keeps_old else None
        service.used, service.new, service.deleted_at = service.new, None, None

    def audit(self, now: datetime) -> None:
        """Raise `PromiseBroken` if a notice is missing, or was received twice."""
        if self.repeated:
            raise PromiseBroken(self.repeated)
        services = chain.from_iterable(_expected(service, now) for service in self.services)
        for item, channel, since, why in chain(services, self.unwatched.expected(now)):
            last = self.received.get((item, channel))
            if last is None or last.at < since:
                raise PromiseBroken(
                    f"{channel} was not notified of {item} by {now}: {why}; last notice: {last}"
                )


def _expected(service: ServiceState, now: datetime) -> Iterator[Expected]:
    today = now.astimezone(CHICAGO).date()
    for channel, since in service.settled.items():
        yield Expected(service.id, channel, since, "the new secret was confirmed")
    broken = service.broken_since(now)
    if broken is not None:
        since = max(broken, service.created_at) if service.new is not None else broken
        days = (today - broken.astimezone(CHICAGO).date()).days
        reminded = _morning(today - timedelta(days=0 if days <= WEEK else WEEK - 1))
        for channel in CHANNELS:
            yield Expected(service.id, channel, max(since, reminded), "no secret works")
        return
    if service.new is not None:
        yield Expected(service.id, INSTALLER, service.created_at, "a new secret is ready")
    assert service.used.ends is not None
    end = service.used.ends.astimezone(CHICAGO).date()
    reminders = [end - timedelta(days=rung) for rung in DEFAULT_LADDER]
    past = [day for day in reminders if day <= today]
    for channel in CHANNELS:
        if past and (service.new is None or channel == INSTALLER):
            yield Expected(service.id, channel, _morning(max(past)), "a reminder was due")


def _morning(day: date) -> datetime:
    return datetime.combine(day, time.min, CHICAGO).astimezone(UTC)


def _service(number: int) -> Service:
    name = f"S{number:04}"
    claim = Claim("name", f"{name} *")
    return Service(name.lower(), name, "Something stops.", (RENEWER,), (INSTALLER,), claim)
