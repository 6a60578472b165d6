"""The list of what needs attention, with links to the items below it."""

from collections.abc import Sequence
from typing import NamedTuple

from shared.core.model.vocabulary import Severity
from shared.render.page.details import Turn
from shared.render.page.other_items import Item
from shared.render.page.services import Card


class Todo(NamedTuple):
    """A line of the list."""

    anchor: str
    severity: Severity
    badge: str
    text: str
    whose: str


def todos(cards: Sequence[Card], items: Sequence[Item]) -> list[Todo]:
    """Return the services and items that need attention, the most urgent first."""
    services = [
        Todo(f"service-{card.id}", card.severity, card.badge, card.headline, _whose(card.turn))
        for card in cards
        if card.severity != Severity.OK or card.turn is not None
    ]
    others = [
        Todo(item.id, item.severity, item.badge, item.headline, _whose(item.turn)) for item in items
    ]
    return sorted((*services, *others), key=lambda todo: -todo.severity.rank)


def _whose(turn: Turn | None) -> str:
    return turn.whose if turn is not None else ""
