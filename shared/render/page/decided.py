"""What people decided, with who, when and why, and what each form to take it back needs."""

from collections.abc import Iterator
from typing import NamedTuple
from zoneinfo import ZoneInfo

from shared.core.model.context import CheckContext
from shared.core.model.decision import Acknowledgement, Assignment
from shared.core.model.views import AssignedView, ServiceView
from shared.core.results import Status
from shared.render.page.shown_fields import ShownFields, shown_fields
from shared.render.text.dates import date_of, full_day
from shared.render.text.escape import clean
from shared.render.text.naming import capital, described


class Decided(NamedTuple):
    """A decision about a service."""

    text: str
    snooze: bool = False
    """It can be taken back with the form `acknowledge`."""
    shown: ShownFields | None = None
    """If given, it can be taken back with the form `claim`."""


class Ignored(NamedTuple):
    """A credential that a person said is not ours."""

    name: str
    app: str
    text: str
    shown: ShownFields


def decisions(view: ServiceView, status: Status, at: CheckContext) -> Iterator[Decided]:
    """Yield what people decided about a service and what is in effect."""
    zone, record, given = at.watchlist.zone, view.in_use_record, view.acknowledged
    if given is not None:
        yield Decided(snoozed(given, zone), snooze=True)
    if record is not None and record.by is not None:
        yield Decided(f"{clean(record.by.name)}, {date_of(record.at, zone)}: confirmed.")
    for each in status.judgement.assigned:
        if view.service.id in each.given.services:
            which = described(each.credential, at.now, zone)
            text = f"{_who(each.given, at)}: assigned the {which}."
            yield Decided(text, shown=None if each.kept_by else shown_fields(each.credential))


def snoozed(given: Acknowledgement, zone: ZoneInfo) -> str:
    """Return who snoozed a service or a credential of the tenant, when, why and until when."""
    who, since = clean(given.by.name), date_of(given.at, zone)
    why = clean(given.why).rstrip(".")
    return f"{who}, {since}: {why}, quiet until {full_day(given.until)}."


def ignored(status: Status, at: CheckContext) -> list[Ignored]:
    """Return the credentials that people said are not ours."""
    return [_ignored(view, at) for view in status.judgement.ignored]


def _ignored(view: AssignedView, at: CheckContext) -> Ignored:
    which = capital(described(view.credential, at.now, at.watchlist.zone))
    shown = shown_fields(view.credential)
    return Ignored(which, clean(view.app.name), f"{_who(view.given, at)}.", shown)


def _who(given: Assignment, at: CheckContext) -> str:
    return f"{clean(given.by.name)}, {date_of(given.at, at.watchlist.zone)}"
