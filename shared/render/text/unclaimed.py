"""All sentences about a credential of a watched app that is not assigned to a service."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import override

from shared.core.model.directory import Credential
from shared.core.model.views import UnclaimedView
from shared.core.model.vocabulary import Reason, Standing
from shared.core.model.watchlist import Service
from shared.render.text.dates import Moment, until
from shared.render.text.escape import clean
from shared.render.text.links import Link, entra_credentials
from shared.render.text.naming import (
    app_label,
    called,
    capital,
    client_id_tail,
    described,
    listed,
)
from shared.render.text.turn import RENEWER, Turn
from shared.render.text.words import Words

PAIR = 2


@dataclass(frozen=True)
class UnclaimedWords(Words):
    """The sentences about an unassigned credential."""

    view: UnclaimedView

    @property
    @override
    def services(self) -> Sequence[Service]:
        return self.view.watched.services

    @property
    @override
    def expiring(self) -> Credential:
        return self.view.credential

    @override
    def summary(self, at: Moment) -> str:
        credential = self.view.credential
        if self.view.standing == Standing.HEALTHY:
            return f"Unassigned {called(credential)} on {self._app}"
        return f"Unassigned {called(credential)} {until(credential.ends, *at, brief=True)}"

    @override
    def headline(self, reason: Reason, at: Moment) -> str:
        new = reason in {Reason.UNCLAIMED, Reason.INTRODUCED}
        if not new or self.view.standing == Standing.EXPIRED:
            return self.summary(at)
        name = capital(called(self.view.credential))
        if rivals := self.view.rivals:
            return f"{name} matches {_all(rivals)}"
        if wanted_by := self.view.wanted_by:
            return f"{name} is probably the new one for {_names(wanted_by, 'or')}"
        return f"{name} on {self._app}: which service uses it?"

    @override
    def turn(self, at: Moment) -> Turn:
        return Turn(RENEWER, self._task())

    def _task(self) -> str:
        if rivals := self.view.rivals:
            names = _names(rivals)
            return f"change the claims of {names} in the watchlist so that only one matches."
        if self.view.standing == Standing.EXPIRED:
            return "find out whether anything used it; if not, delete it in Entra."
        if wanted_by := self.view.wanted_by:
            return f"if it is for {_names(wanted_by, 'or')}, assign it."
        return "find out which service uses it and assign it, or choose “Not ours”."

    @override
    def explanation(self, reason: Reason, at: Moment, *, page: bool) -> Iterator[str]:
        expired = self.view.standing == Standing.EXPIRED
        if rivals := self.view.rivals:
            none = "neither" if len(rivals) == PAIR else "none of them"
            yield f"It matches the claims of {_all(rivals)}, so it is assigned to {none}."
        elif wanted_by := self.view.wanted_by:
            need = "needs" if len(wanted_by) == 1 else "need"
            yield f"{_names(wanted_by)} {need} a credential, and this one is not assigned."
        elif expired:
            yield "It is not assigned to a service, so nobody knows what it was for."
        else:
            yield (
                "It is not assigned to a service, "
                "so nobody knows what will stop working when it expires."
            )
        if page:
            yield "Assign it on the status page."
        elif not expired:
            yield "To assign it, run “claim”."

    @override
    def facts(self, at: Moment) -> Sequence[tuple[str, str]]:
        credential = capital(described(self.view.credential, *at))
        return (("Credential", credential), ("App", app_label(self.view.app)))

    @override
    def links(self) -> Iterator[Link]:
        yield Link("Open in Entra", entra_credentials(self.view.app, self.view.credential))

    @property
    def _app(self) -> str:
        return clean(self.view.app.name) or client_id_tail(self.view.app.client_id)


def _names(services: Sequence[Service], joint: str = "and") -> str:
    return listed([clean(service.name) for service in services], joint)


def _all(services: Sequence[Service]) -> str:
    return f"both {_names(services)}" if len(services) == PAIR else _names(services)
