"""All apps of a tenant and their owners, in memory."""

from collections import Counter
from collections.abc import Generator, Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from shared.core.inventory.exclusion import Exclusion
from shared.core.model.inventory import Holder, InventoryApp
from shared.core.model.owners import AppOwners, Owner
from shared.ports.errors import DirectoryError
from shared.ports.inventory import OwnersReading, ScanPage, ScanQuery


@dataclass
class InMemoryInventory:
    """An `InventoryReader` with settable apps."""

    apps: list[InventoryApp] = field(default_factory=list)
    owned: dict[str, tuple[Owner, ...]] = field(default_factory=dict)
    """Owners by object id, without the prefix "object-" that `build.app` sets."""
    broken: str = ""
    """The error of every page after the first one, if any."""
    unread: tuple[str, ...] = ()
    """Client ids of the apps that cannot be decoded."""
    no_owners: str = ""
    """The error of every read of owners, if any."""
    page_size: int = 2
    asked: list[str] = field(default_factory=list)
    """Object ids of the apps whose owners were requested."""

    def scan(self, query: ScanQuery, *, seconds: float) -> Generator[ScanPage]:
        """Yield the apps with a credential that expires in the query's window, by page."""
        assert seconds > 0
        starts = range(0, max(1, len(self.apps)), self.page_size)
        for number, start in enumerate(starts, start=1):
            if self.broken and number > 1:
                raise DirectoryError(self.broken)
            page = self.apps[start : start + self.page_size]
            unread = {app.client_id for app in page if app.client_id in self.unread}
            read = [app for app in page if app.client_id not in unread]
            kept = [app for app in read if _expires_within(app, query)]
            failures = {each: DirectoryError("It cannot be understood.") for each in unread}
            credentials = sum(len(app.credentials) for app in read)
            excluded = Counter(_exclusions(read, query))
            yield ScanPage(kept, len(page), credentials, failures, number, excluded)

    def owners(self, holders: Mapping[str, Holder], *, seconds: float) -> OwnersReading:
        """Return the owners of each object id, or the same error for each."""
        assert seconds > 0
        self.asked += holders
        if self.no_owners:
            return OwnersReading({}, dict.fromkeys(holders, DirectoryError(self.no_owners)), 1)
        owned = {each: self.owned.get(each.removeprefix("object-"), ()) for each in holders}
        return OwnersReading({each: AppOwners(owners) for each, owners in owned.items()}, {}, 1)


def _exclusions(apps: Iterable[InventoryApp], query: ScanQuery) -> Iterator[Exclusion]:
    if query.exclusions is None:
        return
    for app in (each for each in apps if each.credentials):
        rule = query.exclusions.of_app(app.holder, app.client_id, app.name, app.tags)
        if rule is not None:
            yield rule


def _expires_within(app: InventoryApp, query: ScanQuery) -> bool:
    ends = (credential.ends for credential in app.credentials)
    return any(end is not None and query.since <= end <= query.until for end in ends)
