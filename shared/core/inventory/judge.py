"""The status of the items of the inventory."""

from dataclasses import replace

from shared.core.inventory.context import InventoryContext
from shared.core.judge.acknowledgement import while_valid
from shared.core.judge.severity import severity_of_days, severity_of_expired
from shared.core.model.days import days_between
from shared.core.model.decision import Assignment
from shared.core.model.inventory import InventoryItem, InventoryView
from shared.core.model.vocabulary import Standing


def inventory_view(listed: InventoryItem, at: InventoryContext) -> InventoryView:
    """Judge one item as of now."""
    ends = listed.credential.ends
    assert ends is not None  # what does not expire is not listed
    days_left = days_between(at.now, ends, at.watchlist.zone)
    if not listed.ended and ends > at.now:
        standing, severity = Standing.EXPIRING, severity_of_days(days_left)
    else:
        standing, severity = Standing.EXPIRED, severity_of_expired(days_left)
    view = InventoryView(listed, standing, severity, days_left, ignored=ignored(listed, at))
    given = at.decided.acknowledgements.get(listed.item)
    acknowledged = while_valid(given, view.situation, at.now, at.watchlist.zone)
    return replace(view, acknowledged=acknowledged)


def ignored(listed: InventoryItem, at: InventoryContext) -> Assignment | None:
    """Return the decision that a credential is not ours, if it is in effect."""
    given = at.decided.assignments.get(listed.credential.key_id.casefold())
    return None if given is None or given.withdrawn or given.services else given


def inventory_views(at: InventoryContext) -> list[InventoryView]:
    """Judge every item, most urgent first."""
    return sorted((inventory_view(listed, at) for listed in at.memory.items.values()), key=urgency)


def urgency(view: InventoryView) -> tuple[int, int, str]:
    """Return a sort key, most urgent first, and always the same order."""
    return (-view.severity.rank, view.days_left, view.item)
