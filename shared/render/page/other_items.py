"""Beside the services: what nobody claims, what is left over, what ails an app or the watcher, and what was not read."""

from collections.abc import Iterator
from typing import NamedTuple

from shared.core.model.context import CheckContext
from shared.core.model.views import AppView, LeftoverView, UnclaimedView, View
from shared.core.model.vocabulary import Severity, Standing
from shared.core.results import Status
from shared.render.page.forms import ShownFields, claimants, shown
from shared.render.page.services import BADGES, UNCERTAIN, Turn, rows, turn_of, why
from shared.render.page.verdict import MAX_ERROR_CHARS, doubts, urgency
from shared.render.text.escape import clean
from shared.render.text.headlines import summary
from shared.render.text.naming import capital, described
from shared.render.text.wording import words_for
from shared.render.text.words import Link


class ClaimForm(NamedTuple):
    """A form that says whose a credential is."""

    shown: ShownFields
    services: list[tuple[str, str]]
    """Id and name of each service that it may belong to."""


class Item(NamedTuple):
    """One thing that is not a service."""

    id: str
    """Its anchor on the page."""
    severity: Severity
    badge: str
    headline: str
    why: str
    turn: Turn | None
    facts: list[tuple[str, str]]
    links: list[Link]
    claim: ClaimForm | None = None


def unclaimed(status: Status, at: CheckContext) -> list[Item]:
    """Give the credentials that no service claims, each with its form; one that ended long ago is listed last."""
    views = sorted(status.judgement.unclaimed, key=urgency)
    return [_item(view, f"unclaimed-{n}", at, _claim(view)) for n, view in enumerate(views, 1)]


def leftovers(status: Status, at: CheckContext) -> list[Item]:
    """Give the older credentials of confirmed services; one that can be deleted is said once, as that."""
    latest: dict[tuple[str, str], LeftoverView] = {}
    for view in sorted(status.judgement.leftovers, key=lambda view: view.deletable):
        latest[view.owner.item, view.credential.key_id] = view
    return [
        _item(view, f"leftover-{n}", at)
        for n, view in enumerate(sorted(latest.values(), key=urgency), 1)
    ]


def apps(status: Status, at: CheckContext) -> list[Item]:
    """Give what is wrong with the apps themselves."""
    views = (view for view in status.judgement.apps if view.problems)
    return [_item(view, f"app-{n}", at) for n, view in enumerate(sorted(views, key=urgency), 1)]


def watcher(status: Status, at: CheckContext) -> list[Item]:
    """Give what ails the watcher: channels that fail, sign-ins that cannot be read, and what the watchlist dropped."""
    judgement = status.judgement
    found = [
        _item(view, f"watcher-{n}", at)
        for n, view in enumerate(judgement.watcher, 1)
        if view.standing == Standing.FAILING
    ]
    if status.last_checks.evidence:
        said = clean(status.last_checks.evidence, MAX_ERROR_CHARS)
        found.append(
            Item(
                "evidence",
                Severity.WARNING,
                BADGES[Severity.WARNING],
                "Sign-ins could not be read, so they prove nothing",
                said,
                None,
                [],
                [],
            )
        )
    return [
        *found,
        *(_item(view, f"removed-{n}", at) for n, view in enumerate(judgement.removed, 1)),
    ]


def unread(status: Status, at: CheckContext) -> list[Item]:
    """Give the services of apps that were never read: named, so that nobody takes their absence for health."""
    silent = [app for app in at.watchlist.apps if app.key not in status.judgement.concluded]
    return [
        Item(
            f"service-{service.id}",
            Severity.WARNING,
            UNCERTAIN,
            f"{clean(service.name)} is not known yet",
            said,
            None,
            [],
            [],
        )
        for app in silent
        for service in app.services
        for said in [
            f"{clean(app.name)} has not been read completely, so nothing is known of {clean(service.name)}."
        ]
    ]


def troubles(status: Status, at: CheckContext) -> Iterator[tuple[str, str]]:
    """Give what the loud box above everything says: why the page may not be the whole truth, in short and in full."""
    return ((doubt.brief, doubt.detail) for doubt in doubts(status, at))


def _item(view: View, anchor: str, at: CheckContext, claim: ClaimForm | None = None) -> Item:
    headline = summary(view, now=at.now, zone=at.watchlist.zone)
    if isinstance(view, UnclaimedView):
        headline = capital(described(view.credential, at.now, at.watchlist.zone))
    badge = (
        BADGES[view.severity]
        if view.severity != Severity.OK or isinstance(view, AppView)
        else "Noted"
    )
    return Item(
        anchor,
        view.severity,
        badge,
        headline,
        why(view, at),
        turn_of(view),
        _rows(view, at),
        list(words_for(view).links()),
        claim,
    )


def _rows(view: View, at: CheckContext) -> list[tuple[str, str]]:
    return [(label, text) for label, text in rows(view, at) if label != "Credential"]


def _claim(view: UnclaimedView) -> ClaimForm:
    return ClaimForm(shown(view.credential), claimants(view))
