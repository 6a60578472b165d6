"""The parts of a card that are not divided: a line or a box for each item, most urgent first."""

from collections.abc import Iterator
from typing import NamedTuple

from shared.core.model.message import Message, Notice
from shared.core.model.vocabulary import Reason, Severity
from shared.core.model.watchlist import REQUEST
from shared.render.card.elements import (
    COLORS,
    Element,
    box,
    button_rows,
    fixed_text,
    line,
    open_url,
    row,
    toggle,
)
from shared.render.card.request_box import elsewhere, request_box
from shared.render.text import inventory_message
from shared.render.text.dates import Moment
from shared.render.text.explanations import explanation
from shared.render.text.facts import facts
from shared.render.text.headlines import headline, next_message, summary
from shared.render.text.inventory import InventoryWords
from shared.render.text.next_steps import items_to_ask_for, lead, sections_of, show_how
from shared.render.text.request import (
    Shown,
    ready_request,
    request_for_card,
    requests_shown,
)
from shared.render.text.runbooks import for_card
from shared.render.text.wording import words_for

TEST = "This is a test message. No action is needed."


class Block(NamedTuple):
    """A part of the card that is not divided."""

    element: Element
    words: str
    """Its line in the text for clients that cannot show the card."""
    must: bool
    """It is never left out; a further card is begun for it."""


def blocks(message: Message, page_url: str) -> Iterator[Block]:
    """Yield the parts of a message. `page_url` is the status page's https address, or empty."""
    if message.test:
        yield Block(fixed_text(TEST), TEST, must=True)
    for view in message.watching if message.introduction else ():
        words = summary(view, now=message.now, zone=message.zone)
        yield Block(line(words, color=COLORS[view.severity]), words, must=True)
    if message.inventory is not None:
        yield from _inventory(message, page_url)
        return
    if message.introduction and message.notices:
        yield Block(_heading("Action needed"), "", must=True)
    yield from _notices(message, page_url)


def _notices(message: Message, page_url: str) -> Iterator[Block]:
    now, zone = message.now, message.zone
    by_urgency = sorted(message.notices, key=lambda notice: notice.order)
    shown = requests_shown(items_to_ask_for(by_urgency), message.requests)
    for number, notice in enumerate(by_urgency, 1):
        words = headline(notice, now=now, zone=zone)
        if notice.reason == Reason.WEEKLY:
            yield Block(_weekly(notice, words, message), words, must=True)
        else:
            asked = shown.get(notice.view.item)
            element = _notice_box(notice, f"steps{number}", Moment(now, zone), page_url, asked)
            yield Block(element, words, must=notice.severity == Severity.CRITICAL)


def _weekly(notice: Notice, words: str, message: Message) -> Element:
    """Return the weekly status: a quiet line, and below it what expires next and what is open."""
    text = " ".join(filter(None, (f"{words}.", next_message(message))))
    rows = [row(*each) for each in facts(notice, now=message.now, zone=message.zone)]
    first = line(text, isSubtle=True)
    return box([first, *rows]) if rows else first


def _inventory(message: Message, page_url: str) -> Iterator[Block]:
    """Yield a line for each credential, by expiry date, then what is wrong with the check."""
    assert message.inventory is not None
    at = Moment(message.now, message.zone)
    if words := inventory_message.opening(message, message.inventory):
        yield Block(line(words), words, must=True)
    for heading, items in inventory_message.grouped(message):
        for place, (notice, view) in enumerate(items):
            words = InventoryWords(view).line(at)
            element = line(words, color=COLORS[notice.severity])
            if place == 0:
                element = box([_heading(heading), element])
            yield Block(element, words, must=notice.severity == Severity.CRITICAL)
    for number, notice in enumerate(inventory_message.others(message), 1):
        element = _notice_box(notice, f"steps{number}", at, page_url)
        yield Block(element, headline(notice, now=at.now, zone=at.zone), must=True)


def _notice_box(
    notice: Notice, steps_id: str, at: Moment, page_url: str, asked: Shown | None = None
) -> Element:
    """Return the box of a notice; `steps_id` is the id of its folded steps."""
    now, zone = at
    words, color = words_for(notice.view), COLORS[notice.severity]
    heading = headline(notice, now=now, zone=zone)
    items = [line(heading, weight="Bolder", size="Medium", color=color)]
    if why := " ".join(explanation(notice, now=now, zone=zone, page_url=page_url)):
        items.append(line(why))
    items += [_fact(label, text) for label, text in facts(notice, now=now, zone=zone)]
    if notice.about_snooze:
        return box(items, color)
    items += _request(asked, at, page_url) if asked else []
    service, sections = words.runbook_service, sections_of(notice)
    buttons = [open_url(link.title, link.url) for link in words.links()]
    if service is not None and service.service.runbook is not None:
        titles = [title for title in sections if title != REQUEST]
        steps = for_card(service, titles, now=now, zone=zone)
        if steps.markdown:
            items.append(box([fixed_text(steps.markdown)], id=steps_id, isVisible=False))
            buttons.insert(0, toggle(show_how(notice), steps_id))
        if steps.left_out:
            left_out = elsewhere(steps.left_out, service.service.runbook, page_url)
            items.append(row("How", left_out))
    items += button_rows(buttons)
    return box(items, color)


def _request(asked: Shown, at: Moment, page_url: str) -> list[Element]:
    ready = ready_request(asked.request, now=at.now, zone=at.zone)
    if ready is None:
        return []
    if not asked.first:
        return [row("Request", ready.above)]
    text = request_for_card(asked.request, now=at.now, zone=at.zone)
    return list(request_box(ready, text, asked.request.runbook, page_url))


def _fact(label: str, text: str) -> Element:
    begins = lead(text)
    return row(label, text.removeprefix(begins), lead=begins)


def _heading(text: str) -> Element:
    return fixed_text(text, weight="Bolder", spacing="Medium")
