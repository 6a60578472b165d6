"""The sentences about a service that a pipeline installs: who looks at the pipeline, and why."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import override

from shared.core.model.vocabulary import Loss, Reason, Role, Standing
from shared.render.text.dates import Moment, date_of, day, until
from shared.render.text.naming import counted, described, noun
from shared.render.text.service.explanation import candidates, snooze
from shared.render.text.service.words import ServiceWords
from shared.render.text.turn import NOTHING_TO_DO, RENEWER, Turn

_CALM = frozenset({Standing.HEALTHY, Standing.APP_PROBLEM, Standing.UNMATCHED})
"""The standings that are worded as for any other service."""


@dataclass(frozen=True)
class PipelineWords(ServiceWords):
    """The sentences about such a service; nobody is asked to create, install or confirm."""

    @override
    def summary(self, at: Moment) -> str:
        view = self.view
        if view.standing in _CALM:
            return super().summary(at)
        if view.loss == Loss.DELETED:
            return f"{self.name}: its newest {self._kind} was deleted in Entra"
        expires = until(view.in_use.ends if view.in_use is not None else None, *at, brief=True)
        if view.late_since is None or view.loss != Loss.NONE:
            return f"{self.name}: {self._kind} {expires}; its pipeline has not replaced it"
        return f"The rotation of {self.name} has not run since {self._since(at)}"

    @override
    def headline(self, reason: Reason, at: Moment) -> str:
        in_use = self.view.in_use
        if reason == Reason.RUNG and self.view.late_since is not None and in_use is not None:
            expires = until(in_use.ends, *at, brief=True)
            since = f"its rotation has not run since {self._since(at)}"
            return f"{self.name}: {self._kind} {expires}; {since}"
        return self.summary(at)

    @override
    def turn(self) -> Turn:
        kind = f"new {self._kind}"
        match self.view.standing:
            case Standing.HEALTHY | Standing.APP_PROBLEM:
                return NOTHING_TO_DO
            case Standing.UNMATCHED:
                correct = f"or correct {self.name}'s claim in the watchlist"
                return Turn(RENEWER, f"run the pipeline that creates a {kind}, {correct}.")
            case _:
                why = f"find out why the pipeline of {self.name} has created no {kind}"
                return Turn(RENEWER, f"{why}, and run it again.")

    @override
    def request(self) -> str:
        return ""

    @override
    def explanation(self, reason: Reason, at: Moment, *, page: bool) -> Iterator[str]:
        view, kind = self.view, self._kind
        match view.standing:
            case Standing.HEALTHY if reason == Reason.RECOVERED and view.in_use is not None:
                yield f"Its pipeline has installed the {described(view.in_use, *at)}."
            case Standing.EXPIRING if view.late_since is not None:
                created = date_of(view.late_since, at.zone)
                every = counted(view.service.rotates_every or 1, "day")
                yield f"Its newest {kind} was created on {created}; a new one is due every {every}."
            case Standing.EXPIRING:
                yield f"Its pipeline should have replaced this {kind} by now."
            case Standing.MISSING:
                yield f"No {kind} that works is left. {self.name} has probably stopped syncing."
            case Standing.UNMATCHED:
                yield from super().explanation(reason, at, page=page)
                return
            case _:
                pass
        yield from candidates(view, at)
        yield from snooze(view, at)

    @override
    def runbook_sections(self) -> Mapping[Role, tuple[str, ...]]:
        return {Role.RENEWER: ("Create",)} if self.turn().task else {}

    @property
    def _kind(self) -> str:
        return noun(self.view.in_use)

    def _since(self, at: Moment) -> str:
        late = self.view.late_since
        assert late is not None  # the caller asked
        return day(late.astimezone(at.zone).date(), *at)
