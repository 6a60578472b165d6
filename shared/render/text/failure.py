"""All sentences about a watched app that could not be evaluated."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import override

from shared.core.model.views import AppView
from shared.core.model.vocabulary import Reason
from shared.core.model.watchlist import Service
from shared.render.text.dates import Moment
from shared.render.text.escape import clean
from shared.render.text.naming import capital, listed, problem_sentences
from shared.render.text.turn import NOTHING_TO_DO, RENEWER, Turn
from shared.render.text.words import Words


@dataclass(frozen=True)
class FailureWords(Words):
    """The sentences about an app that Lapsewatch read and could not evaluate."""

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
        if self.view.problems:
            return f"{self.name}: Lapsewatch cannot evaluate this app"
        return f"{self.name}: Lapsewatch can evaluate this app again"

    @override
    def turn(self) -> Turn:
        if not self.view.problems:
            return NOTHING_TO_DO
        return Turn(
            RENEWER,
            "look up in Entra when its credentials expire, and report this error to the"
            " administrator of Lapsewatch.",
        )

    @override
    def explanation(self, reason: Reason, at: Moment, *, page: bool) -> Iterator[str]:
        yield from (capital(sentence) for sentence in problem_sentences(self.view.problems))
        if self.view.problems:
            services = listed([clean(each.name) for each in self.view.watched.services])
            yield f"Until this is fixed, nobody learns when a credential of {services} expires."

    @override
    def facts(self, at: Moment) -> Sequence[tuple[str, str]]:
        affected = listed([clean(service.name) for service in self.view.watched.services])
        return (("Affects", affected), ("Client id", clean(self.view.watched.client_id)))
