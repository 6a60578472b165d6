"""The JSON documents that programs read. Their names are promises: adding is free, renaming is not.

Instants are RFC 3339 in UTC, to the second; days are calendar days in the watchlist's zone.
"""

from collections.abc import Iterable
from datetime import date

from shared.core.model.check_record import Outcome, Read
from shared.core.model.decision import Decision, InUse
from shared.core.model.inventory import InventoryView
from shared.core.model.judgement import Judgement
from shared.core.model.memory import AppRecord
from shared.core.model.message import Message, NextMessages, Notice
from shared.core.model.views import (
    AppView,
    LeftoverView,
    RemovedView,
    ServiceView,
    UnclaimedView,
    View,
    WatcherView,
)
from shared.core.model.vocabulary import Reason, Severity
from shared.core.model.watchlist import Service, WatchedApp, Watchlist
from shared.core.results import CheckResult, Delivery, Status
from shared.render.feeds.document_parts import Json, credential_document, instant
from shared.render.feeds.inventory_document import inventory_document, result_document
from shared.render.text.next_steps import next_step


def status_document(
    status: Status, watchlist: Watchlist, *, after: str | None = None, paged: bool = False
) -> Json:
    """Say how we stand: every service, what nobody claims, the apps, the tenant, and whether the answer can be trusted.

    With `paged`, the tenant's items are cut to a page; `after` is the cursor that the page before gave. Raises `BadCursor`.
    """
    judgement, last_checks = status.judgement, status.last_checks
    document: Json = {
        "generated_at": instant(judgement.now),
        "worst": worst_of(status, watchlist),
        "check": {
            "last_success": instant(last_checks.last_success),
            "last_attempt": instant(last_checks.last_attempt),
            "outcome": last_checks.outcome,
            "error": last_checks.error or None,
            "stale": status.stale,
            "evidence": last_checks.evidence or None,
        },
        "services": _services(judgement, status.next_messages, watchlist),
        "unclaimed": [_unclaimed(view, status.next_messages) for view in judgement.unclaimed],
        "apps": [_app(app, judgement) for app in watchlist.apps],
        "tenant": inventory_document(status.inventory, after, paged=paged),
    }
    if status.read is not None:
        document["read"] = read_document(status.read)
    return document


def worst_of(status: Status, watchlist: Watchlist) -> Severity:
    """Give the worst severity; a watcher that is stale, failing, or has not seen everything is never `ok`."""
    unsure = (
        status.stale
        or status.last_checks.outcome in {None, Outcome.FAILED, Outcome.PARTIAL}
        or bool(_unjudged(watchlist, status.judgement))
    )
    floor = Severity.WARNING if unsure else Severity.OK
    return max(floor, status.judgement.worst, key=lambda severity: severity.rank)


def check_document(result: CheckResult, watchlist: Watchlist) -> Json:
    """Say what a check found and told."""
    judgement = result.judgement
    document: Json = {
        "checked_at": instant(result.checked_at),
        "outcome": result.outcome,
        "error": result.error or None,
        "read": read_document(result.read),
        "told": [_delivery(delivery) for delivery in result.deliveries],
        "services": _services(judgement, result.next_messages, watchlist)
        if judgement is not None
        else [],
    }
    if result.inventory is not None:
        document["tenant"] = result_document(result.inventory)
    return document | ({"dry_run": True} if result.dry_run else {})


def service_document(view: ServiceView, next_messages: NextMessages) -> Json:
    """Say how one service stands."""
    ack = view.acknowledged
    in_use = credential_document(view.in_use)
    return {
        "id": view.service.id,
        "name": view.service.name,
        "app": _app_reference(view.app),
        "standing": view.standing,
        "severity": view.severity,
        "days_left": view.days_left,
        "ends": instant(view.in_use.ends) if view.in_use is not None else None,
        "in_use": in_use | {"assumed": view.assumed, "over": view.loss or None}
        if in_use is not None
        else None,
        "confirmed": _confirmed(view.in_use_record),
        "replacement": credential_document(view.replacement),
        "leftovers": [credential_document(leftover) for leftover in view.leftovers],
        "next_step": next_step(view) or None,
        "next_message": _day(next_messages.by_item.get(view.item)),
        "acknowledged": None
        if ack is None
        else {
            "until": _day(ack.until),
            "why": ack.why,
            "by": ack.by.name,
            "object_id": ack.by.object_id or None,
            "at": instant(ack.at),
        },
    }


