"""One check as one line of the log, from which alert rules read: no names from Graph, no addresses, and never too long to be read.

Application Insights keeps 32,768 characters of a message (Microsoft Learn, "Application Insights telemetry data model", trace), and a
cut line is no JSON: no rule would see the check. What makes a line long is left out and counted; how the check ended never is.
"""

import json

from shared.core.results import CheckResult
from shared.render.feeds.document_parts import Json, instant
from shared.render.feeds.documents import items_of, read_document
from shared.render.feeds.inventory_document import result_document
from shared.render.text.escape import clean

MAX_LINE_CHARS = 30_000
"""Characters of a line: some fewer than are kept, for what the host puts around it."""
MAX_ERROR_CHARS = 4_000


def log_line(result: CheckResult, tenant: str) -> str:
    """Describe a check of a tenant (the key of its watchlist) as a flat JSON object of `MAX_LINE_CHARS` characters at most."""
    undelivered = [
        delivery.message.channel for delivery in result.deliveries if not delivery.delivered
    ]
    reasons = [
        f"{item['item']}:{item['reason']}"
        for delivery in result.deliveries
        for item in items_of(delivery.message)
    ]
    line = ""
    for most in (1000, 100, 10):
        left_out = sum(max(0, len(found) - most) for found in (undelivered, reasons))
        longest = min(MAX_ERROR_CHARS, 20 * most)
        document = {
            "event": "check",
            "tenant_id": clean(tenant, 100),
            "checked_at": instant(result.checked_at),
            "outcome": result.outcome,
            "error": clean(result.error, longest) or None,
            **read_document(result.read),
            "worst": result.judgement.worst if result.judgement is not None else None,
            "messages": sum(delivery.delivered for delivery in result.deliveries),
            "tenant": _of_tenant(result, longest),
            "undelivered": [clean(name, 200) for name in undelivered[:most]],
            "reasons": [clean(reason, 200) for reason in reasons[:most]],
            "left_out": left_out,
        }
        line = json.dumps(document)
        if len(line) <= MAX_LINE_CHARS:
            break
    return line


def _of_tenant(result: CheckResult, longest: int) -> Json | None:
    document = result_document(result.inventory)
    if document is None or result.inventory is None:
        return None
    return document | {"error": clean(result.inventory.error, longest) or None}
