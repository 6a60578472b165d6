"""List every credential of the tenant that expires within some days; notify nobody, save nothing.

The tenant is read page by page, and only the rows of the list are kept.
"""

from contextlib import closing
from dataclasses import dataclass, field
from datetime import timedelta

from shared.core.inventory.listing import Lister, rules_of, soonest_first
from shared.core.model.listing import InventoryListing, ListedCredential
from shared.core.spare import where
from shared.ports.errors import DirectoryError
from shared.ports.inventory import InventoryReader, ScanPage, ScanQuery
from shared.render.text.lacking import not_known
from shared.usecases.check import Watch
from shared.usecases.inventory_scan import scan_error, scan_progress
from shared.usecases.part import Progress, ignore


def list_inventory(
    watch: Watch,
    reader: InventoryReader,
    within: int,
    *,
    everything: bool = False,
    progress: Progress = ignore,
) -> InventoryListing:
    """Return the list; if the read fails, what was read until then, and the error.

    Raises `LedgerError`.

    Args:
        watch: The program, for its watchlist, its ledger and its time.
        reader: Reads the tenant.
        within: How many days ahead to look.
        everything: Whether to list what the watchlist excludes.
        progress: Takes a few words about what is read now.
    """
    reading = _Reading(_lister(watch, within, everything=everything))
    rules = rules_of(watch.watchlist)
    principals, tags = rules.service_principals, bool(rules.exclude_tags)
    query = ScanQuery(*reading.lister.window, service_principals=principals, tags=tags)
    began, error = reading.lister.now, ""
    try:
        with closing(reader.scan(query, seconds=watch.seconds_left(float("inf")))) as pages:
            for number, page in enumerate(pages, start=1):
                reading.add(page)
                reading.report(number, page, watch.clock() - began, progress)
    except DirectoryError as failure:
        error = f"The tenant was not read completely: {failure}"
    said = " ".join(filter(None, (error, scan_error(reading.failures))))
    return InventoryListing(began, within, tuple(sorted(reading.rows, key=soonest_first)), said)


def _lister(watch: Watch, within: int, *, everything: bool) -> Lister:
    now, tenant = watch.clock(), watch.inventory
    memory = watch.ledger.load()
    items = tenant.context(now, memory).memory.items if tenant is not None else {}
    return Lister(watch.watchlist, memory, items, now, within, everything=everything)


@dataclass
class _Reading:
    """What was read so far."""

    lister: Lister
    rows: list[ListedCredential] = field(default_factory=list)
    failures: dict[str, DirectoryError] = field(default_factory=dict)
    """By client id: why an app could not be read or evaluated."""
    applications: int = 0

    def add(self, page: ScanPage) -> None:
        """Add a page. An app that cannot be evaluated stops no other."""
        self.applications += page.applications
        self.failures |= page.failures
        for app in page.apps:
            try:
                self.rows += list(self.lister.listed(app))
            except Exception as error:  # noqa: BLE001  (one app must not stop the others)
                self.failures[app.client_id] = DirectoryError(f"There was an {where(error)}.")

    def report(self, number: int, page: ScanPage, spent: timedelta, progress: Progress) -> None:
        """Report how far the read is: after 1, 2, 4, 8, ... pages."""
        if page.unknown and number == 1:
            progress(not_known(page.unknown))
        if number.bit_count() == 1:
            progress(scan_progress(number, self.applications, spent.total_seconds()))
