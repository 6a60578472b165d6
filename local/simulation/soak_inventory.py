"""The rest of the soak's tenant: apps that nobody watches by name, and what their owners, or the channel, must have heard by now.

What is owed is said from the truth of this world, as in `soak_world`: ends, owners, and when somebody made or deleted what.
"""

from collections.abc import Generator, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from random import Random
from typing import NamedTuple
from uuid import UUID
from zoneinfo import ZoneInfo

from shared.core.model.days import days_between
from shared.core.model.directory import Credential
from shared.core.model.inventory import Holder, InventoryApp, item_of
from shared.core.model.owners import AppOwners, Owner
from shared.core.model.vocabulary import Kind
from shared.core.model.watchlist import InventoryRules
from shared.ports.errors import DirectoryError
from shared.ports.inventory import OwnersReading, ScanPage, ScanQuery

PAGE = 10
LADDER = (30, 14, 7, 1)
FORGOTTEN = 60
"""Days after the end at which somebody deletes a secret at the latest, and makes a new one."""


class Owed(NamedTuple):
    """A channel must have heard of an item since then, and why."""

    item: str
    channel: str
    since: datetime
    why: str


@dataclass
class Stray:
    """An app that nobody watches by name, with its secrets: the last one is the newest, and all have one name."""

    client_id: str
    object_id: str
    owner: Owner | None
    secrets: list[Credential]

    @property
    def app(self) -> InventoryApp:
        """Give it as a read shows it."""
        return InventoryApp(
            Holder.APPLICATION,
            self.client_id,
            self.object_id,
            f"Stray {self.client_id[:4]}",
            tuple(self.secrets),
        )


@dataclass
class Rest:
    """The apps, and what goes wrong with reading them just now."""

    random: Random
    zone: ZoneInfo
    to: str
    """The channel that hears of what has no owner; on the first day, of everything."""
    strays: list[Stray] = field(default_factory=list)
    broken: bool = False
    """A read ends early, and owners cannot be asked for."""
    introduced: datetime | None = None
    """When everything had been told for the first time."""

    @property
    def rules(self) -> InventoryRules:
        """Give the rules by which the program watches them."""
        return InventoryRules((self.to,), LADDER, owners=True)

    @property
    def mailboxes(self) -> list[str]:
        """Give the channels of all owners."""
        return sorted({stray.owner.channel for stray in self.strays if stray.owner is not None})

    def scan(self, query: ScanQuery, *, seconds: float) -> Generator[ScanPage]:
        """Read them page by page, as the port `InventoryReader` has it."""
        del seconds
        for number, start in enumerate(range(0, len(self.strays), PAGE), start=1):
            part = [stray.app for stray in self.strays[start : start + PAGE]]
            kept = [
                app
                for app in part
                if any(
                    c.ends is not None and query.since <= c.ends <= query.until
                    for c in app.credentials
                )
            ]
            yield ScanPage(kept, len(part), sum(len(app.credentials) for app in part), {}, number)
            if self.broken:
                raise DirectoryError("Graph answered 503.")

    def owners(self, holders: Mapping[str, Holder], *, seconds: float) -> OwnersReading:
        """Say who owns them."""
        del seconds
        if self.broken:
            return OwnersReading(
                {}, dict.fromkeys(holders, DirectoryError("Graph answered 503.")), 1
            )
        owned = {
            stray.object_id: AppOwners((stray.owner,) if stray.owner is not None else ())
            for stray in self.strays
        }
        return OwnersReading({object_id: owned[object_id] for object_id in holders}, requests=1)

    def live(self, now: datetime) -> None:
        """Let people act: make a new secret, now and then, before or after the end; delete the old one then, or later."""
        for stray in self.strays:
            newest, dice = stray.secrets[-1], self.random.random()
            assert newest.ends is not None
            left = (newest.ends - now).days
            if left < -FORGOTTEN or (left < LADDER[0] + 10 and dice < 1 / 30):
                ends = now + timedelta(
                    days=self.random.choice((180, 365, 730)), minutes=self.random.randint(0, 1439)
                )
                stray.secrets.append(
                    newest._replace(key_id=guid(self.random), starts=now, ends=ends)
                )
            if len(stray.secrets) > 1 and self.random.random() < 1 / 10:
                del stray.secrets[0]

    def owed(self, now: datetime) -> Iterator[Owed]:
        """Say who must have heard of what by now: at each rung of the newest secret of an app, and of its end."""
        if self.introduced is None:
            self.introduced = now
        first_day = self.introduced.astimezone(self.zone).date() == now.astimezone(self.zone).date()
        for stray in self.strays:
            if stray.owner is not None and first_day:
                continue  # the channel hears of these on the first day, and the owners from the next one on
            secret, whom = (
                stray.secrets[-1],
                stray.owner.channel if stray.owner is not None else self.to,
            )
            assert secret.starts is not None
            assert secret.ends is not None
            item = item_of(stray.object_id, secret.key_id)
            if secret.ends <= now:
                yield Owed(item, whom, secret.ends, "it has ended")
                continue
            left = days_between(now, secret.ends, self.zone)
            crossed = [rung for rung in LADDER if left <= rung]
            if crossed:
                ago = timedelta(days=min(crossed) - left)
                morning = (now.astimezone(self.zone) - ago).replace(
                    hour=0, minute=0, second=0, microsecond=0
                )
                yield Owed(
                    item,
                    whom,
                    max(morning, secret.starts),
                    f"{min(crossed)} days are left, or fewer",
                )


def guid(random: Random) -> str:
    """Give a new id."""
    return str(UUID(int=random.getrandbits(128), version=4))


def rest_of(apps: int, random: Random, zone: ZoneInfo, to: str, start: datetime) -> Rest:
    """Make so many apps; two of three have one of the owners, each of whom has about four apps."""
    rest = Rest(random, zone, to)
    people = [
        Owner(guid(random), f"Owner {number}", f"owner{number}@example.org")
        for number in range(max(1, apps // 6))
    ]
    for _ in range(apps):
        days = random.choice((180, 365, 730))
        starts = start - timedelta(days=random.randint(0, days - 5))
        secret = Credential(
            guid(random),
            Kind.SECRET,
            "key 1",
            "q7X",
            starts,
            starts + timedelta(days=days, minutes=random.randint(0, 1439)),
        )
        owner = random.choice(people) if random.random() < 2 / 3 else None
        rest.strays.append(Stray(guid(random), guid(random), owner, [secret]))
    return rest
