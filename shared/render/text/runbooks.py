"""Sections of a runbook with their fields filled in: as Markdown, and as the Markdown of cards."""

from collections.abc import Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

from shared.core.model.views import ServiceView
from shared.render.text.card_markdown import card_markdown
from shared.render.text.filling import fill_markdown

REQUEST, CREATE = "Request", "Create"
MAX_CARD_BYTES = 2_000
"""Bytes of a card that the sections may take, in UTF-8."""


def filled(view: ServiceView, section: str, *, now: datetime, zone: ZoneInfo) -> str:
    """Return a section of the service's runbook as Markdown; empty if there is no such section."""
    if view.service.runbook is None:
        return ""
    text = view.service.runbook.sections.get(section, "")
    return fill_markdown(text, view, now=now, zone=zone)


def for_card(view: ServiceView, names: Sequence[str], *, now: datetime, zone: ZoneInfo) -> str:
    """Return the first of the sections `names` that fit a card, as its Markdown."""
    shown = ""
    for name in names:
        body = filled(view, name, now=now, zone=zone).strip()
        longer = f"{shown}\n\n**{name}**\n\n{card_markdown(body)}".strip() if body else shown
        if len(longer.encode()) > MAX_CARD_BYTES:
            break
        shown = longer
    return shown
