"""A letter is what a mail says, before it becomes text or HTML: each notice a block of its own, complete, most urgent first."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple
from zoneinfo import ZoneInfo

from shared.core.model.message import Message, Notice
from shared.core.model.views import InventoryView, LeftoverView, ServiceView, View
from shared.core.model.vocabulary import Severity
from shared.render.text import inventory
from shared.render.text.escape import clean
from shared.render.text.explanations import explanation
from shared.render.text.facts import facts
from shared.render.text.fields import suggested_name
from shared.render.text.headlines import headline, next_message, summary, title
from shared.render.text.links import Link, https, links
from shared.render.text.mailto import Mailto, mailto
from shared.render.text.next_steps import lead, next_step, runbook_sections
from shared.render.text.runbooks import filled, request_mail

TEST = "Somebody asked whether mail reaches this mailbox. It does; nothing else is to be done."
REQUEST, CREATE = "Request", "Create"
NEXT_STEP = "Next step"
BLOCKS = 10
"""A message about the tenant with more credentials than this has a line for each instead of a block."""
LINES = 300_000
"""Bytes of these lines: Graph takes 4 MB a mail, in which each stands twice, encoded twice, and a letter beyond ASCII triples."""
MAX_PREVIEW_CHARS = 1_000


class Fact(NamedTuple):
    """A label, and a text beside it; `lead` is the part of the text that comes first and stands out."""

    label: str
    lead: str
    rest: str


class Request(NamedTuple):
    """The ready mail with which the installer asks for a new secret."""

    to: str
    """Empty if the watchlist does not say to whom."""
    subject: str
    text: str
    link: Mailto | None


class Steps(NamedTuple):
    """A section of the runbook, in Markdown, with its fields filled in."""

    title: str
    markdown: str


@dataclass(frozen=True, slots=True)
class Block:
    """One notice."""

    severity: Severity
    headline: str
    why: str
    facts: tuple[Fact, ...]
    request: Request | None
    steps: tuple[Steps, ...]
    links: tuple[Link, ...]


@dataclass(frozen=True, slots=True)
class Letter:
    """All of a mail's words."""

    title: str
    preview: str
    """What the list of mails shows beside the subject."""
    opening: str
    watching: tuple[tuple[Severity, str], ...]
    blocks: tuple[Block, ...]
    closing: tuple[str, ...]
    page_url: str
    """Empty if there is no status page."""


def letter(message: Message, *, page_url: str = "", reply_to: tuple[str, ...] = ()) -> Letter:
    """Put `message` into words. `page_url` is the https address of the status page; `reply_to` is where an answer goes."""
    page_url = https(page_url)
    now, zone = message.now, message.zone
    by_urgency = sorted(message.notices, key=lambda notice: -notice.severity.rank)
    watching = tuple(
        (view.severity, summary(view, now=now, zone=zone))
        for view in message.watching
        if message.introduction
    )
    cut = 0
    if message.inventory is not None and len(by_urgency) > BLOCKS:
        every = tuple(_lines(message))
        watching = _fitting(every) if page_url else every
        cut = len(every) - len(watching)
        by_urgency = list(inventory.others(message))
    blocks = tuple(_block(notice, now, zone, page_url) for notice in by_urgency)
    return Letter(
        title=title(message),
        preview=_preview(by_urgency, blocks, watching) or (TEST if message.test else ""),
        opening=_opening(message),
        watching=watching,
        blocks=blocks,
        closing=(
            *([f"And {cut:,} more on the status page."] if cut else []),
            *_closing(message, reply_to),
        ),
        page_url=page_url,
    )


def _opening(message: Message) -> str:
    if message.inventory is not None:
        return inventory.opening(message, message.inventory)
    return TEST if message.test else ""


def _lines(message: Message) -> Iterator[tuple[Severity, str]]:
    """Give a line a credential, in the order of their ends."""
    for _, notices in inventory.grouped(message):
        for notice in notices:
            if isinstance(notice.view, InventoryView):
                yield notice.severity, inventory.line_of(notice.view, message.now, message.zone)


def _fitting(lines: tuple[tuple[Severity, str], ...]) -> tuple[tuple[Severity, str], ...]:
    """Leave out the last ones where a mail would be too large for all, and nothing that is critical."""
    room = LINES - sum(
        len(words.encode()) for severity, words in lines if severity == Severity.CRITICAL
    )
    kept = []
    for severity, words in lines:
        room -= 0 if severity == Severity.CRITICAL else len(words.encode())
        if severity == Severity.CRITICAL or room >= 0:
            kept.append((severity, words))
    return tuple(kept)


def _preview(
    notices: list[Notice], blocks: tuple[Block, ...], watching: tuple[tuple[Severity, str], ...]
) -> str:
    """Say what the subject does not: of one notice the next step, of several the others."""
    if len(notices) == 1 and not watching:
        return next_step(notices[0].view, notices[0].roles) or blocks[0].why
    return "; ".join(
        (
            *(words for _, words in watching),
            *(block.headline for block in blocks[0 if watching else 1 :]),
        )
    )[:MAX_PREVIEW_CHARS]


def _closing(message: Message, reply_to: tuple[str, ...]) -> Iterator[str]:
    if later := next_message(message):
        yield later
    if reply_to:
        yield f"A reply to this mail goes to {', '.join(reply_to)}."
    if message.inventory is not None and message.inventory.owner:
        yield "Lapsewatch writes to you because Entra names you as an owner of these apps."
        return
    yield f"Lapsewatch writes to you because its watchlist names this address in the channel “{clean(message.channel)}”."


def _block(notice: Notice, now: datetime, zone: ZoneInfo, page_url: str) -> Block:
    service, sections = _service(notice.view), runbook_sections(notice.view, notice.roles)
    rows = [_fact(label, text) for label, text in facts(notice, now=now, zone=zone)]
    if service is not None and CREATE in sections:
        place = next(
            (place for place, row in enumerate(rows, 1) if row.label == NEXT_STEP), len(rows)
        )
        rows.insert(place, Fact("Its name", "", suggested_name(service, now=now, zone=zone)))
    return Block(
        severity=notice.severity,
        headline=headline(notice, now=now, zone=zone),
        why=" ".join(explanation(notice, now=now, zone=zone, page_url=page_url)),
        facts=tuple(rows),
        request=_request(service, now, zone)
        if service is not None and REQUEST in sections
        else None,
        steps=tuple(_steps(service, sections, now, zone)) if service is not None else (),
        links=tuple(links(notice.view)),
    )


def _fact(label: str, text: str) -> Fact:
    begins = lead(text)
    return Fact(label, begins, text.removeprefix(begins).strip())


def _service(view: View) -> ServiceView | None:
    match view:
        case ServiceView():
            return view
        case LeftoverView():
            return view.owner
        case _:
            return None


def _request(view: ServiceView, now: datetime, zone: ZoneInfo) -> Request | None:
    ready = request_mail(view, now=now, zone=zone)
    if ready is None:
        return None
    to, subject, text = (
        clean(view.service.request_to),
        clean(ready.subject, 200),
        ready.text.strip(),
    )
    return Request(to, subject, text, mailto(to, subject, text) if to else None)


def _steps(
    view: ServiceView, sections: tuple[str, ...], now: datetime, zone: ZoneInfo
) -> Iterator[Steps]:
    for section in sections:
        if section != REQUEST and (markdown := filled(view, section, now=now, zone=zone)):
            yield Steps(section, markdown)
