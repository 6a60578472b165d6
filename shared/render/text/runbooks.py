"""Sections of a runbook with their fields filled in: as Markdown, and as the Markdown of cards."""

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple
from zoneinfo import ZoneInfo

from shared.core.model.views import Request, ServiceView
from shared.render.text.card_markdown import MAX_CARD_BYTES, card_markdown
from shared.render.text.filling import fill_markdown


class CardSections(NamedTuple):
    """Sections for a card."""

    markdown: str
    """Those that fit, as the card's Markdown."""
    left_out: tuple[str, ...]
    """The titles of those that do not."""


def filled(view: ServiceView, section: str, *, now: datetime, zone: ZoneInfo) -> str:
    """Return a section of the service's runbook as Markdown; empty if there is no such section."""
    if view.service.runbook is None:
        return ""
    text = view.service.runbook.sections.get(section, "")
    return fill_markdown(text, Request((view,)), now=now, zone=zone)


def for_card(
    view: ServiceView, names: Sequence[str], *, now: datetime, zone: ZoneInfo
) -> CardSections:
    """Return the first of the sections `names` that fit a card, and which others there are."""
    shown = ""
    bodies = {name: filled(view, name, now=now, zone=zone).strip() for name in names}
    titles = [name for name in names if bodies[name]]
    for place, name in enumerate(titles):
        longer = f"{shown}\n\n**{name}**\n\n{card_markdown(bodies[name])}".strip()
        if len(longer.encode()) > MAX_CARD_BYTES:
            return CardSections(shown, tuple(titles[place:]))
        shown = longer
    return CardSections(shown, ())
