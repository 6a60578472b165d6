"""All sentences about a service."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import override

from shared.core.model.directory import Credential
from shared.core.model.message import ABOUT_SNOOZE
from shared.core.model.news import News
from shared.core.model.views import ServiceView
from shared.core.model.vocabulary import Loss, Reason, Role, Standing
from shared.core.model.watchlist import Service
from shared.render.text.dates import Moment
from shared.render.text.escape import clean
from shared.render.text.links import Link, service_links
from shared.render.text.naming import capital
from shared.render.text.service import hand_over, pipeline, snooze
from shared.render.text.service.explanation import candidates, explanation
from shared.render.text.service.facts import facts
from shared.render.text.service.headline import headline, summary
from shared.render.text.service.next_step import request, runbook_sections, turn
from shared.render.text.turn import Turn
from shared.render.text.words import Words


@dataclass(frozen=True)
class ServiceWords(Words):
    """The sentences about a service; its sibling modules write them."""

    view: ServiceView

    @property
    @override
    def name(self) -> str:
        return clean(self.view.service.name)

    @property
    @override
    def services(self) -> Sequence[Service]:
        return (self.view.service,)

    @property
    @override
    def runbook_service(self) -> ServiceView:
        return self.view

    @property
    @override
    def expiring(self) -> Credential | None:
        return self.view.in_use if self.view.loss != Loss.DELETED else None

    @override
    def summary(self, at: Moment) -> str:
        return summary(self.view, at)

    @override
    def headline(self, reason: Reason, at: Moment) -> str:
        about = hand_over.headline(self.view, reason, at)
        about = about or snooze.headline(self.view, reason, at)
        return about or headline(self.view, reason, at)

    @override
    def turn(self, at: Moment) -> Turn:
        return turn(self.view, at)

    @override
    def request(self, at: Moment) -> str:
        return request(self.view, at)

    @override
    def explanation(self, reason: Reason, at: Moment, *, page: bool) -> Iterator[str]:
        if reason not in ABOUT_SNOOZE:
            yield from explanation(self.view, reason, at, page=page)
        yield from snooze.snooze(self.view, reason, at)

    @override
    def news(self, news: Iterable[News], at: Moment) -> Iterator[str]:
        return hand_over.sentences(self.view, news, at)

    @override
    def facts(self, at: Moment) -> Sequence[tuple[str, str]]:
        *rows, app = facts(self.view, at)
        handed_over = hand_over.fact(self.view, at)
        row = [(hand_over.LABEL, capital(handed_over))] if handed_over else []
        return [*rows, *row, app]

    @override
    def links(self) -> Iterator[Link]:
        view = self.view
        return service_links(view.app, view.service, view.replacement or view.in_use)

    @override
    def runbook_sections(self) -> Mapping[Role, tuple[str, ...]]:
        return runbook_sections(self.view)


@dataclass(frozen=True)
class PipelineWords(ServiceWords):
    """The sentences about a service whose credentials a pipeline installs.

    Nobody is asked to create, install or confirm one.
    """

    @override
    def summary(self, at: Moment) -> str:
        return pipeline.state(self.view, at) if self._is_watched else super().summary(at)

    @override
    def headline(self, reason: Reason, at: Moment) -> str:
        if self._is_watched and reason == Reason.RUNG:
            return pipeline.reminder(self.view, at)
        if reason in ABOUT_SNOOZE:
            return super().headline(reason, at)
        return hand_over.headline(self.view, reason, at) or self.summary(at)

    @override
    def turn(self, at: Moment) -> Turn:
        return pipeline.turn(self.view)

    @override
    def request(self, at: Moment) -> str:
        return ""

    @override
    def explanation(self, reason: Reason, at: Moment, *, page: bool) -> Iterator[str]:
        if self.view.standing == Standing.UNMATCHED or reason in ABOUT_SNOOZE:
            yield from super().explanation(reason, at, page=page)
            return
        yield from pipeline.explanation(self.view, reason, at)
        yield from candidates(self.view, at)
        yield from snooze.snooze(self.view, reason, at)

    @override
    def runbook_sections(self) -> Mapping[Role, tuple[str, ...]]:
        return {Role.RENEWER: ("Create",)} if pipeline.turn(self.view).task else {}

    @property
    def _is_watched(self) -> bool:
        """Return whether the pipeline has a problem that has a sentence of its own."""
        return self.view.standing in {Standing.EXPIRING, Standing.MISSING}
