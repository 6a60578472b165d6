"""All sentences about a watched app itself, also one that could not be evaluated."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import override

from shared.core.model.directory import NO_PRINCIPAL
from shared.core.model.views import AppView
from shared.core.model.vocabulary import Reason
from shared.core.model.watchlist import Service
from shared.render.text.dates import Moment
from shared.render.text.escape import clean
from shared.render.text.links import Link, entra_authentication
from shared.render.text.naming import app_label, capital, listed, problem_sentences
from shared.render.text.turn import NOTHING_TO_DO, RENEWER, Turn
from shared.render.text.words import Words


@dataclass(frozen=True)
class AppWords(Words):
    """The sentences about a watched app."""

    view: AppView

    @property
    @override
    def name(self) -> str:
        return clean(self.view.watched.name)

    @property
    @override
    def services(self) -> Sequence[Service]:
        return self.view.watched.services

    @override
    def summary(self, at: Moment) -> str:
        return f"{self.name}: {self._state()}"

    def _state(self) -> str:
        missing = len(self.view.problems)
        if self.view.aspect == "redirect_uris":
            return {
                0: "all redirect URIs are there again",
                1: "a redirect URI is missing",
            }.get(missing, f"{missing} redirect URIs are missing")
        if not missing:
            return "the app is available again"
        if not self.view.app.found:
            return "the app cannot be found"
        if self.view.problems == (NO_PRINCIPAL,):
            return "the app has no service principal"
        return "the app is disabled"

    @override
    def turn(self, at: Moment) -> Turn:
        return Turn(RENEWER, self._task()) if self.view.problems else NOTHING_TO_DO

    def _task(self) -> str:
        if self.view.aspect == "redirect_uris":
            return "add the missing redirect URIs in Entra under Authentication, exactly as listed."
        if self.view.app.found:
            return "; then ".join(self._repairs()) + "."
        return (
            "check the client id in the watchlist; "
            "if the app was deleted, restore it in Entra (possible for 30 days)."
        )

    def _repairs(self) -> Iterator[str]:
        """Yield what makes sign-in possible again."""
        if self.view.problems != (NO_PRINCIPAL,):
            yield "enable the app, or its enterprise application, in Entra"
        if any(NO_PRINCIPAL in problem for problem in self.view.problems):
            client_id = clean(self.view.app.client_id, 50)
            yield (
                "restore its enterprise application in Entra (possible for 30 days), or create"
                f" another one (az ad sp create --id {client_id}) and grant its permissions again"
            )

    @override
    def explanation(self, reason: Reason, at: Moment, *, page: bool) -> Iterator[str]:
        yield from (capital(sentence) for sentence in problem_sentences(self.view.problems))
        if self.view.problems and self.view.aspect == "app":
            yield "Until this is fixed, the status of its services is unknown."

    @override
    def facts(self, at: Moment) -> Sequence[tuple[str, str]]:
        affected = listed([clean(service.name) for service in self.view.watched.services])
        return (("Affects", affected), ("App", app_label(self.view.app)))

    @override
    def links(self) -> Iterator[Link]:
        if self.view.aspect == "redirect_uris":
            yield Link("Open in Entra", entra_authentication(self.view.app))


@dataclass(frozen=True)
class FailureWords(AppWords):
    """The sentences about an app that Lapsewatch read and could not evaluate."""

    @override
    def summary(self, at: Moment) -> str:
        if self.view.problems:
            return f"{self.name}: Lapsewatch cannot evaluate this app"
        return f"{self.name}: Lapsewatch can evaluate this app again"

    @override
    def turn(self, at: Moment) -> Turn:
        if not self.view.problems:
            return NOTHING_TO_DO
        return Turn(
            RENEWER,
            "look up in Entra when its credentials expire, and report this error to the"
            " administrator of Lapsewatch.",
        )

    @override
    def explanation(self, reason: Reason, at: Moment, *, page: bool) -> Iterator[str]:
        if self.view.problems:
            services = listed([clean(each.name) for each in self.view.watched.services])
            yield f"Until this is fixed, nobody learns when a credential of {services} expires."
        yield from (capital(sentence) for sentence in problem_sentences(self.view.problems))

    @override
    def facts(self, at: Moment) -> Sequence[tuple[str, str]]:
        affected = listed([clean(service.name) for service in self.view.watched.services])
        return (("Affects", affected), ("Client id", clean(self.view.watched.client_id)))
