"""The apps of the soak that are not on the watchlist, and the messages that they must cause by now.

The expectations follow from the true state, as in `soak_services`.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from random import Random
from typing import NamedTuple
from uuid import UUID
from zoneinfo import ZoneInfo

from shared.core.model.days import days_between
from shared.core.model.directory import Credential, Kind
from shared.core.model.inventory import Holder, InventoryApp
from shared.core.model.item_id import ItemKind, item_id
from shared.core.model.owners import Owner
from shared.core.model.watchlist import InventoryRules

LADDER = (30, 14, 7, 1)
RENEWED_AFTER_DAYS = 60
"""How long after the expiry somebody creates a new secret at the latest."""


class Expected(NamedTuple):
    """A channel must have received a notice about an item since then, for this reason."""

    item: str
    channel: str
    since: datetime
    why: str


@dataclass
class UnwatchedApp:
    """An app that is not on the watchlist; its last secret is the newest, and all have one name."""

    client_id: str
    object_id: str
    owner: Owner | None
    secrets: list[Credential]

    @property
    def app(self) -> InventoryApp:
        """The app as a scan returns it."""
        name = f"Stray {self.client_id[:4]}"
        return InventoryApp(
            Holder.APPLICATION, self.client_id, self.object_id, name, tuple(self.secrets)
        )


@dataclass
class UnwatchedApps:
    """All of these apps."""

    random: Random
    zone: ZoneInfo
    channel: str
    """Receives the items without an owner; on the first day, all items."""
    apps: list[UnwatchedApp] = field(default_factory=list)
    introduced: datetime | None = None
    """When everything had been sent for the first time."""

    @property
    def rules(self) -> InventoryRules:
        """The rules by which the program watches them."""
        return InventoryRules((self.channel,), LADDER, owners=True)

    @property
    def owned(self) -> dict[str, tuple[Owner, ...]]:
        """The owners, by object id."""
        return {app.object_id: (app.owner,) for app in self.apps if app.owner is not None}

    @property
    def mailboxes(self) -> list[str]:
        """The channels of all owners."""
        return sorted({owner.channel for owners in self.owned.values() for owner in owners})

    def live_a_day(self, now: datetime) -> None:
        """Create new secrets and delete old ones, before or after the expiry, on some days."""
        for app in self.apps:
            newest, chance = app.secrets[-1], self.random.random()
            assert newest.ends is not None
            left = (newest.ends - now).days
            if left < -RENEWED_AFTER_DAYS or (left < LADDER[0] + 10 and chance < 1 / 30):
                days, minutes = self.random.choice((180, 365, 730)), self.random.randint(0, 1439)
                ends = now + timedelta(days=days, minutes=minutes)
                key_id = new_guid(self.random)
                app.secrets.append(newest._replace(key_id=key_id, starts=now, ends=ends))
            if len(app.secrets) > 1 and self.random.random() < 1 / 10:
                del app.secrets[0]

    def expected(self, now: datetime) -> Iterator[Expected]:
        """Yield a notice for each reminder of an app's newest secret, and for its expiry."""
        if self.introduced is None:
            self.introduced = now
        today = now.astimezone(self.zone).date()
        first_day = self.introduced.astimezone(self.zone).date() == today
        for app in self.apps:
            if app.owner is not None and first_day:
                continue  # the channel receives these on the first day, the owners later
            secret = app.secrets[-1]
            channel = app.owner.channel if app.owner is not None else self.channel
            assert secret.starts is not None
            assert secret.ends is not None
            item = item_id(ItemKind.INVENTORY, app.object_id, secret.key_id)
            if secret.ends <= now:
                yield Expected(item, channel, secret.ends, "it has expired")
                continue
            left = days_between(now, secret.ends, self.zone)
            crossed = [rung for rung in LADDER if left <= rung]
            if crossed:
                day = now.astimezone(self.zone) - timedelta(days=min(crossed) - left)
                morning = day.replace(hour=0, minute=0, second=0, microsecond=0)
                since = max(morning, secret.starts)
                yield Expected(item, channel, since, f"{min(crossed)} days are left, or fewer")


def new_guid(random: Random) -> str:
    """Return a random id."""
    return str(UUID(int=random.getrandbits(128), version=4))


def unwatched_apps(
    count: int, random: Random, zone: ZoneInfo, channel: str, start: datetime
) -> UnwatchedApps:
    """Create apps; two of three have an owner, and each owner has about four apps."""
    apps = UnwatchedApps(random, zone, channel)
    people = [
        Owner(new_guid(random), f"Owner {number}", f"owner{number}@example.org")
        for number in range(max(1, count // 6))
    ]
    for _ in range(count):
        days = random.choice((180, 365, 730))
        starts = start - timedelta(days=random.randint(0, days - 5))
        ends = starts + timedelta(days=days, minutes=random.randint(0, 1439))
        secret = Credential(new_guid(random), Kind.SECRET, "key 1", "q7X", starts, ends)
        owner = random.choice(people) if random.random() < 2 / 3 else None
        apps.apps.append(UnwatchedApp(new_guid(random), new_guid(random), owner, [secret]))
    return apps
