"""A service in the JSON documents."""

from shared.core.model.decision import InUse
from shared.core.model.judgement import Judgement
from shared.core.model.message import NextMessages
from shared.core.model.views import ServiceView
from shared.core.model.vocabulary import Severity
from shared.core.model.watchlist import Service, WatchedApp, Watchlist
from shared.render.feeds.document_parts import (
    Json,
    acknowledgement_document,
    app_document,
    credential_document,
    day_text,
    hand_over_document,
)
from shared.render.instant import instant
from shared.render.text.dates import Moment
from shared.render.text.next_steps import next_step
from shared.render.worst_severity import unread_apps

_UNKNOWN_IF_UNREAD = (
    "standing",
    "days_left",
    "ends",
    "in_use",
    "replacement",
    "next_step",
    "next_message",
    "acknowledged",
    "confirmed",
    "hand_over",
)


def service_documents(
    judgement: Judgement, next_messages: NextMessages, watchlist: Watchlist
) -> list[Json]:
    """Return all services, including those of apps that were never read."""
    unread = [
        _unread_service(service, app)
        for app in unread_apps(watchlist, judgement)
        for service in app.services
    ]
    at = Moment(judgement.now, watchlist.zone)
    return [_service(view, next_messages, at) for view in judgement.services] + unread


def _service(view: ServiceView, next_messages: NextMessages, at: Moment) -> Json:
    in_use = credential_document(view.in_use)
    if in_use is not None:
        in_use |= {"assumed": view.assumed, "over": view.loss or None}
    return {
        "id": view.service.id,
        "name": view.service.name,
        **_installation(view.service),
        "app": app_document(view.app),
        "standing": view.standing,
        "severity": view.severity,
        "days_left": view.days_left,
        "ends": instant(view.in_use.ends) if view.in_use is not None else None,
        "in_use": in_use,
        "confirmed": _confirmed(view.in_use_record),
        "replacement": credential_document(view.replacement),
        "leftovers": [credential_document(leftover) for leftover in view.leftovers],
        "next_step": next_step(view, at) or None,
        "next_message": day_text(next_messages.by_item.get(view.item)),
        "acknowledged": acknowledgement_document(view.acknowledged),
        "hand_over": hand_over_document(view.hand_over),
    }


def _installation(service: Service) -> Json:
    return {"installed_by": service.installed_by, "rotates_every": service.rotates_every}


def _confirmed(record: InUse | None) -> Json | None:
    """Return who confirmed the credential in use: a person, or sign-ins; `None` if nobody."""
    if record is None or not record.settled:
        return None
    by = record.by
    return {
        "at": instant(record.at),
        "by": by.name if by is not None else None,
        "object_id": by.object_id or None if by is not None else None,
        "evidence": record.evidence,
    }


def _unread_service(service: Service, app: WatchedApp) -> Json:
    """Name the service, so that its absence is not taken for health."""
    return {
        "id": service.id,
        "name": service.name,
        **_installation(service),
        "app": {"client_id": app.client_id, "object_id": None, "name": app.name},
        **dict.fromkeys(_UNKNOWN_IF_UNREAD),
        "severity": Severity.WARNING,
        "leftovers": [],
    }
