"""Everything that expires, on the page: a link until somebody asks for it, then a table."""

from typing import NamedTuple

from shared.core.model.listing import DEFAULT_DAYS, InventoryListing, ListedCredential
from shared.core.model.vocabulary import Standing
from shared.core.model.watchlist import Watchlist
from shared.render.page.inventory_row import InventoryRow, inventory_row
from shared.render.page.labels import error_text
from shared.render.page.listing_query import WantedListing
from shared.render.text.escape import clean

ROWS = 200
"""The most rows on the page; the table for a spreadsheet has all, and what has expired."""


class ListingRow(NamedTuple):
    """A credential, and the service that it is watched for; empty if there is none."""

    credential: InventoryRow
    watched: str


class ListingSection(NamedTuple):
    """The table, or the link to it."""

    days: int
    is_read: bool
    read_url: str
    csv_url: str
    rows: list[ListingRow]
    shown: str
    problem: str
    """Why the list is not complete, and what to do."""


def listing_section(
    listing: InventoryListing | None, watchlist: Watchlist, base: str, *, key: str = ""
) -> ListingSection:
    """Return the section; `key` names the tenant in links, empty if there is only one."""
    days = listing.within if listing is not None else DEFAULT_DAYS
    every = listing.credentials if listing is not None else ()
    found = [each for each in every if each.view.standing == Standing.EXPIRING]
    return ListingSection(
        days,
        listing is not None,
        WantedListing(days).address(base, key),
        WantedListing(days, csv=True).address(base, key),
        [_row(each, watchlist) for each in found[:ROWS]],
        _shown(len(found), len(every) - len(found), days),
        incomplete(listing, key) if listing is not None else "",
    )


def incomplete(listing: InventoryListing, key: str = "") -> str:
    """Return why a list is not complete, and the command for it; empty if it is complete."""
    if listing.complete:
        return ""
    tenant = f" --tenant {key}" if key else ""
    command = f"python -m shared inventory --within {listing.within}{tenant}"
    return f"This list is not complete. {error_text(listing.error)} For all of it, run: {command}"


def _row(row: ListedCredential, watchlist: Watchlist) -> ListingRow:
    service = watchlist.services.get(row.watched or "")
    watched = clean(service.name) if service is not None else ""
    return ListingRow(inventory_row(row.view, watchlist.zone), watched)


def _shown(number: int, expired: int, days: int) -> str:
    rows = f"The first {ROWS} of {number:,}" if number > ROWS else f"{number:,}"
    shown = f"{rows}, soonest first." if number else f"Nothing expires within {days:,} days."
    if not expired:
        return shown
    return f"{shown} The table for a spreadsheet also has {expired:,} that expired lately."
