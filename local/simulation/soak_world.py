"""The made-up life of the soak: apps whose secrets end, people who act on what they hear, and what everybody must have heard by now.

What is owed is said here from the world's own truth (what each service really holds, what was made and deleted, and when) and from
what arrived. Nothing of the program's judgement or memory is asked.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from datetime import time as time_of_day
from itertools import chain
from random import Random
from typing import NamedTuple
from zoneinfo import ZoneInfo

from local.simulation.soak_inventory import Owed, Rest, guid, rest_of
from shared.core.model.directory import App, Credential
from shared.core.model.message import Message
from shared.core.model.secret import Secret
from shared.core.model.views import InventoryView, ServiceView
from shared.core.model.vocabulary import Kind, Standing
from shared.core.model.watchlist import (
    DEFAULT_LADDER,
    Claim,
    Service,
    TeamsChannel,
    WatchedApp,
    Watchlist,
)
from shared.ports.directory import AppQuery, DirectoryReading
from shared.ports.errors import ChannelError, DirectoryError

START = datetime(2026, 1, 1, 0, 5, tzinfo=UTC)
ZONE = ZoneInfo("America/Chicago")
RENEWER, INSTALLER = CHANNELS = ("its", "admins")
LIFETIMES = (365, 545, 730)
"""Days for which people make a secret: those from a year on that Entra offers."""
WEEK = 7
RENEW_BELOW = 60
"""Days before the end at which people begin to think of a new secret."""


class Lost(AssertionError):
    """A promise was broken; the text says which, for whom and when."""


class Heard(NamedTuple):
    """When a channel last heard of a service, and as what."""

    at: datetime
    standing: Standing


@dataclass
class Life:
    """One service and its app, as they really are."""

    id: str
    client_id: str
    used: Credential
    """What the service holds."""
    new: Credential | None = None
    """What it should be given next."""
    made_at: datetime = START
    """When the new one was made."""
    gone_at: datetime | None = None
    """When the one that is used was deleted."""
    old: Credential | None = None
    """What it held before, where nobody has deleted that yet."""
    closing: dict[str, datetime] = field(default_factory=dict)
    """By channel that was bothered: since when it is owed the word that all is well, or how it goes on."""

    @property
    def credentials(self) -> tuple[Credential, ...]:
        """What lies on the app, newest first."""
        there = (self.new, self.used if self.gone_at is None else None, self.old)
        return tuple(credential for credential in there if credential is not None)

    def over_since(self, now: datetime) -> datetime | None:
        """Say since when the service has nothing that works, as far as anybody knows."""
        assert self.used.ends is not None
        return min(
            (at for at in (self.gone_at, self.used.ends) if at is not None and at <= now),
            default=None,
        )


@dataclass
class World:
    """The tenant and its people, and what goes wrong just now."""

    random: Random
    rest: Rest
    """What nobody watches by name."""
    lives: list[Life] = field(default_factory=list)
    now: datetime = START
    graph_until: datetime = START
    down_until: dict[str, datetime] = field(default_factory=dict)
    heard: dict[tuple[str, str], Heard] = field(default_factory=dict)
    today: set[tuple[object, ...]] = field(default_factory=set)
    """What was heard on the present local day, to notice what is heard twice."""
    day: date = date.min
    twice: str = ""
    """What was heard twice on a day, and by whom: a channel that raised it would only seem to be down."""
    messages: int = 0
    notices: int = 0

    @classmethod
    def of(cls, apps: int, seed: int) -> "World":
        """Make a tenant of so many apps that has been there for long: its secrets are of every age. A quarter is watched as a whole."""
        random = Random(seed)  # noqa: S311  (a made-up life, nothing to guess)
        others = apps // 4
        world = cls(random, rest_of(others, random, ZONE, RENEWER, START))
        for number in range(apps - others):
            days = world.random.choice(LIFETIMES)
            used = world.secret(
                number, START - timedelta(days=world.random.randint(0, days - 5)), days
            )
            world.lives.append(Life(f"s{number:04}", guid(random), used))
        return world

    def watchlist(self) -> Watchlist:
        """Watch most of it by name, one service an app, and the rest as a tenant."""
        apps = tuple(
            WatchedApp(f"App {number}", life.client_id, (_service(number),))
            for number, life in enumerate(self.lives)
        )
        channels = {name: TeamsChannel(name, Secret("https://flow.example/")) for name in CHANNELS}
        return Watchlist(ZONE, time_of_day(8), DEFAULT_LADDER, channels, apps, self.rest.rules)

    def secret(self, number: int, starts: datetime, days: int) -> Credential:
        """Make a secret that its service's claim finds."""
        name, key_id = f"S{number:04} {starts:%y%m%d}", guid(self.random)
        return Credential(
            key_id,
            Kind.SECRET,
            name,
            "q7X",
            starts,
            starts + timedelta(days=days, minutes=self.random.randint(0, 1439)),
        )

    def read(self, queries: Sequence[AppQuery], *, seconds: float) -> DirectoryReading:
        """Read the apps, as the port `Directory` has it, unless Graph is out."""
        del seconds
        if self.now < self.graph_until:
            failure = DirectoryError("Graph answered 503.")
            return DirectoryReading({}, {query.client_id: failure for query in queries}, requests=1)
        lives = {life.client_id: life for life in self.lives}
        apps = {
            each.client_id: App(
                each.client_id, each.client_id, each.client_id, lives[each.client_id].credentials
            )
            for each in queries
        }
        return DirectoryReading(apps, requests=len(queries))

    def hear(self, channel: str, message: Message) -> None:
        """Take a message in, unless the channel is down. Raises `ChannelError`."""
        if self.now < self.down_until.get(channel, START):
            raise ChannelError("The channel is down.")
        self.messages += 1
        if (day := self.now.astimezone(ZONE).date()) != self.day:
            self.day = day
            self.today.clear()
        for notice in message.notices:
            self.notices += 1
            view = notice.view
            thing = (channel, view.item, notice.reason, view.days_left, view.situation)
            if thing in self.today:
                self.twice = f"{channel} heard twice on {day}: {view.item}, {notice.reason}"
            self.today.add(thing)
            if isinstance(view, ServiceView | InventoryView):
                self.heard[view.item, channel] = Heard(self.now, view.standing)

    def tidy(self, life: Life) -> None:
        """Let somebody delete what is not used any more, sooner or later."""
        if life.old is not None and self.random.random() < 1 / 30:
            life.old = None

    def renew(self, number: int, life: Life) -> None:
        """Let somebody make a new secret, now and then; some delete the old one first, and some take days over the second half."""
        assert life.used.ends is not None
        if life.new is not None:
            return
        if (
            life.gone_at is None
            and (life.used.ends - self.now).days < RENEW_BELOW
            and self.random.random() < 1 / 30
        ):
            if self.random.random() < 1 / 4:
                life.gone_at = self.now
                return
        elif life.gone_at is None or self.random.random() > 1 / 5:
            return
        life.new, life.made_at = (
            self.secret(number, self.now, self.random.choice(LIFETIMES)),
            self.now,
        )

    def settle(self, life: Life) -> None:
        """Let the service hold the new one; whoever was bothered is owed the end of it. The old one is deleted at once, or later."""
        assert life.new is not None
        known = ((channel, self.heard.get((life.id, channel))) for channel in CHANNELS)
        life.closing = {
            channel: self.now
            for channel, last in known
            if last is not None and last.standing != Standing.HEALTHY
        }
        life.old = life.used if life.gone_at is None and self.random.random() < 1 / 2 else None
        life.used, life.new, life.gone_at = life.new, None, None

    def audit(self) -> None:
        """Say whether everybody heard all that is owed by now, and nothing twice. Raises `Lost`."""
        if self.twice:
            raise Lost(self.twice)
        owed = chain.from_iterable(_owed(life, self.now) for life in self.lives)
        for item, channel, since, why in chain(owed, self.rest.owed(self.now)):
            last = self.heard.get((item, channel))
            if last is None or last.at < since:
                raise Lost(
                    f"{channel} was not told of {item} on {self.now}: {why}; last heard: {last}"
                )