def decision_document(decision: Decision) -> Json:
    """Describe a decision: who, when, what, and why."""
    return {
        "at": instant(decision.at),
        "kind": decision.kind,
        "by": decision.by.name if decision.by is not None else None,
        "object_id": decision.by.object_id or None if decision.by is not None else None,
        "services": list(decision.services),
        "key_id": decision.key_id or None,
        "why": decision.why or None,
    }


def _confirmed(hold: InUse | None) -> Json | None:
    """Say who settled what is in use: a person, or evidence of sign-ins; nobody, where it is only what was seen first."""
    if hold is None or not hold.settled:
        return None
    by = hold.by
    return {
        "at": instant(hold.at),
        "by": by.name if by is not None else None,
        "object_id": by.object_id or None if by is not None else None,
        "evidence": hold.evidence,
    }


def _services(
    judgement: Judgement, next_messages: NextMessages, watchlist: Watchlist
) -> list[Json]:
    unknown = [
        _unknown_service(service, app)
        for app in _unjudged(watchlist, judgement)
        for service in app.services
    ]
    return [service_document(view, next_messages) for view in judgement.services] + unknown


def _delivery(delivery: Delivery) -> Json:
    return {
        "channel": delivery.message.channel,
        "delivered": delivery.delivered,
        "error": delivery.error or None,
        "items": items_of(delivery.message),
    }


def items_of(message: Message) -> list[Json]:
    """Describe each item of a message, and why it is said."""
    said = {notice.view.item for notice in message.notices}
    introduced = (
        Notice(view, Reason.INTRODUCED, frozenset())
        for view in message.watching
        if view.item not in said
    )
    return [_item(notice) for notice in (*message.notices, *introduced)]


def _item(notice: Notice) -> Json:
    return {
        "item": notice.view.item,
        "name": _name(notice.view),
        "standing": notice.view.standing,
        "reason": notice.reason,
        "severity": notice.severity,
        "days_left": notice.view.days_left,
    }


def _name(view: View) -> str:  # noqa: PLR0911  (one return for each kind of item)
    match view:
        case ServiceView():
            return view.service.name
        case LeftoverView():
            return view.owner.service.name
        case AppView():
            return view.watched.name
        case UnclaimedView():
            return view.credential.name
        case RemovedView():
            return view.item
        case WatcherView():
            return view.subject or "Lapsewatch"
        case InventoryView():
            return view.listed.app_name


def _unclaimed(view: UnclaimedView, next_messages: NextMessages) -> Json:
    return {
        "item": view.item,
        "app": _app_reference(view.app),
        "standing": view.standing,
        "severity": view.severity,
        "days_left": view.days_left,
        "ends": instant(view.credential.ends),
        "credential": credential_document(view.credential),
        "matched_by": [service.id for service in view.rivals],
        "wanted_by": [service.id for service in view.wanted_by],
        "next_step": next_step(view) or None,
        "next_message": _day(next_messages.by_item.get(view.item)),
    }


def _app(watched: WatchedApp, judgement: Judgement) -> Json:
    views = [view for view in judgement.apps if view.watched == watched]
    seen = next((view.app for view in views), None)
    problems = [problem for view in views for problem in view.problems]
    if seen is None:
        problems = [judgement.unread.get(watched.key, "it has not been read yet")]
    return {
        "client_id": watched.client_id,
        "object_id": seen.object_id or None if seen is not None else None,
        "name": watched.name,
        "found": seen.found if seen is not None else None,
        "problems": problems,
        "severity": max(
            (view.severity for view in views),
            key=lambda severity: severity.rank,
            default=Severity.WARNING,
        ),
    }


def _app_reference(app: AppRecord) -> Json:
    return {"client_id": app.client_id, "object_id": app.object_id or None, "name": app.name}


def _unjudged(watchlist: Watchlist, judgement: Judgement) -> Iterable[WatchedApp]:
    return [app for app in watchlist.apps if app.key not in judgement.concluded]


def _unknown_service(service: Service, app: WatchedApp) -> Json:
    """A service of an app that was never read: named, so that nobody takes its absence for health."""
    return {
        "id": service.id,
        "name": service.name,
        "app": {"client_id": app.client_id, "object_id": None, "name": app.name},
        **dict.fromkeys(
            (
                "standing",
                "days_left",
                "ends",
                "in_use",
                "replacement",
                "next_step",
                "next_message",
                "acknowledged",
                "confirmed",
            )
        ),
        "severity": Severity.WARNING,
        "leftovers": [],
    }


def read_document(read: Read) -> Json:
    """Say how much was read."""
    return {
        "applications": read.applications,
        "credentials": read.credentials,
        "requests": read.requests,
        "seconds": read.seconds,
    }


def _day(day: date | None) -> str | None:
    return None if day is None else day.isoformat()
