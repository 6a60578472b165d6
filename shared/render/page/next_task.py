"""The next task, which the page shows first: who acts, what they do, and the button for it."""

from collections.abc import Sequence
from typing import NamedTuple

from shared.core.model.vocabulary import Severity
from shared.render.page.details import Turn
from shared.render.page.other_items import Item
from shared.render.page.services import Card
from shared.render.text.links import Link


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
        NextTask(f"service-{card.id}", card.severity, card.turn, card.links, card)
        for card in cards
        if card.turn is not None
    ]
    tasks += [
        NextTask(item.id, item.severity, item.turn, item.links)
        for item in items
        if item.turn is not None
    ]
    return max(tasks, key=lambda task: task.severity.rank, default=None)