def _owed(life: Life, now: datetime) -> Iterator[Owed]:
    yield from (
        Owed(life.id, channel, since, "it was settled") for channel, since in life.closing.items()
    )
    over = life.over_since(now)
    if over is not None:
        since = max(over, life.made_at) if life.new is not None else over
        days = (now.astimezone(ZONE).date() - over.astimezone(ZONE).date()).days
        reminded = _morning(
            now.astimezone(ZONE).date() - timedelta(days=0 if days <= WEEK else WEEK - 1)
        )
        yield from (
            Owed(life.id, channel, max(since, reminded), "nothing is known to work")
            for channel in CHANNELS
        )
        return
    if life.new is not None:
        yield Owed(life.id, INSTALLER, life.made_at, "a new secret waits")
    assert life.used.ends is not None
    end = life.used.ends.astimezone(ZONE).date()
    crossed = [
        day
        for rung in DEFAULT_LADDER
        if (day := end - timedelta(days=rung)) <= now.astimezone(ZONE).date()
    ]
    if crossed:
        yield from (
            Owed(life.id, channel, _morning(max(crossed)), "a rung was crossed")
            for channel in CHANNELS
            if life.new is None or channel == INSTALLER
        )


def _morning(day: date) -> datetime:
    return datetime.combine(day, time_of_day.min, ZONE).astimezone(UTC)


def _service(number: int) -> Service:
    name = f"S{number:04}"
    return Service(
        name.lower(), name, "Something stops.", (RENEWER,), (INSTALLER,), Claim("name", f"{name} *")
    )
