"""The query of the list of everything that expires: the number of days, and the form."""

from collections.abc import Mapping
from typing import NamedTuple
from urllib.parse import urlencode

from shared.core.model.listing import MAX_DAYS
from shared.render.page.query_number import query_number

CSV = "csv"


class WantedListing(NamedTuple):
    """Which list to read; none if `within` is 0."""

    within: int = 0
    csv: bool = False
    """As a table for a spreadsheet, instead of the page."""

    def address(self, base: str, tenant: str) -> str:
        """Return a link to this list; `tenant` is empty if there is only one."""
        query = {"tenant": tenant, "within": str(self.within), "as": CSV if self.csv else ""}
        encoded = urlencode({name: value for name, value in query.items() if value})
        return f"{base}?{encoded}" if self.csv else f"{base}?{encoded}#everything"


def wanted_listing(parameters: Mapping[str, str]) -> WantedListing:
    """Return what the page's query asks for; an invalid number of days asks for no list."""
    within = query_number(parameters.get("within", ""))
    if not 1 <= within <= MAX_DAYS:
        return WantedListing()
    return WantedListing(within, parameters.get("as", "").lower() == CSV)
