"""Everything that expires, for a person who asked for it on the page: read now, within the request.

A tenant that cannot be read in time is shown as far as it was read; the command line has more time.
"""

from shared.bootstrap import inventory_reader
from shared.config.settings import Settings
from shared.core.model.listing import InventoryListing
from shared.render.feeds.listing import listing_csv
from shared.render.page.listing import incomplete
from shared.render.page.listing_query import WantedListing
from shared.usecases.listing import list_inventory
from shared.web.response import HttpResponse, feed, sorry
from shared.web.visit import PageVisit


def read_listing(
    visit: PageVisit, configured: Settings, wanted: WantedListing
) -> InventoryListing | None:
    """Return the list that the page's query asks for; `None` if it asks for none."""
    if not wanted.within:
        return None
    reader = inventory_reader(configured)
    found = list_inventory(visit.watch, reader, wanted.within, progress=visit.log)
    if not found.complete:
        visit.log(f"page: {found.error}")
    return found


def listing_file(found: InventoryListing, visit: PageVisit) -> HttpResponse:
    """Return the list as a file for a spreadsheet; a table cannot say that it is not complete."""
    if not found.complete:
        return sorry(503, "Not complete", incomplete(found, visit.tenant))
    table = listing_csv(found, visit.watch.watchlist.zone)
    return feed(table, "text/csv", "lapsewatch-inventory.csv")
