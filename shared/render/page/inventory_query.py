"""The query of the tenant's table: filter, sort order and first row."""

from collections.abc import Mapping
from typing import NamedTuple
from urllib.parse import urlencode

from shared.render.page.query_number import query_number
from shared.render.text.escape import clean

MAX_FILTER_CHARS = 100

SORTS = {"urgent": "Urgent first", "app": "App", "credential": "Credential", "ends": "Expires"}
"""By the value in the query (a promise): what people read."""


class Wanted(NamedTuple):
    """The part of the table to show."""

    name: str = ""
    """Only apps and credentials whose name contains this, in any case."""
    sort: str = "urgent"
    start: int = 0

    def address(self, base: str, tenant: str) -> str:
        """Return a link to this part; `tenant` is empty if there is only one."""
        query = {"tenant": tenant, "name": self.name, "sort": self.sort, "from": self.start}
        given = {name: value for name, value in query.items() if value not in ("", 0)}
        return f"{base}?{urlencode(given)}#tenant"


WHOLE = Wanted()
"""The beginning of the unfiltered table."""


def wanted(parameters: Mapping[str, str]) -> Wanted:
    """Return what the page's query asks for; an invalid value counts as missing."""
    sort = parameters.get("sort", "")
    return Wanted(
        clean(parameters.get("name", ""), MAX_FILTER_CHARS),
        sort if sort in SORTS else "urgent",
        query_number(parameters.get("from", "")),
    )
