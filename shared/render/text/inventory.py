"""All sentences about a credential somewhere in the tenant."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar, override
from zoneinfo import ZoneInfo

from shared.core.model.directory import Credential, Kind
from shared.core.model.inventory import Holder, InventoryView
from shared.core.model.owners import AppOwners
from shared.core.model.vocabulary import Reason, Standing
from shared.render.text.dates import Moment, date_of, full_day, until
from shared.render.text.escape import MAX_NAME_CHARS, MAX_WATCHLIST_TEXT_CHARS, clean
from shared.render.text.links import Link, entra_of
from shared.render.text.naming import app_name, called, capital, client_id_tail, described, listed
from shared.render.text.turn import RENEWER, Turn
from shared.render.text.words import Words


@dataclass(frozen=True)
class InventoryWords(Words):
    """The sentences about a credential in the tenant."""

    marks_copies: ClassVar = False
    view: InventoryView

    @property
    @override
    def expiring(self) -> Credential:
        return self.view.listed.credential

    @override
    def summary(self, at: Moment) -> str:
        credential = self.view.listed.credential
        expires = until(credential.ends, *at, brief=True)
        return f"{app_name(self.view)}: {called(credential)} {expires}"

    def line(self, at: Moment) -> str:
        """Return the summary with the app's client id and owners, for a list of many."""
        tail = client_id_tail(self.view.listed.client_id) if _has_name(self.view) else ""
        owned = owned_by(self.view.owned) if self.view.owned is not None else ""
        return ", ".join(filter(None, (self.summary(at), tail, owned)))

    @override
    def turn(self, at: Moment) -> Turn:
        is_certificate = self.view.listed.credential.kind == Kind.CERTIFICATE
        kind = "certificate" if is_certificate else "client secret"
        if self.view.standing == Standing.EXPIRED:
            create = f"if so, create a new {kind} for it"
            task = f"find out whether anything uses it; {create}. Then delete this one in Entra."
            return Turn(RENEWER, task)
        create = f"create a new {kind} and install it wherever this one is used"
        return Turn(RENEWER, f"{create}. Then delete this one. If nothing uses it, just delete it.")

    @override
    def explanation(self, reason: Reason, at: Moment, *, page: bool) -> Iterator[str]:
        if self.view.standing == Standing.EXPIRED:
            yield "If anything still uses it, it cannot sign in."
        if (owned := self.view.owned) is not None:
            yield f"The app {'is' if owned.owners else 'has'} {owned_by(owned)}."

    @override
    def facts(self, at: Moment) -> Iterator[tuple[str, str]]:
        listed_as = self.view.listed
        is_app = listed_as.holder == Holder.APPLICATION
        tail = client_id_tail(listed_as.client_id) if _has_name(self.view) else "it has no name"
        yield "Credential", capital(described(listed_as.credential, *at))
        yield "App" if is_app else "Enterprise app", f"{app_name(self.view)} ({tail})"
        if (owned := self.view.owned) is not None:
            yield "Owner", capital(owned_by(owned))
            if owned.reference:
                yield "Reference", clean(owned.reference, MAX_WATCHLIST_TEXT_CHARS)
            if owned.notes:
                yield "Notes", clean(owned.notes, MAX_WATCHLIST_TEXT_CHARS)

    @override
    def links(self) -> Iterator[Link]:
        yield Link("Open in Entra", entra_of(self.view.listed))


def decided_about(view: InventoryView, zone: ZoneInfo) -> str:
    """Return who snoozed a credential, until when and why, and who said that it is not ours."""
    given, ignored = view.acknowledged, view.ignored
    parts = []
    if given is not None:
        who, why = clean(given.by.name), clean(given.why, MAX_WATCHLIST_TEXT_CHARS)
        parts.append(f"snoozed by {who} until {full_day(given.until)}: “{why}”")
    if ignored is not None:
        parts.append(f"not ours: {clean(ignored.by.name)}, {date_of(ignored.at, zone)}")
    return "; ".join(parts)


def owned_by(owned: AppOwners) -> str:
    """Return who owns an app, and why they cannot be notified, if so."""
    if not owned.owners:
        return "no owner"
    people = [owner for owner in owned.owners if owner.person]
    if not people:
        principals = listed([clean(owner.name) or "unnamed" for owner in owned.owners])
        return f"owned only by a service principal ({principals})"
    names = [
        clean(owner.name, MAX_NAME_CHARS) or "an owner (name not available)" for owner in people
    ]
    trouble = " (mail is not delivered)" if owned.unreached else ""
    if all(owner.disabled for owner in people):
        trouble = " (account disabled)" if len(people) == 1 else " (accounts disabled)"
    elif not owned.reachable:
        trouble = " (no email address available)"
    return f"owned by {listed(names)}{trouble}"


def _has_name(view: InventoryView) -> bool:
    return bool(clean(view.listed.app_name, MAX_NAME_CHARS))
