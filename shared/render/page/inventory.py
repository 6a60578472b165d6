"""The tenant on the page: a table in pages, sorted by plain links, filtered by name; no script is needed for any of it."""

from collections.abc import Callable, Mapping
from typing import NamedTuple
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from shared.core.model.inventory import InventoryView
from shared.core.model.vocabulary import Severity, Standing
from shared.core.results import InventoryStatus
from shared.render.feeds.document_parts import instant
from shared.render.page.services import BADGES
from shared.render.page.verdict import MAX_ERROR_CHARS
from shared.render.text.dates import full_day
from shared.render.text.escape import clean
from shared.render.text.inventory import MAX_NAME_CHARS, app_name
from shared.render.text.links import entra_of
from shared.render.text.naming import called

ROWS = 100
"""Rows on a page of the table."""
MAX_FILTER_CHARS = 100

ENDED = "Ended"


def urgency_of(view: InventoryView) -> Severity:
    """Say how urgent an item looks. What has just ended may have stopped something: it never looks milder than what still works."""
    if view.standing != Standing.EXPIRED:
        return view.severity
    return (
        Severity.CRITICAL if view.severity != Severity.OK else Severity.NOTICE
    )  # the latter ended long ago: it is listed, not told


_KEYS: Mapping[str, Callable[[InventoryView], tuple[object, ...]]] = {
    "urgent": lambda view: (-urgency_of(view).rank, view.days_left, view.item),
    "ends": lambda view: (view.listed.credential.ends, view.item),
    "app": lambda view: (view.listed.app_name.casefold(), view.days_left, view.item),
    "credential": lambda view: (view.listed.credential.name.casefold(), view.days_left, view.item),
}
SORTS = {"urgent": "Urgent first", "app": "App", "credential": "Credential", "ends": "Ends"}


class Wanted(NamedTuple):
    """Which part of the table is to be shown."""

    name: str = ""
    """Only apps and credentials whose name contains this, case ignored."""
    sort: str = "urgent"
    start: int = 0


WHOLE = Wanted()
"""The beginning of all of it."""


class InventoryRow(NamedTuple):
    """One credential."""

    severity: Severity
    badge: str
    app: str
    url: str
    credential: str
    hint: str
    days: str
    ends: str
    stamp: str | None


class Sort(NamedTuple):
    """A link that sorts the table."""

    title: str
    url: str
    current: bool


class InventorySection(NamedTuple):
    """The table and what is said above it."""

    summary: str
    error: str
    rows: list[InventoryRow]
    sorts: list[Sort]
    name: str
    shown: str
    before: str
    """The link to the rows before; empty if there are none."""
    after: str


def wanted(parameters: Mapping[str, str]) -> Wanted:
    """Read the query of the page; whatever is no sensible value is as if it were not there."""
    start, sort = parameters.get("from", ""), parameters.get("sort", "")
    return Wanted(
        clean(parameters.get("name", ""), MAX_FILTER_CHARS),
        sort if sort in SORTS else "urgent",
        int(start) if start.isascii() and start.isdecimal() and len(start) <= 6 else 0,  # noqa: PLR2004  (a million rows)
    )


def inventory_section(
    tenant: InventoryStatus | None, want: Wanted, zone: ZoneInfo, base: str, *, key: str = ""
) -> InventorySection | None:
    """Give the tenant's part of the page; `None` where no tenant is watched. `key` names it in links, where there are several."""
    if tenant is None:
        return None
    needle = want.name.casefold()
    found = [
        view
        for view in tenant.views
        if needle in view.listed.app_name.casefold()
        or needle in view.listed.credential.name.casefold()
    ]
    found.sort(key=_KEYS[want.sort])
    start = want.start if want.start < len(found) else 0
    shown = found[start : start + ROWS]

    def link(**changes: object) -> str:
        values = {**want._asdict(), "start": start, **changes}
        query = {
            "tenant": key,
            "name": values["name"],
            "sort": values["sort"],
            "from": values["start"],
        }
        return f"{base}?{urlencode({name: value for name, value in query.items() if value not in ('', 0)})}#tenant"

    return InventorySection(
        summary=_summary(tenant, zone),
        error=clean(tenant.scan.error, MAX_ERROR_CHARS) if tenant.scan is not None else "",
        rows=[_row(view, zone) for view in shown],
        sorts=[
            Sort(title, link(sort=sort, start=0), sort == want.sort)
            for sort, title in SORTS.items()
        ],
        name=want.name,
        shown=f"{start + 1:,} to {start + len(shown):,} of {len(found):,}" if shown else "None",
        before=link(start=max(0, start - ROWS)) if start else "",
        after=link(start=start + ROWS) if start + ROWS < len(found) else "",
    )


def urgent_ones(tenant: InventoryStatus | None) -> str:
    """Say how many items of the tenant are urgent, in a sentence; empty if none are, or no tenant is watched."""
    number = (
        sum(urgency_of(view) == Severity.CRITICAL for view in tenant.views)
        if tenant is not None
        else 0
    )
    if not number:
        return ""
    return f"In the tenant, {'1 other credential is' if number == 1 else f'{number:,} other credentials are'} urgent."


def _summary(tenant: InventoryStatus, zone: ZoneInfo) -> str:
    scan = tenant.scan
    if scan is None or scan.read_at is None:
        return "The tenant has not been read completely yet."
    read = full_day(scan.read_at.astimezone(zone).date())
    soon = sum(not view.listed.ended for view in tenant.views)
    ended = len(tenant.views) - soon
    return (
        f"{scan.applications:,} apps with {scan.credentials:,} credentials were read on {read}: {soon:,} end soon, "
        f"{ended:,} ended within the last 90 days."
    )


def _row(view: InventoryView, zone: ZoneInfo) -> InventoryRow:
    ends = view.listed.credential.ends
    assert ends is not None
    days = {0: "today", 1: "tomorrow", -1: "yesterday"}.get(view.days_left) or (
        f"in {view.days_left} days" if view.days_left > 0 else f"{-view.days_left} days ago"
    )
    return InventoryRow(
        urgency_of(view),
        ENDED if view.standing == Standing.EXPIRED else BADGES[view.severity],
        app_name(view),
        entra_of(view.listed),
        called(view.listed.credential)[:MAX_NAME_CHARS],
        clean(view.listed.credential.hint, 10),
        days,
        full_day(ends.astimezone(zone).date()),
        instant(ends),
    )
