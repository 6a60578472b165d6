"""A row of the tenant's table: one credential."""

from typing import NamedTuple
from zoneinfo import ZoneInfo

from shared.core.model.inventory import InventoryView
from shared.core.model.vocabulary import Severity, Standing
from shared.render.instant import instant
from shared.render.page.item_decision import ItemDecision
from shared.render.text.dates import full_day, relative_days
from shared.render.text.escape import MAX_NAME_CHARS, clean
from shared.render.text.links import entra_of
from shared.render.text.naming import app_name, called
from shared.render.text.urgency import urgency

MAX_HINT_CHARS = 10


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
    decision: ItemDecision | None = None
    """What can be decided about it here, and what was."""


def inventory_row(view: InventoryView, zone: ZoneInfo) -> InventoryRow:
    """Return the row of a credential; every credential in the inventory has an end."""
    credential = view.listed.credential
    assert credential.ends is not None
    return InventoryRow(
        shown_severity(view),
        urgency(view, zone),
        app_name(view),
        entra_of(view.listed),
        called(credential)[:MAX_NAME_CHARS],
        clean(credential.hint, MAX_HINT_CHARS),
        relative_days(view.days_left),
        full_day(credential.ends.astimezone(zone).date()),
        instant(credential.ends),
    )


def shown_severity(view: InventoryView) -> Severity:
    """Return the severity to show: a credential that has just expired is critical.

    It may have stopped something, so it must not look milder than one that still works. One
    that expired long ago (severity `ok`: listed, not reported) is a notice.
    """
    if view.standing != Standing.EXPIRED:
        return view.severity
    return Severity.NOTICE if view.severity == Severity.OK else Severity.CRITICAL
