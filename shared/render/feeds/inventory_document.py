"""The whole tenant in the JSON documents: counts, and the items that are due, worst first."""

import re
from collections.abc import Sequence

from shared.core.model.decision import Assignment
from shared.core.model.inventory import InventoryView
from shared.core.model.left_out import LeftOut
from shared.core.model.vocabulary import Severity
from shared.core.results import InventoryResult, InventoryStatus
from shared.render.feeds.document_parts import Json, acknowledgement_document, credential_document
from shared.render.instant import instant

ITEMS_A_PAGE = 500
_CURSOR = re.compile(r"([0-3])\.(-?\d{1,6})\.(tenant:.{1,200})")


class BadCursor(ValueError):
    """`?after=` is not a cursor from an earlier response."""


def inventory_document(tenant: InventoryStatus | None, after: str | None, *, paged: bool) -> Json:
    """Return the tenant's items, all or one page.

    Raises:
        BadCursor: `after` is not the cursor of an earlier page.
    """
    if tenant is None:
        return {"applications": 0, "credentials": 0, "items": []}
    scan = tenant.scan
    rest = _after(tenant.views, after) if after is not None else tenant.views
    shown = rest[:ITEMS_A_PAGE] if paged else rest
    severities = [view.severity for view in tenant.views if view.ignored is None] or [Severity.OK]
    return {
        "applications": scan.applications if scan is not None else 0,
        "credentials": scan.credentials if scan is not None else 0,
        "read_at": instant(scan.read_at) if scan is not None else None,
        "error": scan.error or None if scan is not None else None,
        "left_out": _left_out(scan.left_out if scan is not None else None),
        "worst": max(severities, key=lambda severity: severity.rank),
        "total": len(tenant.views),
        "items": [item_document(view) for view in shown],
        "after": _cursor(shown[-1]) if len(shown) < len(rest) else None,
    }


def result_document(tenant: InventoryResult | None) -> Json | None:
    """Return the result of the tenant's part of a check."""
    if tenant is None:
        return None
    return {
        "complete": tenant.complete,
        "error": tenant.error or None,
        "applications": tenant.read.applications,
        "credentials": tenant.read.credentials,
        "requests": tenant.read.requests,
        "items": tenant.listed,
        "owners_later": tenant.withheld,
    }


def item_document(view: InventoryView) -> Json:
    """Return a credential of the tenant."""
    listed = view.listed
    return {
        "item": view.item,
        "holder": listed.holder,
        "app": {
            "client_id": listed.client_id,
            "object_id": listed.object_id,
            "name": listed.app_name,
        },
        "standing": view.standing,
        "severity": view.severity,
        "days_left": view.days_left,
        "ends": instant(listed.credential.ends),
        "credential": credential_document(listed.credential),
        "first_seen": instant(listed.first_seen),
        "acknowledged": acknowledgement_document(view.acknowledged),
        "ignored": _ignored(view.ignored),
    }


def _ignored(given: Assignment | None) -> Json | None:
    """Return who said that a credential is not ours; `None` if nobody did."""
    return {"by": given.by.name, "at": instant(given.at)} if given is not None else None


def _left_out(left_out: LeftOut | None) -> Json | None:
    return left_out._asdict() if left_out is not None else None


def _cursor(view: InventoryView) -> str:
    return f"{view.severity.rank}.{view.days_left}.{view.item}"


def _after(views: Sequence[InventoryView], cursor: str) -> Sequence[InventoryView]:
    """Return the items after a cursor, even if the item at it no longer exists."""
    found = _CURSOR.fullmatch(cursor)
    if found is None:
        raise BadCursor("?after= must be the tenant.after of the previous response.")
    position = (-int(found[1]), int(found[2]), found[3])
    return [view for view in views if (-view.severity.rank, view.days_left, view.item) > position]
