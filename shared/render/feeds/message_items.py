"""The items of a message in the JSON documents."""

from shared.core.model.inventory import InventoryView
from shared.core.model.message import Message, Notice
from shared.core.model.views import (
    AppView,
    LeftoverView,
    RemovedView,
    ServiceView,
    UnclaimedView,
    View,
    WatcherView,
)
from shared.core.model.vocabulary import Reason
from shared.render.feeds.document_parts import Json


def items_of(message: Message) -> list[Json]:
    """Return each item of a message, with the reason for it."""
    reported = {notice.view.item for notice in message.notices}
    introduced = (
        Notice(view, Reason.INTRODUCED, frozenset())
        for view in message.watching
        if view.item not in reported
    )
    return [_item(notice) for notice in (*message.notices, *introduced)]


def _item(notice: Notice) -> Json:
    view = notice.view
    return {
        "item": view.item,
        "name": _name(view),
        "standing": view.standing,
        "reason": notice.reason,
        "severity": notice.severity,
        "days_left": view.days_left,
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
