"""Items that are not services: unassigned and older credentials, apps, and Lapsewatch itself."""

from collections.abc import Iterator
from typing import NamedTuple

from shared.core.model.context import CheckContext
from shared.core.model.judgement import Judgement
from shared.core.model.views import AppView, LeftoverView, UnclaimedView, View
from shared.core.model.vocabulary import Severity, Standing
from shared.core.model.watchlist import WatchedApp
from shared.core.results import Status
from shared.render.page.claim_form import ClaimForm, claim_form
from shared.render.page.details import Turn, fact_rows, turn_of, why
from shared.render.page.doubts import doubts
from shared.render.page.labels import NOTED, UNCERTAIN, error_text
from shared.render.text.escape import clean
from shared.render.text.headlines import summary
from shared.render.text.links import Link
from shared.render.text.naming import capital, described
from shared.render.text.urgency import WORDS, most_urgent_first
from shared.render.text.wording import words_for
from shared.render.worst_severity import unread_apps


class Item(NamedTuple):
    """One item that is not a service."""

    id: str
    """Its anchor on the page."""
    severity: Severity
    badge: str
    headline: str
    why: str
    turn: Turn | None = None
    facts: tuple[tuple[str, str], ...] = ()
    links: tuple[Link, ...] = ()
    claim: ClaimForm | None = None


def unclaimed(status: Status, at: CheckContext) -> list[Item]:
    """Return the unassigned credentials, each with its form, the most urgent first."""
    views = sorted(status.judgement.unclaimed, key=most_urgent_first)
    return [_unclaimed(view, f"unclaimed-{n}", at) for n, view in enumerate(views, 1)]


def leftovers(status: Status, at: CheckContext) -> list[Item]:
    """Return the older credentials of confirmed services, each once."""
    latest: dict[tuple[str, str], LeftoverView] = {}
    for view in sorted(status.judgement.leftovers, key=lambda view: view.deletable):
        latest[view.owner.item, view.credential.key_id] = view
    views = sorted(latest.values(), key=most_urgent_first)
    return [_item(view, f"leftover-{n}", at) for n, view in enumerate(views, 1)]


def apps(status: Status, at: CheckContext) -> list[Item]:
    """Return the apps that have problems."""
    views = sorted((view for view in status.judgement.apps if view.problems), key=most_urgent_first)
    return [_item(view, f"app-{n}", at) for n, view in enumerate(views, 1)]


def watcher(status: Status, at: CheckContext) -> list[Item]:
    """Return the problems of Lapsewatch itself, and what the watchlist no longer has."""
    judgement, evidence_error = status.judgement, status.last_checks.evidence
    found = [
        _item(view, f"watcher-{n}", at)
        for n, view in enumerate(judgement.watcher, 1)
        if view.standing == Standing.FAILING
    ]
    if evidence_error:
        found.append(_no_evidence(evidence_error))
    removed = (_item(view, f"removed-{n}", at) for n, view in enumerate(judgement.removed, 1))
    return [*found, *removed]


def unread(status: Status, at: CheckContext) -> list[Item]:
    """Return the services of apps that were never read, so that they do not look safe."""
    return [
        Item(
            f"service-{service.id}",
            Severity.WARNING,
            UNCERTAIN,
            f"{clean(service.name)}: status unknown",
            _why_unknown(app, status.judgement),
        )
        for app in unread_apps(at.watchlist, status.judgement)
        for service in app.services
    ]


def _why_unknown(app: WatchedApp, judgement: Judgement) -> str:
    if judgement.failure_of(app.key):
        return f"{clean(app.name)} could not be evaluated."
    return f"{clean(app.name)} has not been read completely yet."


def troubles(status: Status, at: CheckContext) -> Iterator[tuple[str, str]]:
    """Yield the texts of the alert box: why the page may be incomplete, in short and in full."""
    return ((doubt.brief, doubt.detail) for doubt in doubts(status, at))


def _item(view: View, anchor: str, at: CheckContext) -> Item:
    has_badge = view.severity != Severity.OK or isinstance(view, AppView)
    return Item(
        anchor,
        view.severity,
        WORDS[view.severity] if has_badge else NOTED,
        summary(view, now=at.now, zone=at.watchlist.zone),
        why(view, at),
        turn_of(view, at),
        tuple(row for row in fact_rows(view, at) if row[0] != "Credential"),
        tuple(words_for(view).links()),
    )


def _unclaimed(view: UnclaimedView, anchor: str, at: CheckContext) -> Item:
    headline = capital(described(view.credential, at.now, at.watchlist.zone))
    return _item(view, anchor, at)._replace(headline=headline, claim=claim_form(view))


def _no_evidence(error: str) -> Item:
    return Item(
        "evidence",
        Severity.WARNING,
        WORDS[Severity.WARNING],
        "Sign-ins could not be read, so they cannot confirm which credential is in use",
        error_text(error),
    )
