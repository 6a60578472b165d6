"""The query of the history: which service, and the first entry."""

from collections.abc import Mapping
from typing import NamedTuple
from urllib.parse import urlencode

from shared.render.page.query_number import query_number


class WantedHistory(NamedTuple):
    """The service whose history is read, and where."""

    service: str = ""
    """Empty: no history is read, and each card shows the newest entries."""
    start: int = 0

    def address(self, base: str, tenant: str) -> str:
        """Return a link to this part; `tenant` is empty if there is only one."""
        query = {"tenant": tenant, "history": self.service, "entry": self.start}
        given = {name: value for name, value in query.items() if value not in ("", 0)}
        return f"{base}?{urlencode(given)}#service-{self.service}-history"


NEWEST = WantedHistory()
"""The newest entries of each service."""


def wanted_history(parameters: Mapping[str, str]) -> WantedHistory:
    """Return what the page's query asks for; an invalid value counts as missing."""
    service = parameters.get("history", "")
    return WantedHistory(service, query_number(parameters.get("entry", "")))
