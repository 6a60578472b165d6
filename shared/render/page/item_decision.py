"""What people decided about a credential of the tenant, and the forms to decide it."""

from datetime import datetime
from typing import NamedTuple
from zoneinfo import ZoneInfo

from shared.core.model.inventory import InventoryView
from shared.core.model.vocabulary import Standing
from shared.render.page.acknowledge_form import Acknowledge, dates
from shared.render.page.decided import snoozed
from shared.render.page.shown_fields import ShownFields, shown_fields
from shared.render.text.dates import date_of
from shared.render.text.escape import clean


class ItemDecision(NamedTuple):
    """The forms of a credential; a decision that is in effect has its sentence."""

    item: str
    days: Acknowledge
    shown: ShownFields
    snoozed: str = ""
    ignored: str = ""


def item_decision(view: InventoryView, now: datetime, zone: ZoneInfo) -> ItemDecision:
    """Return the forms, and who decided what, until when and why."""
    credential, given, ignored = view.listed.credential, view.acknowledged, view.ignored
    not_ours = ""
    if ignored is not None:
        not_ours = f"Not ours: {clean(ignored.by.name)}, {date_of(ignored.at, zone)}."
    return ItemDecision(
        view.item,
        dates(credential.ends if view.standing == Standing.EXPIRING else None, now, zone),
        shown_fields(credential),
        snoozed(given, zone) if given is not None else "",
        not_ours,
    )
