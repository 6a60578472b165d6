"""All sentences about a credential of a watched app that no service claims."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import override

from shared.core.model.directory import Credential
from shared.core.model.views import UnclaimedView
from shared.core.model.vocabulary import Reason, Standing
from shared.core.model.watchlist import Service
from shared.render.text.dates import until
from shared.render.text.escape import clean
from shared.render.text.links import Link, entra_credentials
from shared.render.text.naming import (
    app_label,
    called,
    capital,
    client_id_tail,
    described,
    listed,
    noun,
)
from shared.render.text.words import RENEWER, Moment, Turn, Words

PAIR = 2


@dataclass(frozen=True)
class UnclaimedWords(Words):
    """The sentences about an unclaimed credential."""

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
            return f"Unclaimed {called(credential)} on {self._app}"
        return f"Unclaimed {called(credential)} {until(credential.ends, *at, brief=True)}"

    @override
    def headline(self, reason: Reason, at: Moment) -> str:
        new = reason in {Reason.UNCLAIMED, Reason.INTRODUCED}
        if not new or self.view.standing == Standing.EXPIRED:
            return self.summary(at)
        name = called(self.view.credential)
        if rivals := self.view.rivals:
            return f"{capital(name)}: {_names(rivals)} {_every(rivals)} claim it"
        if self.view.wanted_by:
            whose = f"{_names(self.view.wanted_by, 'or')}'s new {noun(self.view.credential)}"
            return f"Probably {whose}: {name}"
        return f"{capital(name)} on {self._app}: whose is this?"

    @override
    def turn(self) -> Turn:
        return Turn(RENEWER, self._task())

    def _task(self) -> str:
        if rivals := self.view.rivals:
            names = _names(rivals)
            return f"make the claims of {names} in the watchlist tell their credentials apart."
        if self.view.standing == Standing.EXPIRED:
            return "find out whether anything used it; if nothing did, delete it in Entra."
        if wanted_by := self.view.wanted_by:
            return f"if it is for {_names(wanted_by, 'or')}, claim it for that service."
        return (
            "find out whose it is, and claim it for that service; "
            "or for none, if it does not matter."
        )

    @override
    def explanation(self, reason: Reason, at: Moment, *, page: bool) -> Iterator[str]:
        expired = self.view.standing == Standing.EXPIRED
        if rivals := self.view.rivals:
            none = "neither" if len(rivals) == PAIR else "none of them"
            yield f"The claims of {_names(rivals)} {_every(rivals)} match it, so {none} has it."
        elif wanted_by := self.view.wanted_by:
            lack = "lacks" if len(wanted_by) == 1 else "lack"
            yield f"{_names(wanted_by)} {lack} a credential, and no service claims this one."
        elif expired:
            yield "No service claims it, so nobody knows what it was for."
        else:
            yield "No service claims it, so nobody would know what breaks when it ends."
        if page:
            yield "Say on the status page whose it is."
        elif not expired:
            yield "Whose it is can be said with the command “claim”."

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


def _every(services: Sequence[Service]) -> str:
    return "both" if len(services) == PAIR else "all"
