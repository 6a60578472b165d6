"""A card says at a glance what, until when, whose turn and the next step; what is critical is never left out.

The payload is that of a Teams Workflows webhook, with an Adaptive Card of version 1.5, the newest that Teams shows.
Teams takes about 28 KB a message; a card stays under 24 KB as it is sent.
"""

import json
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from typing import NamedTuple
from zoneinfo import ZoneInfo

from shared.core.model.message import Message, Notice
from shared.core.model.views import InventoryView, LeftoverView, ServiceView
from shared.core.model.vocabulary import Reason, Severity
from shared.render.card.elements import (
    COLORS,
    Element,
    box,
    fixed_text,
    line,
    open_url,
    row,
    toggle,
)
from shared.render.text import inventory
from shared.render.text.escape import clean, inert, literal
from shared.render.text.explanations import explanation
from shared.render.text.facts import facts
from shared.render.text.headlines import headline, is_weekly, next_message, summary, title
from shared.render.text.links import https, links
from shared.render.text.next_steps import lead, runbook_sections
from shared.render.text.runbooks import for_card

LIMIT = 24_000
"""Bytes of one payload, as `encoded` writes it."""
FRAME = 4_000
"""What of it the envelope, the title and the last lines may take."""
MAX_FALLBACK_CHARS = 200
TEST = "Somebody asked whether messages reach this channel. They do; nothing else is to be done."


class _Block(NamedTuple):
    """A part of the card that is not divided."""

    element: Element
    words: str
    """Its line in the text for clients that cannot show the card."""
    must: bool
    """It is never cut; a further card is begun for it."""

    @property
    def size(self) -> int:
        return len(encoded(self.element)) + len(", ")


def payloads(message: Message, *, page_url: str = "") -> list[Element]:
    """Give the requests to post, in order, for everything in `message`.

    With `page_url`, which must be the https address of the status page, notices that are not critical and do not fit
    the first cards are counted instead of shown.
    """
    page_url = https(page_url)
    cards, cut = _pack(list(_blocks(message, page_url)), cuttable=bool(page_url))
    return [
        _envelope(
            _card(
                message, blocks, (number, len(cards)), cut if number == len(cards) else 0, page_url
            )
        )
        for number, blocks in enumerate(cards, 1)
    ]


def encoded(payload: Element) -> bytes:
    """Write a payload as it is to be sent: JSON in UTF-8."""
    return json.dumps(payload, ensure_ascii=False).encode()


def _pack(blocks: Sequence[_Block], *, cuttable: bool) -> tuple[list[list[_Block]], int]:
    """Fill card after card; where cutting is allowed, give the number of blocks that were left out."""
    cards: list[list[_Block]] = [[]]
    room = LIMIT - FRAME
    for done, block in enumerate(blocks):
        if block.size > room and cards[-1]:
            if cuttable and not any(rest.must for rest in blocks[done:]):
                return cards, len(blocks) - done
            cards.append([])
            room = LIMIT - FRAME
        cards[-1].append(block)
        room -= block.size
    return cards, 0


def _blocks(message: Message, page_url: str) -> Iterator[_Block]:
    """Give the parts of the message, most urgent first."""
    now, zone = message.now, message.zone
    if message.test:
        yield _Block(fixed_text(TEST), TEST, must=True)
    for view in message.watching if message.introduction else ():
        words = summary(view, now=now, zone=zone)
        yield _Block(line(words, color=COLORS[view.severity]), words, must=True)
    if message.inventory is not None:
        yield from _of_tenant(message, page_url)
        return
    if message.introduction and message.notices:
        yield _Block(
            fixed_text("What needs you now", weight="Bolder", spacing="Medium"), "", must=True
        )
    by_urgency = sorted(message.notices, key=lambda notice: -notice.severity.rank)
    for number, notice in enumerate(by_urgency, 1):
        words = headline(notice, now=now, zone=zone)
        if notice.reason == Reason.WEEKLY:
            yield _Block(
                line(" ".join(filter(None, (f"{words}.", next_message(message)))), isSubtle=True),
                words,
                must=True,
            )
            continue
        element = _notice(notice, f"steps{number}", now, zone, page_url)
        yield _Block(element, words, must=notice.severity == Severity.CRITICAL)


