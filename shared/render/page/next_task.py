"""The next task, which the page shows first: who acts, what they do, and the button for it."""

from collections.abc import Sequence
from dataclasses import replace
from typing import NamedTuple

from shared.core.model.vocabulary import Severity
from shared.render.page.details import Turn
from shared.render.page.other_items import Item
from shared.render.page.services import Card
from shared.render.text.links import Link
from shared.render.text.naming import capital


class NextTask(NamedTuple):
    """The most urgent task."""

    anchor: str
    """Where on the page the rest is."""
    severity: Severity
    turn: Turn
    links: Sequence[Link]
    card: Card | None = None
    """Of a service: its request and its forms have the buttons."""


def next_task(cards: Sequence[Card], items: Sequence[Item]) -> NextTask | None:
    """Return the most urgent task, of a service if others are as urgent; `None` for none."""
    tasks = [
        NextTask(f"service-{card.id}", card.severity, turn, card.links, card)
        for card in cards
        if (turn := _turn(card)) is not None
    ]
    tasks += [
        NextTask(item.id, item.severity, item.turn, item.links)
        for item in items
        if item.turn is not None
    ]
    return max(tasks, key=lambda task: task.severity.rank, default=None)


def requests_once(cards: Sequence[Card], first: NextTask | None) -> list[Card]:
    """Return the cards; each request stands once: at the first task, else at its first card."""
    top = first.card if first is not None else None
    shown = [top.request] if top is not None and top.request_next else []
    found = []
    for card in cards:
        found.append(
            replace(card, request_above=card.request is not None and card.request in shown)
        )
        shown.append(card.request)
    return found


def _turn(card: Card) -> Turn | None:
    """Return who acts first for a service; with the others that its request is for."""
    joint = card.request.task if card.request is not None and card.request_next else ""
    return card.turn._replace(task=capital(joint)) if card.turn and joint else card.turn
