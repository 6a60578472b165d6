"""The list of the tenant's credentials as JSON and as CSV."""

from collections.abc import Iterator
from zoneinfo import ZoneInfo

from shared.core.model.listing import InventoryListing, ListedCredential
from shared.render.feeds.document_parts import Json
from shared.render.feeds.inventory_document import item_document
from shared.render.feeds.spreadsheet import CREDENTIAL_COLUMNS, DECIDED_COLUMNS, csv_text
from shared.render.feeds.spreadsheet_rows import CsvRow, credential_cells, decided_cells
from shared.render.instant import instant

COLUMNS = (
    "item",
    "app",
    "client_id",
    "holder",
    *CREDENTIAL_COLUMNS,
    "watched",
    "excluded",
    *DECIDED_COLUMNS,
)


def listing_document(listing: InventoryListing) -> Json:
    """Return the list as JSON, soonest expiry first."""
    return {
        "generated_at": instant(listing.generated_at),
        "within": listing.within,
        "complete": listing.complete,
        "error": listing.error or None,
        "items": [_item(each) for each in listing.credentials],
    }


def listing_csv(listing: InventoryListing, zone: ZoneInfo) -> str:
    """Return the list as a table, one row a credential; columns as in the status CSV."""
    return csv_text(COLUMNS, _rows(listing, zone))


def _item(row: ListedCredential) -> Json:
    return {
        **item_document(row.view),
        "first_seen": instant(row.first_seen),
        "watched": row.watched,
        "excluded": row.excluded,
    }


def _rows(listing: InventoryListing, zone: ZoneInfo) -> Iterator[CsvRow]:
    for row in listing.credentials:
        view, listed = row.view, row.view.listed
        yield {
            "item": view.item,
            "app": listed.app_name,
            "client_id": listed.client_id,
            "holder": listed.holder,
            "standing": view.standing,
            "severity": view.severity,
            "days_left": view.days_left,
            "watched": row.watched or "",
            "excluded": row.excluded or "",
            **credential_cells(listed.credential, zone),
            **decided_cells(view),
        }
