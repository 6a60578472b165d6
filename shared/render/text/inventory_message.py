"""A message about the whole tenant: title, opening, and items grouped by expiry date."""

from collections.abc import Iterator, Sequence
from itertools import groupby

from shared.core.model.inventory import InventoryView
from shared.core.model.message import InventoryNews, Message, Notice
from shared.render.text.escape import MAX_NAME_CHARS, clean
from shared.render.text.left_out import left_out_sentence

EXPIRED = "Expired"
GROUPS = (
    (1, "Today and tomorrow"),
    (7, "Within a week"),
    (30, "Within 30 days"),
    (10**6, "Later"),
)
"""Headings by the days that are left, at most."""


def title(message: Message, news: InventoryNews) -> str:
    """Return the line above everything. Only fixed words and numbers."""
    if news.first:
        return "Lapsewatch now watches the whole tenant"
    number = len(message.notices)
    if not number:
        return "The tenant: weekly status"
    items = "1 item" if number == 1 else f"{number:,} items"
    return f"Your apps in Entra: {items}" if news.owner else f"The tenant: {items}"


def opening(message: Message, news: InventoryNews) -> str:
    """Return what was read and left out, and who is notified from now on."""
    if news.owner:
        return (
            f"{clean(news.owner, MAX_NAME_CHARS)}, you own the apps below in Microsoft Entra. "
            "Anything that uses one of these credentials stops working when it expires."
        )
    words = _first_words(message, news) if news.first else _weekly_words(message, news)
    return " ".join(filter(None, (*words, left_out_sentence(news.left_out))))


def _weekly_words(message: Message, news: InventoryNews) -> Iterator[str]:
    if not message.notices:
        yield _read(news)
        yield "Nothing new is due."


def _read(news: InventoryNews) -> str:
    read = f"{news.applications:,} app registrations with {news.credentials:,} credentials"
    return f"{read} were checked."


def _first_words(message: Message, news: InventoryNews) -> Iterator[str]:
    yield _read(news)
    if len(others(message)) == len(message.notices):
        yield "Nothing expires soon."
    if number := news.owners_next:
        apps = "the owners of 1 app" if number == 1 else f"the owners of {number:,} apps"
        yield (
            f"From tomorrow, {apps} are notified directly. "
            "This channel gets the apps whose owners cannot be reached, and everything that "
            "expires within 7 days."
        )


def grouped(message: Message) -> Iterator[tuple[str, Sequence[tuple[Notice, InventoryView]]]]:
    """Yield the notices about credentials, each with its view, under headings by expiry date.

    Expired ones come first, then the most urgent.
    """
    items = [
        (notice, notice.view)
        for notice in message.notices
        if isinstance(notice.view, InventoryView)
    ]
    items.sort(key=lambda item: _order(item[1]))
    for heading, group in groupby(items, key=lambda item: _heading(item[1])):
        yield heading, tuple(group)


def others(message: Message) -> tuple[Notice, ...]:
    """Return the notices about the check of the tenant itself."""
    return tuple(notice for notice in message.notices if not isinstance(notice.view, InventoryView))


def _order(view: InventoryView) -> tuple[bool, int, str]:
    return (not view.listed.ended, view.days_left, view.item)


def _heading(view: InventoryView) -> str:
    if view.listed.ended:
        return EXPIRED
    return next(heading for days, heading in GROUPS if view.days_left <= days)
