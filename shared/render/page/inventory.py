"""The whole tenant on the page: a table in parts, sorted and filtered without a script."""

from collections.abc import Callable, Mapping
from typing import NamedTuple
from zoneinfo import ZoneInfo

from shared.core.model.context import CheckContext
from shared.core.model.inventory import InventoryView
from shared.core.model.vocabulary import Severity
from shared.core.results import InventoryStatus
from shared.render.page.inventory_query import SORTS, Wanted
from shared.render.page.inventory_row import InventoryRow, inventory_row, shown_severity
from shared.render.page.item_decision import item_decision
from shared.render.page.labels import error_text
from shared.render.text.dates import full_day
from shared.render.text.left_out import left_out_sentence

ROWS = 100
"""Rows in a part of the table."""

_SORT_KEYS: Mapping[str, Callable[[InventoryView], tuple[object, ...]]] = {
    "urgent": lambda view: (-shown_severity(view).rank, view.days_left, view.item),
    "ends": lambda view: (view.listed.credential.ends, view.item),
    "app": lambda view: (view.listed.app_name.casefold(), view.days_left, view.item),
    "credential": lambda view: (view.listed.credential.name.casefold(), view.days_left, view.item),
}


class Sort(NamedTuple):
    """A link that sorts the table."""

    title: str
    url: str
    current: bool


class InventorySection(NamedTuple):
    """The table and the text above it."""

    summary: str
    error: str
    rows: list[InventoryRow]
    sorts: list[Sort]
    name: str
    shown: str
    before: str
    """The link to the previous part; empty if there is none."""
    after: str
    """The link to the next part; empty if there is none."""


def inventory_section(
    tenant: InventoryStatus | None, want: Wanted, at: CheckContext, base: str, *, key: str = ""
) -> InventorySection | None:
    """Return the tenant's section; `None` if the whole tenant is not watched.

    `key` names the tenant in links; empty if there is only one.
    """
    if tenant is None:
        return None
    zone = at.watchlist.zone
    found = sorted(
        (view for view in tenant.views if _matches(view, want.name.casefold())),
        key=_SORT_KEYS[want.sort],
    )
    want = want._replace(start=want.start if want.start < len(found) else 0)
    start, after = want.start, want.start + ROWS
    views = found[start:after]

    def link(start: int, sort: str = want.sort) -> str:
        return want._replace(sort=sort, start=start).address(base, key)

    return InventorySection(
        summary=_summary(tenant, zone),
        error=error_text(tenant.scan.error) if tenant.scan is not None else "",
        rows=[
            inventory_row(view, zone)._replace(decision=item_decision(view, at.now, zone))
            for view in views
        ],
        sorts=[Sort(title, link(0, sort), sort == want.sort) for sort, title in SORTS.items()],
        name=want.name,
        shown=f"{start + 1:,} to {start + len(views):,} of {len(found):,}" if views else "None",
        before=link(max(0, start - ROWS)) if start else "",
        after=link(after) if after < len(found) else "",
    )


def urgent_ones(tenant: InventoryStatus | None) -> str:
    """Return a sentence with the number of urgent credentials; empty if there are none."""
    views = tenant.views if tenant is not None else ()
    ours = (view for view in views if view.ignored is None)
    number = sum(shown_severity(view) == Severity.CRITICAL for view in ours)
    match number:
        case 0:
            return ""
        case 1:
            return "1 other credential in the tenant has expired or expires within 7 days."
        case _:
            return (
                f"{number:,} other credentials in the tenant have expired or expire within 7 days."
            )


def _matches(view: InventoryView, needle: str) -> bool:
    names = (view.listed.app_name, view.listed.credential.name)
    return any(needle in name.casefold() for name in names)


def _summary(tenant: InventoryStatus, zone: ZoneInfo) -> str:
    scan = tenant.scan
    if scan is None or scan.read_at is None:
        return "The tenant has not been read completely yet."
    read = full_day(scan.read_at.astimezone(zone).date())
    expired = sum(view.listed.ended for view in tenant.views)
    summary = (
        f"{scan.applications:,} apps with {scan.credentials:,} credentials were read on {read}: "
        f"{len(tenant.views) - expired:,} expire soon, "
        f"{expired:,} expired within the last 90 days."
    )
    return f"{summary} {left_out_sentence(scan.left_out)}".rstrip()
