"""A table for people with a spreadsheet, one row an item; whatever a cell holds, a spreadsheet shows it and never computes it.

RFC 4180, with a byte order mark, without which Excel takes UTF-8 for the computer's old code page.
"""

import csv
import io
import re
from collections.abc import Iterator
from datetime import datetime

from shared.core.model.directory import Credential
from shared.core.model.inventory import InventoryView
from shared.core.model.message import NextMessages
from shared.core.model.views import AppView, LeftoverView, ServiceView, UnclaimedView
from shared.core.model.vocabulary import Severity
from shared.core.model.watchlist import Watchlist
from shared.core.results import Status
from shared.render.feeds.document_parts import instant
from shared.render.text.dates import clock
from shared.render.text.escape import clean
from shared.render.text.next_steps import next_step, whose_turn

BYTE_ORDER_MARK = "\ufeff"
MAX_CELL_CHARS = 1000

COLUMNS = (
    "kind",
    "item",
    "name",
    "app",
    "standing",
    "severity",
    "days_left",
    "ends",
    "ends_at",
    "zone",
    "ends_utc",
    "credential",
    "credential_kind",
    "hint",
    "key_id",
    "whose_turn",
    "next_step",
    "next_message",
    "acknowledged_until",
)

_FORMULA = re.compile(r'(^|;)([\s"]*)(?=[=+\-@\t\r＝＋－＠])')  # noqa: RUF001  (spreadsheets take the wide forms for the plain ones)
"""Where a cell could begin: some spreadsheets part cells at semicolons, and take quotation marks away (OWASP, "CSV Injection")."""

type Item = ServiceView | UnclaimedView | LeftoverView | AppView | InventoryView
type CsvRow = dict[str, str | int]


def status_csv(status: Status, watchlist: Watchlist) -> str:
    """Say how we stand as a table: services, unclaimed credentials, leftovers, what is due in the tenant, and what is wrong with the apps.

    `ends` and `ends_at` are the local day and time in `zone`, `ends_utc` is the same instant in RFC 3339. Lines end in CR LF.
    """
    text = io.StringIO()
    table = csv.DictWriter(text, COLUMNS, restval="", lineterminator="\r\n")
    table.writeheader()
    table.writerows(_defused(row) for row in _rows(status, watchlist))
    return BYTE_ORDER_MARK + text.getvalue()


def _rows(status: Status, watchlist: Watchlist) -> Iterator[CsvRow]:
    judgement = status.judgement
    for service in judgement.services:
        until: CsvRow = (
            {"acknowledged_until": service.acknowledged.until.isoformat()}
            if service.acknowledged is not None
            else {}
        )
        yield _row(service, status.next_messages) | _credential(service.in_use, watchlist) | until
    for app in watchlist.apps:
        if app.key not in judgement.concluded:
            for unread in app.services:
                yield {
                    "kind": "service",
                    "item": unread.id,
                    "name": unread.name,
                    "app": app.name,
                    "standing": "not read yet",
                    "severity": Severity.WARNING,
                }
    others: tuple[UnclaimedView | LeftoverView, ...] = (*judgement.unclaimed, *judgement.leftovers)
    for view in others:
        yield _row(view, status.next_messages) | _credential(view.credential, watchlist)
    for each in status.inventory.views if status.inventory is not None else ():
        yield _row(each, status.next_messages) | _credential(each.listed.credential, watchlist)
    for problem in (view for view in judgement.apps if view.problems):
        yield _row(problem, status.next_messages)


def _row(view: Item, next_messages: NextMessages) -> CsvRow:
    kind, name, app = _called(view)
    row: CsvRow = {
        "kind": kind,
        "item": view.item,
        "name": name,
        "app": app,
        "standing": "; ".join(view.problems) if isinstance(view, AppView) else view.standing,
        "severity": view.severity,
        "whose_turn": whose_turn(view),
        "next_step": next_step(view),
    }
    if view.days_left is not None:
        row["days_left"] = view.days_left
    if (on := next_messages.by_item.get(view.item)) is not None:
        row["next_message"] = on.isoformat()
    return row


def _called(view: Item) -> tuple[str, str, str]:
    """Give what kind of item it is, its name, and its app's."""
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


def _credential(credential: Credential | None, watchlist: Watchlist) -> CsvRow:
    if credential is None:
        return {}
    about: CsvRow = {
        "credential": credential.name,
        "credential_kind": credential.kind,
        "hint": credential.hint,
        "key_id": credential.key_id,
    }
    return about | (
        _end(credential.ends, watchlist)
        if credential.ends is not None
        else {"ends": "does not expire"}
    )


def _end(ends: datetime, watchlist: Watchlist) -> CsvRow:
    local = ends.astimezone(watchlist.zone)
    return {
        "ends": local.date().isoformat(),
        "ends_at": clock(ends, watchlist.zone),
        "zone": watchlist.zone.key,
        "ends_utc": instant(ends) or "",
    }


def _defused(row: CsvRow) -> CsvRow:
    """Clean every text and begin with an apostrophe what a spreadsheet would compute; our own numbers stay numbers."""
    return {
        name: value
        if isinstance(value, int)
        else _FORMULA.sub(r"\1\2'", clean(value, MAX_CELL_CHARS))
        for name, value in row.items()
    }
