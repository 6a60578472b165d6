"""What people decided about a credential of the tenant, and the forms to decide it."""

from datetime import datetime
from typing import NamedTuple
from zoneinfo import ZoneInfo

from shared.core.model.days import a_year_after
from shared.core.model.inventory import InventoryView
from shared.core.model.vocabulary import Standing
from shared.render.page.acknowledge_form import USUAL_PAUSE, Acknowledge
from shared.render.page.shown_fields import ShownFields, shown_fields
from shared.render.text.dates import date_of, full_day
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
    given, ignored = view.acknowledged, view.ignored
    snoozed = not_ours = ""
    if given is not None:
        since, until = date_of(given.at, zone), full_day(given.until)
        why = clean(given.why).rstrip(".")
        snoozed = f"{clean(given.by.name)}, {since}: {why}, quiet until {until}."
    if ignored is not None:
        not_ours = f"Not ours: {clean(ignored.by.name)}, {date_of(ignored.at, zone)}."
    days = _days(view, now, zone)
    return ItemDecision(view.item, days, shown_fields(view.listed.credential), snoozed, not_ours)


def _days(view: InventoryView, now: datetime, zone: ZoneInfo) -> Acknowledge:
    today, ends = now.astimezone(zone).date(), view.listed.credential.ends
    last = a_year_after(today)
    if ends is not None and view.standing == Standing.EXPIRING:
        last = min(last, ends.astimezone(zone).date())
    usual = min(today + USUAL_PAUSE, last)
    return Acknowledge(today.isoformat(), last.isoformat(), usual.isoformat())
