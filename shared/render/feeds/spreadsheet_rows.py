"""The rows of the CSV: services, unclaimed and older credentials, the tenant, and apps."""

from collections.abc import Iterator
from datetime import datetime
from zoneinfo import ZoneInfo

from shared.core.model.directory import Credential
from shared.core.model.inventory import InventoryView
from shared.core.model.message import NextMessages
from shared.core.model.views import AppView, LeftoverView, ServiceView, UnclaimedView
from shared.core.model.vocabulary import Severity
from shared.core.model.watchlist import Service, WatchedApp, Watchlist
from shared.core.results import Status
from shared.render.instant import instant
from shared.render.text.dates import Moment, clock
from shared.render.text.next_steps import next_step, whose_turn
from shared.render.worst_severity import unread_apps

type Item = ServiceView | UnclaimedView | LeftoverView | AppView | InventoryView
type CsvRow = dict[str, str | int]


def rows(status: Status, watchlist: Watchlist) -> Iterator[CsvRow]:
    """Yield a row for each item, by the columns of the CSV; missing columns are empty."""
    judgement, next_messages = status.judgement, status.next_messages
    at = Moment(judgement.now, watchlist.zone)
    for service in judgement.services:
        yield (
            _item(service, next_messages, at)
            | credential_cells(service.in_use, watchlist.zone)
            | decided_cells(service)
            | {"hand_over": service.hand_over.shown if service.hand_over is not None else ""}
        )
    for app in unread_apps(watchlist, judgement):
        yield from (_unread_service(each, app) for each in app.services)
    others: tuple[UnclaimedView | LeftoverView, ...] = (*judgement.unclaimed, *judgement.leftovers)
    for view in others:
        cells = credential_cells(view.credential, watchlist.zone)
        yield _item(view, next_messages, at) | cells
    for each in status.inventory.views if status.inventory is not None else ():
        cells = credential_cells(each.listed.credential, watchlist.zone)
        yield _item(each, next_messages, at) | cells | decided_cells(each)
    for app_view in judgement.apps:
        if app_view.problems:
            yield _item(app_view, next_messages, at)


def _item(view: Item, next_messages: NextMessages, at: Moment) -> CsvRow:
    kind, name, app = _names(view)
    row: CsvRow = {
        "kind": kind,
        "item": view.item,
        "name": name,
        "app": app,
        "standing": "; ".join(view.problems) if isinstance(view, AppView) else view.standing,
        "severity": view.severity,
        "whose_turn": whose_turn(view, at),
        "next_step": next_step(view, at),
    }
    if view.days_left is not None:
        row["days_left"] = view.days_left
    if (day := next_messages.by_item.get(view.item)) is not None:
        row["next_message"] = day.isoformat()
    return row


def _names(view: Item) -> tuple[str, str, str]:
    """Return the kind of an item, its name, and the name of its app."""
    match view:
        case ServiceView():
            return "service", view.service.name, view.app.name
        case UnclaimedView():
            return "unclaimed", view.credential.name, view.app.name
        case LeftoverView():
            return "leftover", view.owner.service.name, view.owner.app.name
        case InventoryView():
            return "tenant", view.listed.app_name, view.listed.app_name
        case AppView():
            return "app", view.watched.name, view.watched.name


def decided_cells(view: ServiceView | InventoryView) -> CsvRow:
    """Return the columns about a snooze or *Not ours*; without one, all are empty."""
    given = view.acknowledged
    row: CsvRow = {}
    if given is not None:
        row |= {
            "acknowledged_until": given.until.isoformat(),
            "acknowledged_by": given.by.name,
            "acknowledged_why": given.why,
        }
    if isinstance(view, InventoryView) and view.ignored is not None:
        row["ignored_by"] = view.ignored.by.name
    return row


def _unread_service(service: Service, app: WatchedApp) -> CsvRow:
    return {
        "kind": "service",
        "item": service.id,
        "name": service.name,
        "app": app.name,
        "standing": "not read yet",
        "severity": Severity.WARNING,
    }


def credential_cells(credential: Credential | None, zone: ZoneInfo) -> CsvRow:
    """Return the columns about a credential; without one, all are empty."""
    if credential is None:
        return {}
    return {
        "credential": credential.name,
        "credential_kind": credential.kind,
        "hint": credential.hint,
        "key_id": credential.key_id,
        **_end(credential.ends, zone),
    }


def _end(ends: datetime | None, zone: ZoneInfo) -> CsvRow:
    if ends is None:
        return {"ends": "does not expire"}
    return {
        "ends": ends.astimezone(zone).date().isoformat(),
        "ends_at": clock(ends, zone),
        "zone": zone.key,
        "ends_utc": instant(ends) or "",
    }
