"""The card of a service: its status, whose turn it is and how to do it."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import NamedTuple

from shared.core.model.context import CheckContext
from shared.core.model.views import ServiceView
from shared.core.model.vocabulary import Loss, Severity, Standing
from shared.core.model.watchlist import CREATE, REQUEST
from shared.core.results import Status
from shared.render.page.acknowledge_form import Acknowledge, acknowledge
from shared.render.page.confirm_form import Confirm, confirms, undos
from shared.render.page.decided import Decided, decisions
from shared.render.page.details import Turn, fact_rows, turns_of, why
from shared.render.page.doubts import app_doubt
from shared.render.page.hand_over_part import NOT_HANDED_OVER, HandOverPart
from shared.render.page.history_part import HistoryPart
from shared.render.page.labels import UNCERTAIN
from shared.render.page.runbook import Section, sections
from shared.render.text.dates import full_day, when
from shared.render.text.escape import clean
from shared.render.text.headlines import summary
from shared.render.text.links import Link
from shared.render.text.next_steps import runbook_sections
from shared.render.text.ready_request import NewSecret, ReadyRequest
from shared.render.text.suggested_name import suggested_name
from shared.render.text.turn import INSTALLER
from shared.render.text.urgency import urgency
from shared.render.text.wording import words_for


class Countdown(NamedTuple):
    """The days that are left, in large type."""

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
    turns: tuple[Turn, ...]
    """Everybody's task, in order."""
    why: str
    facts: tuple[tuple[str, str], ...]
    confirms: tuple[Confirm, ...]
    undos: tuple[Confirm, ...]
    acknowledge: Acknowledge | None
    decided: tuple[Decided, ...]
    new_name: str
    """The name for a new secret; empty if no new secret is needed."""
    also_new: tuple[NewSecret, ...]
    """What the same request asks for, for other services."""
    request: ReadyRequest | None
    request_next: bool
    """Sending the request is the installer's next step."""
    request_above: bool
    """The request stands above this card on the page."""
    sections: tuple[Section, ...]
    links: tuple[Link, ...]
    history: HistoryPart
    hand_over: HandOverPart = NOT_HANDED_OVER

    @property
    def turn(self) -> Turn | None:
        """Who acts first."""
        return self.turns[0] if self.turns else None


def card(
    view: ServiceView,
    history: HistoryPart,
    status: Status,
    at: CheckContext,
    request: ReadyRequest | None = None,
) -> Card:
    """Return the card; a service whose data may be out of date is never shown as safe."""
    now, zone = at.now, at.watchlist.zone
    shown = view if view.app.usable else _with_app_problem(view)
    uncertain = shown.standing == Standing.HEALTHY and _may_have_changed(view, status, at)
    needed = runbook_sections(shown)
    to_name = CREATE in needed and not view.service.by_pipeline
    asked = request.new if request is not None and to_name else ()
    return Card(
        id=view.service.id,
        name=clean(view.service.name),
        severity=Severity.WARNING if uncertain else shown.severity,
        badge=UNCERTAIN if uncertain else urgency(shown, zone),
        headline=_was_safe(view, at) if uncertain else summary(shown, now=now, zone=zone),
        countdown=_countdown(view),
        turns=turns_of(shown, at),
        why=why(shown, at),
        facts=(*fact_rows(shown, at), *_next_message(view, status)),
        confirms=confirms(view, at),
        undos=undos(view, at),
        acknowledge=acknowledge(view, at),
        decided=tuple(decisions(view, status, at)),
        new_name=suggested_name(view.service, now=now, zone=zone) if to_name else "",
        also_new=tuple(each for each in asked if each.service_id != view.service.id),
        request=request,
        request_next=REQUEST in runbook_sections(shown, INSTALLER),
        request_above=False,
        sections=tuple(sections(view, needed, at)),
        links=tuple(words_for(view).links()),
        history=history,
    )


def _with_app_problem(view: ServiceView) -> ServiceView:
    return replace(view, standing=Standing.APP_PROBLEM, severity=Severity.CRITICAL)


def _may_have_changed(view: ServiceView, status: Status, at: CheckContext) -> bool:
    watched = next((app for app in at.watchlist.apps if app.key == view.app.key), None)
    return status.stale or (watched is not None and app_doubt(watched, status, at) is not None)


def _was_safe(view: ServiceView, at: CheckContext) -> str:
    read = when(view.app.read_at, at.now, at.watchlist.zone, brief=True)
    return f"{clean(view.service.name)} was safe when it was last read, {read}"


def _countdown(view: ServiceView) -> Countdown | None:
    if view.in_use is None:
        return None
    if view.loss == Loss.DELETED:
        return Countdown("Deleted", "in Entra")
    days = view.days_left
    if days is None:
        return Countdown("Never", "expires")
    if view.loss == Loss.EXPIRED:
        return Countdown("Expired", {0: "today", -1: "yesterday"}.get(days, f"{-days} days ago"))
    if days == 0:
        return Countdown("Today", "it expires")
    return Countdown(str(days), "day left" if days == 1 else "days left")


def _next_message(view: ServiceView, status: Status) -> Iterator[tuple[str, str]]:
    day = status.next_messages.by_item.get(view.item)
    if day is not None:
        yield "Next message", f"On {full_day(day)}, if nothing changes"
