"""All sentences about an old credential of a service that is confirmed to use a newer one."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import override

from shared.core.model.directory import Credential
from shared.core.model.views import LeftoverView, ServiceView
from shared.core.model.vocabulary import Loss, Reason, Role
from shared.core.model.watchlist import Service
from shared.render.text.dates import Moment, date_of, until, when
from shared.render.text.escape import clean
from shared.render.text.links import Link, service_links
from shared.render.text.naming import called, capital, described, noun
from shared.render.text.turn import INSTALLER, RENEWER, Turn
from shared.render.text.words import Words

CURRENT = {Loss.NONE: "In use", Loss.DELETED: "Deleted", Loss.EXPIRED: "Expired"}
"""The label of the newer credential."""


@dataclass(frozen=True)
class LeftoverWords(Words):
    """The sentences about an old credential."""

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
    def turn(self, at: Moment) -> Turn:
        if self.view.deletable:
            old = called(self.view.credential)
            task = f"check that nothing else uses the {old}, then delete it in Entra."
            return Turn(RENEWER, task)
        if self.view.owner.loss != Loss.NONE:
            return Turn(INSTALLER, f"check whether {self.name} uses it. If it does, confirm it.")
        check = f"check once more that {self.name} uses the new {noun(self.view.credential)}"
        expired = self.view.days_left is not None and self.view.days_left < 0
        return Turn(INSTALLER, f"{check}." if expired else f"{check} before the old one expires.")

    @override
    def explanation(self, reason: Reason, at: Moment, *, page: bool) -> Iterator[str]:
        ends = self.view.credential.ends
        if self.view.deletable:
            yield self._confirmed(at)
        elif ends is not None and ends > at.now:
            yield f"If {self.name} still uses it, it stops syncing {when(ends, *at, brief=True)}."
        else:
            yield f"If {self.name} still uses it, it has stopped syncing."

    def _confirmed(self, at: Moment) -> str:
        record = self.view.owner.in_use_record
        if record is None:
            return f"{self.name} uses a newer one."
        then = date_of(record.at, at.zone)
        if record.by is None:
            return f"Sign-ins on {then} showed that {self.name} uses a newer one."
        return f"On {then}, {self.name} was confirmed to use a newer one."

    @override
    def facts(self, at: Moment) -> Sequence[tuple[str, str]]:
        old, current = self.view.credential, self.view.owner.in_use
        rows = [("Old", capital(described(old, *at)))]
        label = CURRENT[self.view.owner.loss]
        return [*rows, (label, capital(described(current, *at)))] if current else rows

    @override
    def links(self) -> Iterator[Link]:
        owner = self.view.owner
        return service_links(owner.app, owner.service, self.view.credential)

    @override
    def runbook_sections(self) -> Mapping[Role, tuple[str, ...]]:
        if self.view.deletable:
            return {Role.RENEWER: ("Clean up",)}
        return {Role.INSTALLER: ("Verify",)}
