"""All sentences about an older credential of a service that was confirmed on a newer one."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import override

from shared.core.model.directory import Credential
from shared.core.model.message import Role
from shared.core.model.views import LeftoverView, ServiceView
from shared.core.model.vocabulary import Reason
from shared.core.model.watchlist import Service
from shared.render.text.dates import date_of, until, when
from shared.render.text.escape import clean
from shared.render.text.links import Link, service_links
from shared.render.text.naming import called, capital, described, noun
from shared.render.text.words import INSTALLER, RENEWER, Moment, Turn, Words


@dataclass(frozen=True)
class LeftoverWords(Words):
    """The sentences about an older credential."""

    view: LeftoverView

    @property
    @override
    def name(self) -> str:
        return clean(self.view.owner.service.name)

    @property
    @override
    def services(self) -> Sequence[Service]:
        return (self.view.owner.service,)

    @property
    @override
    def runbook_service(self) -> ServiceView:
        return self.view.owner

    @property
    @override
    def expiring(self) -> Credential:
        return self.view.credential

    @override
    def summary(self, at: Moment) -> str:
        old = self.view.credential
        if self.view.deletable:
            return f"{self.name}: the old {called(old)} can be deleted"
        return f"{self.name}: its old {noun(old)} {until(old.ends, *at, brief=True)}"

    @override
    def turn(self) -> Turn:
        if self.view.deletable:
            old = called(self.view.credential)
            task = f"check that nothing uses it any more, then delete the {old} in Entra."
            return Turn(RENEWER, task)
        return Turn(INSTALLER, f"check that {self.name} holds the newer one.")

    @override
    def explanation(self, reason: Reason, at: Moment, *, page: bool) -> Iterator[str]:
        ends = self.view.credential.ends
        if self.view.deletable:
            yield self._confirmed(at)
            yield "Check first that nothing else uses the old one."
        elif ends is not None and ends > at.now:
            yield f"If {self.name} still uses it, sync stops {when(ends, *at, brief=True)}."
        else:
            yield f"If {self.name} still uses it, it is not syncing."

    def _confirmed(self, at: Moment) -> str:
        record = self.view.owner.in_use_record
        if record is None:
            return f"{self.name} uses a newer one."
        then = date_of(record.at, at.zone)
        if record.by is None:
            return f"Sign-ins showed on {then} that {self.name} uses a newer one."
        return f"{self.name} was confirmed on a newer one on {then}."

    @override
    def facts(self, at: Moment) -> Sequence[tuple[str, str]]:
        old, current = self.view.credential, self.view.owner.in_use
        rows = [("Old one", capital(described(old, *at)))]
        return [*rows, ("In use", capital(described(current, *at)))] if current else rows

    @override
    def links(self) -> Iterator[Link]:
        return service_links(self.view.owner, self.view.credential)

    @override
    def runbook_sections(self) -> Mapping[Role, tuple[str, ...]]:
        if self.view.deletable:
            return {Role.RENEWER: ("Clean up",)}
        return {Role.INSTALLER: ("Verify",)}
