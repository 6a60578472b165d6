"""Each request stands once on the page: at the next task, else at the first service it is for."""

from collections.abc import Sequence
from dataclasses import replace

from shared.render.page.next_task import NextTask
from shared.render.page.services import Card


def requests_once(cards: Sequence[Card], first: NextTask | None) -> list[Card]:
    """Return the cards; those whose request stands above them say so."""
    top = first.card if first is not None else None
    shown = [top.request] if top is not None and top.request_next else []
    found = []
    for card in cards:
        found.append(
            replace(card, request_above=card.request is not None and card.request in shown)
        )
        shown.append(card.request)
    return found
