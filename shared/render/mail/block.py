"""One notice in a mail: headline, explanation, facts, request, runbook steps and links."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

from shared.core.model.message import Notice
from shared.core.model.views import ServiceView
from shared.render.mail.parts import Block, Fact, Steps
from shared.render.text.explanations import explanation
from shared.render.text.facts import NEXT_STEP, facts
from shared.render.text.headlines import headline
from shared.render.text.next_steps import lead, runbook_sections
from shared.render.text.request import Request, ready_request
from shared.render.text.runbooks import CREATE, REQUEST, filled
from shared.render.text.suggested_name import suggested_name
from shared.render.text.wording import words_for


def block(notice: Notice, now: datetime, zone: ZoneInfo, page_url: str) -> Block:
    """Return the words of a notice. `page_url` is the status page's https address, or empty."""
    words = words_for(notice.view)
    service, sections = words.runbook_service, runbook_sections(notice.view, notice.roles)
    rows = [_fact(label, text) for label, text in facts(notice, now=now, zone=zone)]
    request: Request | None = None
    steps: tuple[Steps, ...] = ()
    if service is not None:
        steps = tuple(_steps(service, sections, now, zone))
        if REQUEST in sections:
            request = ready_request(service, now=now, zone=zone)
        if CREATE in sections:
            name = Fact("New name", "", suggested_name(service.service, now=now, zone=zone))
            rows.insert(_after_next_step(rows), name)
    return Block(
        severity=notice.severity,
        headline=headline(notice, now=now, zone=zone),
        why=" ".join(explanation(notice, now=now, zone=zone, page_url=page_url)),
        facts=tuple(rows),
        request=request,
        steps=steps,
        links=tuple(words.links()),
    )


def _fact(label: str, text: str) -> Fact:
    begins = lead(text)
    return Fact(label, begins, text.removeprefix(begins).strip())


def _after_next_step(rows: Sequence[Fact]) -> int:
    places = (place for place, row in enumerate(rows, 1) if row.label == NEXT_STEP)
    return next(places, len(rows))


def _steps(
    view: ServiceView, sections: Sequence[str], now: datetime, zone: ZoneInfo
) -> Iterator[Steps]:
    for section in sections:
        if section != REQUEST and (markdown := filled(view, section, now=now, zone=zone)):
            yield Steps(section, markdown)
