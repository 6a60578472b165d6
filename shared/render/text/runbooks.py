"""Sections of a runbook with their fields filled in: as Markdown, and as the Markdown of cards."""

import re
from collections.abc import Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

from shared.core.model.views import ServiceView
from shared.render.text.escape import inert, literal
from shared.render.text.filling import fill_markdown

REQUEST, CREATE = "Request", "Create"
MAX_CARD_BYTES = 2_000
"""Bytes of a card that the sections may take, in UTF-8."""

_WRAPPED = re.compile(r"(?<=\S)\n +(?!(?:[-*+]|\d+\.) )(?=\S)")
_ADDRESS = re.compile(r"<((https://[^<>\s/]+)(/[^<>\s]+)?/?)>")
_CODE = re.compile(r"(?<!`)(`+)(?!`)(.+?)(?<!`)\1(?!`)", re.DOTALL)


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
        longer = f"{shown}\n\n**{name}**\n\n{_plain(body)}".strip() if body else shown
        if len(longer.encode()) > MAX_CARD_BYTES:
            break
        shown = longer
    return shown


def _plain(markdown: str) -> str:
    """Join wrapped lines, which cards would break, and write addresses and code as cards can."""
    uncoded = _CODE.sub(lambda found: literal(found[2].strip()), _WRAPPED.sub(" ", markdown))
    return inert(_ADDRESS.sub(_link, uncoded))


def _link(found: re.Match[str]) -> str:
    """Write an address as a link, named by its host if it is long."""
    return f"[{found[2]}{'/…' if found[3] else ''}]({found[1]})"
