"""The next section of a runbook, filled in for the occasion: as Markdown, as a mail to send, and in the little Markdown that cards know."""

import re
from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple
from zoneinfo import ZoneInfo

from shared.core.model.views import ServiceView
from shared.render.text.escape import clean, inert, literal
from shared.render.text.fields import fill_markdown, fill_plain

MAX_CARD_CHARS = 2_000
"""Bytes of a card that the sections may take, in UTF-8."""

_WRAPPED = re.compile(r"(?<=\S)\n +(?!(?:[-*+]|\d+\.) )(?=\S)")
_ADDRESS = re.compile(r"<((https://[^<>\s/]+)(/[^<>\s]+)?/?)>")
_CODE = re.compile(r"(?<!`)(`+)(?!`)(.+?)(?<!`)\1(?!`)", re.DOTALL)
_SUBJECT = re.compile(r"Subject:[ \t]*(.+?)[ \t]*(?:\n|\Z)\s*")


class RequestMail(NamedTuple):
    """The mail with which the installer asks for a new secret: plain text, not escaped for any medium."""

    subject: str
    text: str


def filled(view: ServiceView, section: str, *, now: datetime, zone: ZoneInfo) -> str:
    """Give a section of the service's runbook as Markdown with its fields filled in; empty if it has no runbook, or no such section."""
    runbook = view.service.runbook
    return (
        fill_markdown(runbook.sections.get(section, ""), view, now=now, zone=zone)
        if runbook is not None
        else ""
    )


def request_mail(view: ServiceView, *, now: datetime, zone: ZoneInfo) -> RequestMail | None:
    """Give the mail that *Request* holds, subject and text apart; `None` without a runbook."""
    runbook = view.service.runbook
    if runbook is None:
        return None
    filled_in = fill_plain(runbook.sections.get("Request", ""), view, now=now, zone=zone)
    text = "\n".join(line.strip() for line in filled_in.split("\n"))  # a field may be empty
    subject = _SUBJECT.match(text)
    if subject is None:
        return RequestMail(f"New client secret for {clean(view.service.name)}", text)
    return RequestMail(subject[1], text[subject.end() :])


def for_card(view: ServiceView, names: Sequence[str], *, now: datetime, zone: ZoneInfo) -> str:
    """Give the sections `names` as Markdown for a card: those from the first on that fit; empty if not even the first does."""
    shown = ""
    for name in names:
        body = filled(view, name, now=now, zone=zone).strip()
        longer = f"{shown}\n\n**{name}**\n\n{_plain(body)}".strip() if body else shown
        if len(longer.encode()) > MAX_CARD_CHARS:
            break
        shown = longer
    return shown


def _plain(markdown: str) -> str:
    """Join wrapped lines, which cards would break, and write addresses and code in the way that cards know."""
    uncoded = _CODE.sub(lambda found: literal(found[2].strip()), _WRAPPED.sub(" ", markdown))
    return inert(_ADDRESS.sub(_link, uncoded))


def _link(found: re.Match[str]) -> str:
    """Write an address as a link; a long one is called by its host."""
    return f"[{found[2]}{'/…' if found[3] else ''}]({found[1]})"
