"""Read all apps of a tenant, and keep the credentials that are due or expired."""

from collections import Counter
from collections.abc import Iterable, Mapping
from contextlib import closing
from dataclasses import dataclass
from datetime import timedelta
from types import MappingProxyType
from typing import NamedTuple

from shared.core.inventory.exclusion import Exclusion, left_out_by
from shared.core.inventory.filter import InventoryFilter
from shared.core.inventory.scan import ReadCounts, changes_of_failure, changes_of_read
from shared.core.model.check_record import Read
from shared.core.model.inventory import InventoryApp, InventoryItem
from shared.core.model.inventory_memory import InventoryChanges, InventoryMemory
from shared.core.model.watchlist import InventoryRules, Watchlist
from shared.core.spare import where
from shared.ports.clock import Clock
from shared.ports.errors import DirectoryError
from shared.ports.inventory import InventoryReader, ScanQuery
from shared.render.text.lacking import not_known
from shared.usecases.part import CheckRun

RENEW_AFTER = timedelta(seconds=60)
"""How long to read before the check verifies, between two pages, that it still has the lease."""


class ScanResult(NamedTuple):
    """What a scan changes."""

    changes: InventoryChanges
    read: Read
    error: str
    """Why the tenant, or some of its apps, could not be read."""
    unknown: frozenset[str]
    """Known items whose state could not be read."""
    failed: Mapping[str, str] = MappingProxyType({})
    """By client id: why an app that was read cannot be evaluated, a fault of the program."""


class _Scanned(NamedTuple):
    """What a complete scan found."""

    items: dict[str, InventoryItem]
    counts: ReadCounts
    requests: int
    failures: Mapping[str, DirectoryError]
    failed: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class InventoryScanner:
    """Scans a tenant, by the rules of its watchlist."""

    watchlist: Watchlist
    rules: InventoryRules
    directory: InventoryReader
    clock: Clock

    def scan(self, memory: InventoryMemory, run: CheckRun) -> ScanResult:
        """Scan the tenant; if the scan fails, nothing is concluded from what was read."""
        try:
            scanned = self._scan(run)
        except DirectoryError as error:
            text = f"The tenant could not be read: {error}"
            changes = changes_of_failure(text, memory, run.started)
            return ScanResult(changes, Read(), text, frozenset(memory.items))
        counts = scanned.counts
        changes = changes_of_read(scanned.items, counts, memory, run.started)
        unknown = memory.items.keys() - scanned.items.keys() - frozenset(changes.gone)
        read = Read(counts.applications, counts.credentials, scanned.requests)
        text = scan_error(scanned.failures)
        return ScanResult(changes, read, text, frozenset(unknown), scanned.failed)

    def _scan(self, run: CheckRun) -> _Scanned:
        """Read all pages. Raises `DirectoryError`."""
        wanted = InventoryFilter(self.watchlist, self.rules, run.started)
        query = ScanQuery(
            *wanted.window,
            service_principals=self.rules.service_principals,
            tags=bool(self.rules.exclude_tags),
            exclusions=wanted.exclusions,
        )
        items: dict[str, InventoryItem] = {}
        failures: dict[str, DirectoryError] = {}
        failed: dict[str, str] = {}
        excluded: Counter[Exclusion] = Counter()
        applications = credentials = requests = 0
        began = renewed = self.clock()
        seconds = run.seconds_left()
        with closing(self.directory.scan(query, seconds=seconds)) as pages:
            for number, page in enumerate(pages, start=1):
                applications += page.applications
                credentials += page.credentials
                requests = page.requests
                failures |= page.failures
                excluded.update(page.left_out)
                found, faults = _listed(page.apps, wanted)
                items |= found
                failed |= faults
                now = self.clock()
                if page.unknown and number == 1:
                    run.progress(not_known(page.unknown))
                if number.bit_count() == 1:  # 1, 2, 4, 8, ...: seven lines for 100,000 apps
                    run.progress(scan_progress(number, applications, (now - began).total_seconds()))
                if now - renewed >= RENEW_AFTER:
                    run.renew()
                    renewed = now
        failures |= {key: DirectoryError(f"There was an {why}.") for key, why in failed.items()}
        unread = frozenset(client_id.casefold() for client_id in failures)
        nameless = any(each.startswith("#") for each in unread)
        left_out = left_out_by(excluded, wanted.noise_credentials)
        counts = ReadCounts(applications, credentials, unread, nameless=nameless, left_out=left_out)
        return _Scanned(items, counts, requests, failures, failed)


def _listed(
    apps: Iterable[InventoryApp], wanted: InventoryFilter
) -> tuple[dict[str, InventoryItem], dict[str, str]]:
    """Return the items of some apps, and by client id why an app fails: it stops no other."""
    items: dict[str, InventoryItem] = {}
    failed: dict[str, str] = {}
    for app in apps:
        try:
            items |= {item.item: item for item in wanted.listed(app)}
        except Exception as error:  # noqa: BLE001  (one app must not stop the others)
            failed[app.client_id] = where(error)
    return items, failed


def scan_progress(page: int, applications: int, seconds: float) -> str:
    """Return how far a scan is, in a few words."""
    rate = f", {applications / seconds:,.0f} a second" if seconds >= 1 else ""
    where = f"page {page}, {applications:,} apps{rate}, {seconds:.0f} s"
    return f"reading the tenant: {where} (Graph takes 150 pages a minute at most)"


def scan_error(failures: Mapping[str, DirectoryError]) -> str:
    """Return the first failure, and how many more there are."""
    if not failures:
        return ""
    client_id, error = next(iter(failures.items()))
    more = f" {len(failures) - 1} more apps failed." if len(failures) > 1 else ""
    return f"The tenant: app {client_id} could not be read. {error}{more}"
