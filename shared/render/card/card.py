"""Adaptive Cards about a message.

The payload is that of a Teams Workflows webhook. Teams takes about 28 KB a message; a card stays
under 24 KB as it is sent.
"""

import json
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from shared.core.model.message import Message
from shared.core.model.vocabulary import Severity
from shared.render.card.blocks import Block, blocks
from shared.render.card.elements import (
    Element,
    fixed_text,
    line,
    open_url,
)
from shared.render.card.mentions import mention_entities, mention_line
from shared.render.text.escape import clean, inert, literal
from shared.render.text.headlines import is_weekly, next_message, title
from shared.render.text.links import https
from shared.render.text.page_part import page_link

VERSION = "1.2"
"""The version that all elements need, and that Teams knows on phones too.

A client that knows less than the declared version shows only the fallback text. `style: heading`
of the title is of version 1.5; older clients pass over it.
"""
LIMIT = 24_000
"""Bytes of one payload, as `encoded` writes it."""
FRAME = 4_000
"""Bytes of it that the envelope, the title and the last lines may take."""
MAX_FALLBACK_CHARS = 200


class _Part(NamedTuple):
    """One of the cards of a message."""

    blocks: Sequence[Block]
    number: int
    total: int
    cut: int
    """How many blocks are left out after the last card."""
    mention: tuple[str, ...]
    """The people whom this card notifies."""

    @property
    def is_last(self) -> bool:
        return self.number == self.total


def payloads(message: Message, *, page_url: str = "", mention: Sequence[str] = ()) -> list[Element]:
    """Return the requests to post, in order, for everything in `message`.

    The first card notifies the people in `mention`, by sign-in name, if the message is urgent.

    With `page_url`, which must be the https address of the status page, notices that are not
    critical and do not fit the first cards are counted instead of shown.
    """
    page_url = https(page_url)
    mentioned = tuple(mention) if message.severity == Severity.CRITICAL else ()
    room = LIMIT - FRAME - len(encoded(_mentioning(mentioned)))
    packed, cut = _pack(list(blocks(message, page_url)), room, cuttable=bool(page_url))
    total = len(packed)
    parts = [
        _Part(part, number, total, cut, mentioned if number == 1 else ())
        for number, part in enumerate(packed, 1)
    ]
    return [_envelope(_card(message, part, page_url)) for part in parts]


def cards(message: Message, *, page_url: str = "", mention: Sequence[str] = ()) -> list[bytes]:
    """Return the bodies of the requests that post `message`, in order; see `payloads`."""
    return [encoded(payload) for payload in payloads(message, page_url=page_url, mention=mention)]


def encoded(payload: Element) -> bytes:
    """Return a payload as it is sent: JSON in UTF-8."""
    return json.dumps(payload, ensure_ascii=False).encode()


def _mentioning(names: Sequence[str]) -> Element:
    """Return the parts of a card that mention people; empty if there are none."""
    if not names:
        return {}
    return {"body": [mention_line(names)], "msteams": {"entities": mention_entities(names)}}


def _pack(
    blocks: Sequence[Block], room_a_card: int, *, cuttable: bool
) -> tuple[list[list[Block]], int]:
    """Fill card after card; if blocks may be left out, also return how many were."""
    cards: list[list[Block]] = [[]]
    room = room_a_card
    for done, block in enumerate(blocks):
        size = len(encoded(block.element)) + len(", ")
        if size > room and cards[-1]:
            if cuttable and not any(rest.must for rest in blocks[done:]):
                return cards, len(blocks) - done
            cards.append([])
            room = room_a_card
        cards[-1].append(block)
        room -= size
    return cards, 0


def _card(message: Message, part: _Part, page_url: str) -> Element:
    heading = title(message)
    if part.total > 1:
        heading = f"{heading} ({part.number} of {part.total})"
    shown = "" if is_weekly(message) else heading
    mentioning = _mentioning(part.mention)
    card = {
        "type": "AdaptiveCard",
        "$schema": "http://adaptivecards.io/schemas/adaptive-card.json",
        "version": VERSION,
        "msteams": {"width": "Full", **mentioning.get("msteams", {})},
        "fallbackText": _fallback(shown, part.blocks),
        "body": [
            *([_title(message, shown)] if shown else []),
            *mentioning.get("body", ()),
            *(block.element for block in part.blocks),
            *(
                fixed_text(text, isSubtle=True, spacing="Medium")
                for text in _closing(message, part)
            ),
        ],
    }
    if not page_url:
        return card
    link = page_link(message, page_url)
    return {**card, "actions": [open_url("Open the status page", link)]}


def _title(message: Message, heading: str) -> Element:
    """Return the title; the name of a tenant comes from outside."""
    element = line if message.tenant_name else fixed_text
    return element(heading, size="Large", weight="Bolder", style="heading")


def _closing(message: Message, part: _Part) -> list[str]:
    if not part.is_last:
        return []
    lines = [f"And {part.cut} more on the status page."] if part.cut else []
    later = "" if is_weekly(message) else next_message(message)
    return [*lines, later] if later else lines


def _fallback(heading: str, blocks: Iterable[Block]) -> str:
    words = "; ".join(filter(None, (heading, *(block.words for block in blocks))))
    return literal(inert(clean(words, MAX_FALLBACK_CHARS)))


def _envelope(card: Element) -> Element:
    attachment = {
        "contentType": "application/vnd.microsoft.card.adaptive",
        "contentUrl": None,
        "content": card,
    }
    return {"type": "message", "attachments": [attachment]}
