"""One notice on a card: headline, explanation, facts, folded steps and buttons."""

from datetime import datetime
from zoneinfo import ZoneInfo

from shared.core.model.message import Notice
from shared.render.card.elements import (
    COLORS,
    Element,
    box,
    fixed_text,
    line,
    open_url,
    row,
    toggle,
)
from shared.render.text.explanations import explanation
from shared.render.text.facts import facts
from shared.render.text.headlines import headline
from shared.render.text.next_steps import lead, runbook_sections
from shared.render.text.runbooks import for_card
from shared.render.text.wording import words_for


def notice_box(
    notice: Notice, steps_id: str, now: datetime, zone: ZoneInfo, page_url: str
) -> Element:
    """Return the box of a notice; `steps_id` is the id of its folded steps."""
    words, color = words_for(notice.view), COLORS[notice.severity]
    heading = headline(notice, now=now, zone=zone)
    items = [line(heading, weight="Bolder", size="Medium", color=color)]
    if why := " ".join(explanation(notice, now=now, zone=zone, page_url=page_url)):
        items.append(line(why))
    items += [_fact(label, text) for label, text in facts(notice, now=now, zone=zone)]
    buttons = [open_url(link.title, link.url) for link in words.links()]
    service, sections = words.runbook_service, runbook_sections(notice.view, notice.roles)
    if service is not None and (steps := for_card(service, sections, now=now, zone=zone)):
        items.append(box([fixed_text(steps)], id=steps_id, isVisible=False))
        buttons.insert(0, toggle("Show how", steps_id))
    elif service is not None and service.service.runbook is not None and sections:
        items.append(row("How", f"“{sections[0]}” in {service.service.runbook.path}"))
    if buttons:
        items.append({"type": "ActionSet", "actions": buttons})
    return box(items, color)


def _fact(label: str, text: str) -> Element:
    begins = lead(text)
    return row(label, text.removeprefix(begins), lead=begins)
