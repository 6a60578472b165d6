"""A card says of one service how it stands, whose turn it is and how to do it; what is not needed next is folded."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple

from markupsafe import Markup

from shared.core.model.context import CheckContext
from shared.core.model.decision import Decision
from shared.core.model.message import Notice
from shared.core.model.views import ServiceView, View
from shared.core.model.vocabulary import Loss, Reason, Severity, Standing
from shared.core.model.watchlist import RUNBOOK_SECTIONS
from shared.core.results import Status
from shared.render.page.forms import Acknowledge, Confirm, acknowledge, confirms, undos
from shared.render.page.history import Entry, history
from shared.render.page.verdict import unread_since
from shared.render.text.dates import full_day, when
from shared.render.text.escape import clean
from shared.render.text.explanations import explanation
from shared.render.text.facts import NEXT_STEP, facts
from shared.render.text.headlines import summary
from shared.render.text.mailto import mailto
from shared.render.text.markdown import html_for_page
from shared.render.text.next_steps import next_step, runbook_sections, whose_turn
from shared.render.text.request import Request, request_mail
from shared.render.text.runbooks import CREATE, REQUEST, filled
from shared.render.text.suggested_name import suggested_name
from shared.render.text.wording import words_for
from shared.render.text.words import INSTALLER, Link

BADGES = {
    Severity.CRITICAL: "Urgent",
    Severity.WARNING: "Action needed",
    Severity.NOTICE: "To do",
    Severity.OK: "Safe",
}
UNCERTAIN = "Not certain"
CLEAN_UP = "Clean up"
PAGE = "https://page.example"
"""Any https address: with one, explanations speak of the buttons on the status page."""


class Section(NamedTuple):
    """A section of the runbook, filled in."""

    title: str
    html: Markup
    when: str
    """`next`: it is needed now, and so is open; `then`: it follows; empty: not now."""


class Turn(NamedTuple):
    """Who acts next, and what they do."""

    whose: str
    """Empty: anybody."""
    task: str


class Countdown(NamedTuple):
    """The days that are left, to be read from afar."""

    number: str
    words: str


@dataclass(frozen=True, slots=True)
class Card:
    """Everything that the page says of one service."""

    id: str
    name: str
    severity: Severity
    badge: str
    headline: str
    countdown: Countdown | None
    turn: Turn | None
    why: str
    facts: tuple[tuple[str, str], ...]
    confirms: tuple[Confirm, ...]
    undos: tuple[Confirm, ...]
    acknowledge: Acknowledge | None
    new_name: str
    """What a new secret must be called, where one is to be created."""
    request: Request | None
    request_next: bool
    sections: tuple[Section, ...]
    links: tuple[Link, ...]
    history: tuple[Entry, ...]


def card(
    view: ServiceView, decisions: Sequence[Decision], status: Status, at: CheckContext
) -> Card:
    """Put a service into words. What is remembered of one that may have changed since is said as such."""
    now, zone = at.now, at.watchlist.zone
    shown = (
        view
        if view.app.usable
        else replace(view, standing=Standing.APP_PROBLEM, severity=Severity.CRITICAL)
    )
    uncertain = shown.standing == Standing.HEALTHY and _may_have_changed(view, status, at)
    headline = summary(shown, now=now, zone=zone)
    if uncertain:
        headline = f"{clean(view.service.name)} was safe when it was last read, {when(view.app.read_at, now, zone, brief=True)}"
    sections = runbook_sections(shown)
    return Card(
        id=view.service.id,
        name=clean(view.service.name),
        severity=Severity.WARNING if uncertain else shown.severity,
        badge=UNCERTAIN if uncertain else BADGES[shown.severity],
        headline=headline,
        countdown=_countdown(view),
        turn=turn_of(shown),
        why=why(shown, at),
        facts=(*rows(shown, at), *_next_message(view, status)),
        confirms=confirms(view, at),
        undos=undos(view, at),
        acknowledge=acknowledge(view, at),
        new_name=suggested_name(view, now=now, zone=zone) if CREATE in sections else "",
        request=_request(view, at),
        request_next=REQUEST in runbook_sections(shown, INSTALLER),
        sections=tuple(_sections(view, sections, at)),
        links=tuple(words_for(view).links()),
        history=tuple(history(view, decisions, at)),
    )


def turn_of(view: View) -> Turn | None:
    """Say whose turn it is and what to do; `None` if there is nothing to do."""
    step, whose = next_step(view), whose_turn(view)
    if not step:
        return None
    task = step[len(whose) + 2 :] if whose else step
    return Turn(whose[:1].upper() + whose[1:], task[:1].upper() + task[1:])


def why(view: View, at: CheckContext) -> str:
    """Say how an item came to stand as it does, as its last message did; buttons are on this very page."""
    state = at.memory.items.get(view.item)
    reason = state.reason if state is not None else Reason.FIRST
    if (
        isinstance(view, ServiceView)
        and view.standing in {Standing.HEALTHY, Standing.APP_PROBLEM}
        and reason != Reason.CONFIRMED
    ):
        return ""
    said = " ".join(
        explanation(
            Notice(view, reason, frozenset()), now=at.now, zone=at.watchlist.zone, page_url=PAGE
        )
    )
    return said.replace(" on the status page", " below")


def rows(view: View, at: CheckContext) -> list[tuple[str, str]]:
    """Give what people look for, as pairs of a label and a text; the next step is said apart."""
    found = facts(Notice(view, Reason.FIRST, frozenset()), now=at.now, zone=at.watchlist.zone)
    return [(label, text) for label, text in found if label != NEXT_STEP]


def _may_have_changed(view: ServiceView, status: Status, at: CheckContext) -> bool:
    watched = next((app for app in at.watchlist.apps if app.key == view.app.key), None)
    return status.stale or (watched is not None and unread_since(watched, status, at) is not None)


def _countdown(view: ServiceView) -> Countdown | None:
    if view.in_use is None:
        return None
    if view.loss == Loss.DELETED:
        return Countdown("Gone", "from the app")
    left = view.days_left
    if left is None:
        return Countdown("No end", "it does not expire")
    if view.loss == Loss.EXPIRED:
        return Countdown("Ended", {0: "today", -1: "yesterday"}.get(left, f"{-left} days ago"))
    if left == 0:
        return Countdown("Today", "it ends")
    return Countdown(str(left), "day left" if left == 1 else "days left")


def _next_message(view: ServiceView, status: Status) -> Iterator[tuple[str, str]]:
    day = status.next_messages.by_item.get(view.item)
    if day is not None:
        yield "Next message", f"On {full_day(day)}, if nothing changes"


def _request(view: ServiceView, at: CheckContext) -> Request | None:
    ready = request_mail(view, now=at.now, zone=at.watchlist.zone)
    if ready is None or not ready.text.strip():
        return None
    to, subject, text = (
        clean(view.service.request_to),
        clean(ready.subject, 200),
        ready.text.strip(),
    )
    return Request(to, subject, text, mailto(to, subject, text) if to else None)


def _sections(view: ServiceView, wanted: Sequence[str], at: CheckContext) -> Iterator[Section]:
    """Give the sections that are next, in their order, and then the rest; the request stands apart."""
    later = [
        title
        for title in RUNBOOK_SECTIONS
        if title not in wanted and (title != CLEAN_UP or _has_old_ones(view))
    ]
    for title in (*wanted, *later):
        markdown = (
            filled(view, title, now=at.now, zone=at.watchlist.zone).strip()
            if title != REQUEST
            else ""
        )
        if markdown:
            yield Section(
                title,
                html_for_page(markdown),
                "" if title not in wanted else "next" if title == wanted[0] else "then",
            )


def _has_old_ones(view: ServiceView) -> bool:
    """Say whether what is older may go: before a newer one is confirmed, "the old one" would be the one in use."""
    return view.standing == Standing.HEALTHY or (
        view.standing == Standing.EXPIRING and bool(view.leftovers)
    )
