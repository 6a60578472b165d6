"""The part of a service's history that the page shows, with links to the rest.

The ledger keeps decisions for as long as their service; a page must not grow with them.
"""

from collections.abc import Sequence
from typing import NamedTuple

from shared.core.model.context import CheckContext
from shared.core.model.decision import Decision
from shared.core.model.views import ServiceView
from shared.render.page.history import Entry, entry, events
from shared.render.page.history_query import WantedHistory

NEWEST_ENTRIES, ENTRIES = 10, 50
"""How many entries a card shows: of any service, and of the one whose history is read."""


class HistoryPart(NamedTuple):
    """Some entries of a history, newest first."""

    entries: tuple[Entry, ...]
    total: int
    is_read: bool
    """Whether the reader asked for this history."""
    shown: str
    """Which entries these are; empty if they are all."""
    newer: str
    """The link to newer entries; empty if there are none."""
    older: str
    """The link to older entries; empty if there are none."""


class HistoryLinks(NamedTuple):
    """Where the reader is, and what links to other parts begin with."""

    wanted: WantedHistory
    base: str
    tenant: str
    """The tenant's key; empty if there is only one."""

    def part(self, service: str, start: int) -> str:
        """Return the link to a part of a service's history."""
        return WantedHistory(service, start).address(self.base, self.tenant)


def history_part(
    view: ServiceView, decisions: Sequence[Decision], at: CheckContext, links: HistoryLinks
) -> HistoryPart:
    """Return the part of a service's history that the reader asked for, or the newest entries."""
    every, service = events(view, decisions, at), view.service.id
    is_read = links.wanted.service == service
    start = links.wanted.start if is_read and links.wanted.start < len(every) else 0
    end = start + (ENTRIES if is_read else NEWEST_ENTRIES)
    entries = tuple(entry(each, view, at) for each in every[start:end])
    is_whole = len(entries) == len(every)
    return HistoryPart(
        entries,
        len(every),
        is_read,
        shown="" if is_whole else f"{start + 1:,} to {start + len(entries):,} of {len(every):,}",
        newer=links.part(service, max(0, start - ENTRIES)) if start else "",
        older=links.part(service, end if is_read else 0) if end < len(every) else "",
    )
