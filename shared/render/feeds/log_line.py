"""One check as one line of the log, for alert rules: no names from Graph, no addresses.

Application Insights keeps 32,768 characters of a message (Microsoft Learn, "Application Insights
telemetry data model", trace). A truncated line is not JSON, and no rule would see the check.
So long lists are cut and the rest is counted; the outcome is always there.
"""

import json

from shared.core.results import CheckResult
from shared.render.feeds.document_parts import Json, read_document
from shared.render.feeds.inventory_document import result_document
from shared.render.feeds.message_items import items_of
from shared.render.instant import instant
from shared.render.text.escape import clean
from shared.version import VERSION

MAX_LINE_CHARS = 30_000
"""Less than the limit, which leaves room for what the host adds around the line."""
MAX_ERROR_CHARS = 4_000
MAX_NAME_CHARS = 200
_LIST_LENGTHS = (1000, 100, 10)
"""How many names a list may have; the first for which the line is short enough is used."""


def log_line(result: CheckResult, tenant: str) -> str:
    """Return a check as a JSON object of at most `MAX_LINE_CHARS` characters.

    `tenant` is the key of the tenant's watchlist.
    """
    line = ""
    for length in _LIST_LENGTHS:
        line = json.dumps(_document(result, tenant, length))
        if len(line) <= MAX_LINE_CHARS:
            break
    return line


def _document(result: CheckResult, tenant: str, length: int) -> Json:
    undelivered = [each.message.channel for each in result.deliveries if not each.delivered]
    reasons = [
        f"{item['item']}:{item['reason']}"
        for delivery in result.deliveries
        for item in items_of(delivery.message)
    ]
    max_error_chars = min(MAX_ERROR_CHARS, 20 * length)
    return {
        "event": "check",
        "version": VERSION,
        "tenant_id": clean(tenant, 100),
        "checked_at": instant(result.checked_at),
        "outcome": result.outcome,
        "error": clean(result.error, max_error_chars) or None,
        **read_document(result.read),
        "worst": result.judgement.worst if result.judgement is not None else None,
        "messages": sum(delivery.delivered for delivery in result.deliveries),
        "tenant": _inventory(result, max_error_chars),
        "undelivered": [clean(name, MAX_NAME_CHARS) for name in undelivered[:length]],
        "reasons": [clean(reason, MAX_NAME_CHARS) for reason in reasons[:length]],
        "left_out": sum(max(0, len(names) - length) for names in (undelivered, reasons)),
    }


def _inventory(result: CheckResult, max_error_chars: int) -> Json | None:
    document = result_document(result.inventory)
    if document is None or result.inventory is None:
        return None
    return document | {"error": clean(result.inventory.error, max_error_chars) or None}
