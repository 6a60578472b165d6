"""The check document (JSON): what a check found and sent. Its names are promises."""

from shared.core.model.watchlist import Watchlist
from shared.core.results import CheckResult, Delivery
from shared.render.feeds.document_parts import Json, read_document
from shared.render.feeds.inventory_document import result_document
from shared.render.feeds.message_items import items_of
from shared.render.feeds.service_document import service_documents
from shared.render.instant import instant


def check_document(result: CheckResult, watchlist: Watchlist) -> Json:
    """Return what a check found and sent."""
    judgement, next_messages = result.judgement, result.next_messages
    services = (
        service_documents(judgement, next_messages, watchlist) if judgement is not None else []
    )
    document: Json = {
        "checked_at": instant(result.checked_at),
        "outcome": result.outcome,
        "error": result.error or None,
        "read": read_document(result.read),
        "told": [_delivery(delivery) for delivery in result.deliveries],
        "services": services,
    }
    if result.inventory is not None:
        document["tenant"] = result_document(result.inventory)
    return document | ({"dry_run": True} if result.dry_run else {})


def _delivery(delivery: Delivery) -> Json:
    return {
        "channel": delivery.message.channel,
        "delivered": delivery.delivered,
        "error": delivery.error or None,
        "items": items_of(delivery.message),
    }
