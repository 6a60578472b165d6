"""A whole tenant to watch, as values: its apps and owners are set by the test, and a ledger of it in memory."""

from collections.abc import Generator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from shared.core.inventory.judge import apply_inventory_changes, apply_inventory_notifications
from shared.core.inventory.noise import NOISE
from shared.core.model.inventory import Holder, InventoryApp, InventoryChanges, InventoryMemory
from shared.core.model.memory import Notification
from shared.core.model.owners import AppOwners, Owner
from shared.core.model.watchlist import InventoryRules, Watchlist
from shared.ports.errors import DirectoryError, LedgerError
from shared.ports.inventory import OwnersReading, ScanPage, ScanQuery
from shared.usecases.check import Watch
from shared.usecases.inventory import InventoryWatch
from tests.support.build import secret, watchlist
from tests.support.world import Inbox, World

RULES = InventoryRules(tell=("its",), noise=tuple(rule.id for rule in NOISE))


def app(
    name: str,
    *ends: str,
    client_id: str = "",
    tags: Sequence[str] = (),
    holder: Holder = Holder.APPLICATION,
) -> InventoryApp:
    """An app with an unnamed secret for each end."""
    credentials = tuple(secret(f"{name}-{n}", ends=end) for n, end in enumerate(ends, 1))
    return InventoryApp(
        holder, client_id or f"client-{name}", f"object-{name}", name, credentials, tuple(tags)
    )


def owner(name: str, *, mail: bool = True, person: bool = True) -> Owner:
    return Owner(f"id-{name}", name, f"{name}@example.org" if mail else "", person)


@dataclass
class InventoryReader:
    """Gives `apps` two to a page. `broken` fails after the first page; `unread` apps cannot be understood."""

    apps: list[InventoryApp] = field(default_factory=list)
    owned: dict[str, tuple[Owner, ...]] = field(default_factory=dict)
    """By the name of the app."""
    broken: str = ""
    unread: tuple[str, ...] = ()
    no_owners: str = ""
    """Why owners cannot be read."""
    asked: list[str] = field(default_factory=list)
    """Object ids of the apps whose owners were asked for."""

    def scan(self, query: ScanQuery, *, seconds: float) -> Generator[ScanPage]:
        assert seconds > 0
        for page, start in enumerate(range(0, max(1, len(self.apps)), 2), start=1):
            if self.broken and page > 1:
                raise DirectoryError(self.broken)
            part = self.apps[start : start + 2]
            read = [app for app in part if app.client_id not in self.unread]
            kept = [
                app
                for app in read
                if any(c.ends and query.since <= c.ends <= query.until for c in app.credentials)
            ]
            failures = {
                app.client_id: DirectoryError("It cannot be understood.")
                for app in part
                if app.client_id in self.unread
            }
            yield ScanPage(
                kept, len(part), sum(len(app.credentials) for app in read), failures, page
            )

    def owners(self, holders: Mapping[str, Holder], *, seconds: float) -> OwnersReading:
        assert seconds > 0
        self.asked += holders
        if self.no_owners:
            return OwnersReading({}, dict.fromkeys(holders, DirectoryError(self.no_owners)), 1)
        return OwnersReading(
            {
                object_id: AppOwners(self.owned.get(object_id.removeprefix("object-"), ()))
                for object_id in holders
            },
            {},
            1,
        )


@dataclass
class InMemoryInventoryLedger:
    """Remembers until it is dropped."""

    memory: InventoryMemory = field(default_factory=InventoryMemory)
    broken: dict[str, LedgerError] = field(default_factory=dict)

    def load(self) -> InventoryMemory:
        self._break("load")
        return self.memory

    def load_items(self) -> InventoryMemory:
        self._break("load_items")
        return replace(self.memory, notifications={})

    def remember(self, facts: InventoryChanges) -> None:
        self._break("remember")
        self.memory = apply_inventory_changes(self.memory, facts)

    def record_notifications(self, told: Sequence[Notification]) -> None:
        self._break("record_notifications")
        self.memory = apply_inventory_notifications(self.memory, told)

    def _break(self, method: str) -> None:
        if method in self.broken:
            raise self.broken[method]


@dataclass
class TenantWorld(World):
    """A world in which the whole tenant is watched, beside one app that is healthy."""

    watched: Watchlist = field(default_factory=lambda: watchlist(inventory=RULES))
    whole: InventoryReader = field(default_factory=InventoryReader)
    remembered: InMemoryInventoryLedger = field(default_factory=InMemoryInventoryLedger)

    def __post_init__(self) -> None:
        super().__post_init__()
        self.tenant.put(
            secret("k1", "LibCal", ends="2030-01-01T00:00Z"),
            secret("k2", "LibStaffer", ends="2030-01-01T00:00Z"),
        )

    @property
    def watch(self) -> Watch:
        plain = super().watch
        assert self.watched.inventory is not None
        return replace(
            plain,
            inventory=InventoryWatch(
                self.watched,
                self.watched.inventory,
                self.whole,
                self.remembered,
                self.inboxes,
                self._mailbox,
                lambda: self.now,
            ),
        )

    def _mailbox(self, owner: Owner) -> Inbox:
        return self.inboxes.setdefault(owner.name, Inbox())

    @property
    def news(self) -> list[str]:
        """What was said of the tenant, a line each: local day, whom, item, reason, days left."""
        lines = []
        for name, inbox in self.inboxes.items():
            for message in inbox.heard:
                if message.inventory is not None:
                    day = message.now.astimezone(message.zone).date()
                    lines += [f"{day} {name} first"] if message.inventory.first else []
                    lines += [
                        f"{day} {name} {_short(n.view.item)} {n.reason} {n.view.days_left}"
                        for n in message.notices
                    ]
        return sorted(lines)


def _short(item: str) -> str:
    return item.rpartition(":")[2] if item.startswith("tenant:") else item