def _of_tenant(message: Message, page_url: str) -> Iterator[_Block]:
    """Give a line a credential, under headings that say when; what ails the reading comes first, and whole."""
    assert message.inventory is not None
    now, zone = message.now, message.zone
    if words := inventory.opening(message, message.inventory):
        yield _Block(line(words), words, must=True)
    for number, notice in enumerate(inventory.others(message), 1):
        yield _Block(
            _notice(notice, f"steps{number}", now, zone, page_url),
            headline(notice, now=now, zone=zone),
            must=True,
        )
    for heading, notices in inventory.grouped(message):
        for place, notice in enumerate(notices):
            view = notice.view
            assert isinstance(view, InventoryView)
            words = inventory.line_of(view, now, zone)
            items = [fixed_text(heading, weight="Bolder", spacing="Medium")] if place == 0 else []
            items.append(line(words, color=COLORS[notice.severity]))
            element = items[0] if len(items) == 1 else box(items)
            yield _Block(element, words, must=notice.severity == Severity.CRITICAL)


def _notice(notice: Notice, steps_id: str, now: datetime, zone: ZoneInfo, page_url: str) -> Element:
    service, sections = _service(notice), runbook_sections(notice.view, notice.roles)
    steps = for_card(service, sections, now=now, zone=zone) if service is not None else ""
    color = COLORS[notice.severity]
    items = [
        line(headline(notice, now=now, zone=zone), weight="Bolder", size="Medium", color=color)
    ]
    if why := " ".join(explanation(notice, now=now, zone=zone, page_url=page_url)):
        items.append(line(why))
    items += [_fact(label, text) for label, text in facts(notice, now=now, zone=zone)]
    if steps:
        items.append(box([fixed_text(steps)], id=steps_id, isVisible=False))
    elif service is not None and service.service.runbook is not None and sections:
        items.append(row("How", f"“{sections[0]}” in {service.service.runbook.path}"))
    buttons = [
        *([toggle("Show how", steps_id)] if steps else []),
        *(open_url(link.title, link.url) for link in links(notice.view)),
    ]
    if buttons:
        items.append({"type": "ActionSet", "actions": buttons})
    return box(items, color)


def _fact(label: str, text: str) -> Element:
    begins = lead(text)
    return row(label, text.removeprefix(begins), lead=begins)


def _service(notice: Notice) -> ServiceView | None:
    """Give the service whose runbook says what to do."""
    match notice.view:
        case ServiceView() as view:
            return view
        case LeftoverView() as view:
            return view.owner
        case _:
            return None


def _card(
    message: Message, blocks: Sequence[_Block], place: tuple[int, int], cut: int, page_url: str
) -> Element:
    number, total = place
    head = line if message.tenant_name else fixed_text
    heading = title(message) if total == 1 else f"{title(message)} ({number} of {total})"
    last_lines = [f"And {cut} more on the status page."] if cut else []
    quiet = is_weekly(message)
    if number == total and not quiet and (later := next_message(message)):
        last_lines.append(later)
    card = {
        "type": "AdaptiveCard",
        "$schema": "http://adaptivecards.io/schemas/adaptive-card.json",
        "version": "1.5",
        "msteams": {"width": "Full"},
        "fallbackText": _fallback("" if quiet else heading, blocks),
        "body": [
            *([] if quiet else [head(heading, size="Large", weight="Bolder", style="heading")]),
            *(block.element for block in blocks),
            *(fixed_text(text, isSubtle=True, spacing="Medium") for text in last_lines),
        ],
    }
    return {**card, "actions": [open_url("Open the status page", page_url)]} if page_url else card


def _fallback(heading: str, blocks: Iterable[_Block]) -> str:
    words = "; ".join(filter(None, (heading, *(block.words for block in blocks))))
    return literal(inert(clean(words, MAX_FALLBACK_CHARS)))


def _envelope(card: Element) -> Element:
    attachment = {
        "contentType": "application/vnd.microsoft.card.adaptive",
        "contentUrl": None,
        "content": card,
    }
    return {"type": "message", "attachments": [attachment]}
