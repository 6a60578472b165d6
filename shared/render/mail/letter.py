"""The words of a mail, before they become text or HTML: a block for each notice, urgent first."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

from shared.core.model.message import Message, Notice
from shared.core.model.views import ServiceView
from shared.core.model.vocabulary import Severity
from shared.core.model.watchlist import CREATE, REQUEST
from shared.render.mail.parts import Block, Fact, Letter, Line, Steps
from shared.render.text import inventory_message
from shared.render.text.dates import Moment
from shared.render.text.escape import clean
from shared.render.text.explanations import explanation
from shared.render.text.facts import NEXT_STEP, THEN, facts
from shared.render.text.headlines import headline, next_message, summary, title
from shared.render.text.inventory import InventoryWords
from shared.render.text.links import https
from shared.render.text.next_steps import items_to_ask_for, lead, sections_of, step_of
from shared.render.text.page_part import page_link, part_link
from shared.render.text.request import Shown, ready_request, requests_shown
from shared.render.text.runbooks import filled
from shared.render.text.suggested_name import suggested_name
from shared.render.text.wording import words_for

TEST = "This is a test message. No action is needed."
MAX_BLOCKS = 10
"""A message about the tenant with more credentials has a line instead of a block for each."""
MAX_LINES_BYTES = 300_000
"""Graph takes 4 MB a mail; it has each line twice, encoded twice, and non-ASCII letters triple."""
MAX_PREVIEW_CHARS = 1_000


def letter(
    message: Message, *, page_url: str = "", reply_to: Sequence[str] = (), is_mail: bool = True
) -> Letter:
    """Return the words of `message`.

    `page_url` is the https address of the status page; replies go to `reply_to`. Only a mail says
    why it came.
    """
    page_url = https(page_url)
    now, zone = message.now, message.zone
    notices = sorted(message.notices, key=lambda notice: notice.order)
    lines, cut = tuple(_watching(message)), 0
    if message.inventory is not None and len(notices) > MAX_BLOCKS:
        every = tuple(_inventory_lines(message))
        lines = _fitting(every) if page_url else every
        cut = len(every) - len(lines)
        notices = list(inventory_message.others(message))
    shown = requests_shown(items_to_ask_for(notices), message.requests)
    blocks = tuple(
        _block(notice, shown.get(notice.view.item), Moment(now, zone), page_url)
        for notice in notices
    )
    return Letter(
        title=title(message),
        preview=TEST if message.test else _preview(notices, blocks, lines, Moment(now, zone)),
        opening=_opening(message),
        watching=lines,
        blocks=blocks,
        closing=(*_closing(message, reply_to, cut), *(_why_you(message) if is_mail else ())),
        page_url="" if any(block.page_url for block in blocks) else page_link(message, page_url),
    )


def _opening(message: Message) -> str:
    if message.inventory is not None:
        return inventory_message.opening(message, message.inventory)
    return TEST if message.test else ""


def _watching(message: Message) -> Iterator[Line]:
    for view in message.watching if message.introduction else ():
        yield view.severity, summary(view, now=message.now, zone=message.zone)


def _inventory_lines(message: Message) -> Iterator[Line]:
    """Yield a line for each credential, by expiry date."""
    at = Moment(message.now, message.zone)
    for _, items in inventory_message.grouped(message):
        for notice, view in items:
            yield notice.severity, InventoryWords(view).line(at)


def _fitting(lines: Sequence[Line]) -> tuple[Line, ...]:
    """Leave out the last lines of a mail that would be too large, but never a critical one."""
    sizes = [(severity == Severity.CRITICAL, len(words.encode())) for severity, words in lines]
    room = MAX_LINES_BYTES - sum(size for critical, size in sizes if critical)
    kept = []
    for line, (critical, size) in zip(lines, sizes, strict=True):
        room -= 0 if critical else size
        if critical or room >= 0:
            kept.append(line)
    return tuple(kept)


def _block(notice: Notice, asked: Shown | None, at: Moment, page_url: str) -> Block:
    """Return the words of a notice. `page_url` is the status page's https address, or empty."""
    now, zone = at
    words = words_for(notice.view)
    service, sections = words.runbook_service, sections_of(notice)
    rows = [_fact(label, text) for label, text in facts(notice, now=now, zone=zone)]
    request = ready_request(asked.request, now=now, zone=zone, page_url=page_url) if asked else None
    if asked and request and not asked.first:
        rows.insert(_after_next_step(rows), Fact("Request", "", request.above))
        request = None
    steps: tuple[Steps, ...] = ()
    if service is not None:
        steps = tuple(_steps(service, sections, now, zone))
        if CREATE in sections and not service.service.by_pipeline:
            name = Fact("New name", "", suggested_name(service.service, now=now, zone=zone))
            rows.insert(_after_next_step(rows), name)
    return Block(
        severity=notice.severity,
        headline=headline(notice, now=now, zone=zone),
        why=" ".join(explanation(notice, now=now, zone=zone, page_url=page_url)),
        facts=tuple(rows),
        page_url=part_link(notice, page_url),
        request=request,
        steps=steps,
        links=() if notice.about_snooze else tuple(words.links()),
    )


def _fact(label: str, text: str) -> Fact:
    begins = lead(text)
    return Fact(label, begins, text.removeprefix(begins).strip())


def _after_next_step(rows: Sequence[Fact]) -> int:
    places = [place for place, row in enumerate(rows, 1) if row.label in {NEXT_STEP, THEN}]
    return max(places, default=len(rows))


def _steps(
    view: ServiceView, sections: Sequence[str], now: datetime, zone: ZoneInfo
) -> Iterator[Steps]:
    for section in sections:
        if section != REQUEST and (markdown := filled(view, section, now=now, zone=zone)):
            yield Steps(section, markdown)


def _preview(
    notices: Sequence[Notice], blocks: Sequence[Block], lines: Sequence[Line], at: Moment
) -> str:
    """Return what the subject leaves out: one notice's next step, or the other headlines."""
    if len(notices) == 1 and not lines:
        return step_of(notices[0], at) or blocks[0].why
    headlines = [block.headline for block in blocks[0 if lines else 1 :]]
    return "; ".join((*(words for _, words in lines), *headlines))[:MAX_PREVIEW_CHARS]


def _closing(message: Message, reply_to: Sequence[str], cut: int) -> Iterator[str]:
    if cut:
        yield f"And {cut:,} more on the status page."
    if later := next_message(message):
        yield later
    if reply_to:
        yield f"Replies go to {', '.join(reply_to)}."


def _why_you(message: Message) -> Iterator[str]:
    if message.inventory is not None and message.inventory.owner:
        yield "You get this mail because Microsoft Entra lists you as an owner of these apps."
    else:
        channel = f"the channel “{clean(message.to)}” of the Lapsewatch watchlist"
        yield f"You get this mail because your address is in {channel}."
