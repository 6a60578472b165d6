"""The status document (JSON). Its names are promises: names may be added, never renamed.

Instants are RFC 3339 in UTC, to the second; days are calendar days in the watchlist's zone.
"""

from collections.abc import Iterator

from shared.core.model.check_record import LastChecks
from shared.core.model.judgement import Judgement
from shared.core.model.message import NextMessages
from shared.core.model.notification import UnreadableRow
from shared.core.model.views import AssignedView, UnclaimedView
from shared.core.model.vocabulary import Severity
from shared.core.model.watchlist import WatchedApp, Watchlist
from shared.core.notify.requests import requests
from shared.core.results import Status
from shared.render.feeds.document_parts import (
    Json,
    app_document,
    credential_document,
    day_text,
    read_document,
)
from shared.render.feeds.inventory_document import inventory_document
from shared.render.feeds.service_document import service_documents
from shared.render.instant import instant
from shared.render.text.dates import Moment
from shared.render.text.next_steps import next_step
from shared.render.text.request import ready_request
from shared.render.worst_severity import worst_severity


def status_document(
    status: Status, watchlist: Watchlist, *, after: str | None = None, paged: bool = False
) -> Json:
    """Return the status of every service, unclaimed credential and app, and of the tenant.

    Args:
        status: What the last check found, judged now.
        watchlist: Also names services whose apps were never read.
        after: The cursor from the previous page of the tenant's items.
        paged: Limit the tenant's items to one page.

    Raises:
        BadCursor: `after` is not a cursor.
    """
    judgement, next_messages = status.judgement, status.next_messages
    at = Moment(judgement.now, watchlist.zone)
    document: Json = {
        "generated_at": instant(judgement.now),
        "worst": worst_severity(status, watchlist),
        "check": _check(status.last_checks, stale=status.stale),
        "services": service_documents(judgement, next_messages, watchlist),
        "unclaimed": [_unclaimed(view, next_messages, at) for view in judgement.unclaimed],
        "ignored": [_ignored(view) for view in judgement.ignored],
        "requests": list(_requests(judgement, watchlist)),
        "apps": [_app(app, judgement) for app in watchlist.apps],
        "tenant": inventory_document(status.inventory, after, paged=paged),
    }
    failed = {**judgement.failed, **status.failed_items}
    if failed:
        document["not_evaluated"] = [{"item": key, "error": why} for key, why in failed.items()]
    if status.read is not None:
        document["read"] = read_document(status.read)
    if rows := status.all_unreadable:
        document["unreadable_rows"] = [_unreadable(row) for row in rows]
    return document


def _check(last_checks: LastChecks, *, stale: bool) -> Json:
    return {
        "last_success": instant(last_checks.last_success),
        "last_attempt": instant(last_checks.last_attempt),
        "outcome": last_checks.outcome,
        "error": last_checks.error or None,
        "stale": stale,
        "evidence": last_checks.evidence or None,
    }


def _requests(judgement: Judgement, watchlist: Watchlist) -> Iterator[Json]:
    """Yield each mail with which people ask for new credentials."""
    for each in requests(judgement.services):
        ready = ready_request(each, now=judgement.now, zone=watchlist.zone)
        if ready is not None:
            yield {
                "services": list(ready.services),
                "to": ready.to or None,
                "subject": ready.subject,
                "body": ready.text,
            }


def _unclaimed(view: UnclaimedView, next_messages: NextMessages, at: Moment) -> Json:
    return {
        "item": view.item,
        "app": app_document(view.app),
        "standing": view.standing,
        "severity": view.severity,
        "days_left": view.days_left,
        "ends": instant(view.credential.ends),
        "credential": credential_document(view.credential),
        "matched_by": [service.id for service in view.rivals],
        "wanted_by": [service.id for service in view.wanted_by],
        "next_step": next_step(view, at) or None,
        "next_message": day_text(next_messages.by_item.get(view.item)),
    }


def _ignored(view: AssignedView) -> Json:
    credential, given = view.credential, view.given
    return {
        "key_id": credential.key_id,
        "kind": credential.kind,
        "name": credential.name or None,
        "hint": credential.hint or None,
        "ends": instant(credential.ends),
        "app": app_document(view.app),
        "by": given.by.name,
        "at": instant(given.at),
    }


def _unreadable(row: UnreadableRow) -> Json:
    return {"partition": row.partition, "key": row.key, "reason": row.reason}


def _app(watched: WatchedApp, judgement: Judgement) -> Json:
    views = [view for view in judgement.apps if view.watched == watched]
    app = views[0].app if views else None
    severities = [view.severity for view in views] or [Severity.WARNING]
    problems = [problem for view in views for problem in view.problems]
    if app is None:
        problems = [judgement.unread.get(watched.key, "it has not been read yet")]
    return {
        "client_id": watched.client_id,
        "object_id": app.object_id or None if app is not None else None,
        "name": watched.name,
        "found": app.found if app is not None else None,
        "problems": problems,
        "severity": max(severities, key=lambda severity: severity.rank),
    }
