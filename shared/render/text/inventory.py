"""The words for a whole tenant: many credentials in few lines, grouped by when, each with its app and, where known, its owner."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from itertools import groupby
from zoneinfo import ZoneInfo

from shared.core.model.message import InventoryNews, Message, Notice
from shared.core.model.owners import AppOwners
from shared.core.model.views import InventoryView
from shared.render.text.dates import until
from shared.render.text.escape import clean
from shared.render.text.naming import called, client_id_tail, listed

MAX_NAME_CHARS = 120
GROUPS = (
    (-1, "Ended"),
    (1, "Today and tomorrow"),
    (7, "Within a week"),
    (30, "Within 30 days"),
    (10**6, "Later"),
)
"""Headings by the days that are left, at most."""


def app_name(view: InventoryView) -> str:
    """Give what people call the app; its whole client id where it has no name to be found by."""
    return (
        clean(view.listed.app_name, MAX_NAME_CHARS) or f"client id {clean(view.listed.client_id)}"
    )


def has_name(view: InventoryView) -> bool:
    """Say whether the app has a name that can be read."""
    return bool(clean(view.listed.app_name, MAX_NAME_CHARS))


def state(view: InventoryView, now: datetime, zone: ZoneInfo) -> str:
    """Say in one line what ends, and when: 'Signage: secret “key 1” ends in 5 days (30 Nov)'."""
    return f"{app_name(view)}: {called(view.listed.credential)} {until(view.listed.credential.ends, now, zone, brief=True)}"


def line_of(view: InventoryView, now: datetime, zone: ZoneInfo) -> str:
    """Say the same with what tells the app from others, and who owns it."""
    marks = [
        client_id_tail(view.listed.client_id) if has_name(view) else "",
        owned_by(view.owned) if view.owned is not None else "",
    ]
    return ", ".join(filter(None, (state(view, now, zone), *marks)))


def owned_by(owned: AppOwners) -> str:
    """Say plainly who owns an app, or why nobody of those can be told."""
    if not owned.owners:
        return "no owner"
    people = [owner for owner in owned.owners if owner.person]
    names = [
        clean(owner.name, MAX_NAME_CHARS) or "somebody whose name may not be read"
        for owner in people
    ]
    if not people:
        return f"owned by a service principal ({listed([clean(owner.name) or 'unnamed' for owner in owned.owners])}), and by no person"
    trouble = ", to whom no mail gets through" if owned.unreached else ""
    return f"owned by {listed(names)}" + (
        trouble if owned.reachable else ", without an address that can be read"
    )


def title(message: Message, news: InventoryNews) -> str:
    """Give the line above everything. Only fixed words and numbers."""
    if news.first:
        return "Lapsewatch now watches the whole tenant"
    number = len(message.notices)
    items = "1 item" if number == 1 else f"{number:,} items"
    return f"Your apps in Entra: {items}" if news.owner else f"The tenant: {items}"


def opening(message: Message, news: InventoryNews) -> str:
    """Say what was read, and what follows for whom."""
    if news.owner:
        name = clean(news.owner, MAX_NAME_CHARS)
        return f"{name}, you are an owner of the apps below in Microsoft Entra. Whatever uses one of these credentials stops when it ends."
    if not news.first:
        return ""
    sentences = [
        f"{news.applications:,} app registrations with {news.credentials:,} credentials were read."
    ]
    if not any(isinstance(notice.view, InventoryView) for notice in message.notices):
        sentences.append("Nothing ends soon.")
    if news.owners_next:
        apps = (
            "the owners of 1 app"
            if news.owners_next == 1
            else f"the owners of {news.owners_next:,} apps"
        )
        sentences.append(
            f"From tomorrow on, {apps} hear of them, and this channel only of what has no owner who can be written to."
        )
    return " ".join(sentences)


def grouped(message: Message) -> Iterator[tuple[str, Sequence[Notice]]]:
    """Give the notices about credentials by when they end, what ended first; each group most urgent first."""
    notices = [notice for notice in message.notices if isinstance(notice.view, InventoryView)]
    for heading, group in groupby(sorted(notices, key=_order), key=_heading):
        yield heading, tuple(group)


def others(message: Message) -> tuple[Notice, ...]:
    """Give the notices about the reading itself."""
    return tuple(notice for notice in message.notices if not isinstance(notice.view, InventoryView))


def _order(notice: Notice) -> tuple[int, int, str]:
    view = notice.view
    assert isinstance(view, InventoryView)
    return (0 if view.listed.ended else 1, view.days_left, view.item)


def _heading(notice: Notice) -> str:
    view = notice.view
    assert isinstance(view, InventoryView)
    if view.listed.ended:
        return GROUPS[0][1]
    return next(heading for days, heading in GROUPS[1:] if view.days_left <= days)
