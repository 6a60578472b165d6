"""All sentences about Lapsewatch itself: its checks, its channels and its weekly status."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar, override

from shared.core.model.views import WatcherView
from shared.core.model.vocabulary import Reason, Standing
from shared.render.text.dates import day
from shared.render.text.escape import clean
from shared.render.text.naming import counted, listed, problem_sentences
from shared.render.text.words import ANYBODY, NOTHING_TO_DO, Moment, Turn, Words


@dataclass(frozen=True)
class WatcherWords(Words):
    """The sentences about Lapsewatch itself."""

    marks_copies: ClassVar = False
    view: WatcherView

    @override
    def summary(self, at: Moment) -> str:
        match self.view.aspect:
            case "fewer":
                return "The tenant showed far fewer credentials than the time before"
            case "reading":
                return self._reading(at)
            case "channel":
                channel = f"Channel “{clean(self.view.subject)}”"
                if self._failing:
                    return f"{channel} could not be reached{self._since(at)}"
                return f"{channel} is reached again"
            case "weekly":
                services = counted(len(self.view.services), "service")
                return f"Lapsewatch is alive: watching {services}, {self._how_safe()}"

    def _reading(self, at: Moment) -> str:
        if not self._failing:
            what = "the tenant again" if self.view.subject else "every app again"
            return f"Lapsewatch reads {what}"
        number = len(self.view.problems)
        apps = "an app" if number == 1 else f"{number} apps"
        what = "the tenant" if self.view.subject else apps
        return f"Lapsewatch could not read {what}{self._since(at)}"

    def _since(self, at: Moment) -> str:
        if self.view.since is None:
            return ""
        return f" since {day(self.view.since.astimezone(at.zone).date(), *at)}"

    def _how_safe(self) -> str:
        not_safe = [
            clean(view.service.name)
            for view in self.view.services
            if view.standing != Standing.HEALTHY or not view.app.usable
        ]
        if not_safe:
            return f"{len(not_safe)} not safe yet ({listed(not_safe)})"
        return "safe" if len(self.view.services) == 1 else "all safe"

    @override
    def turn(self) -> Turn:
        return Turn(ANYBODY, self._task()) if self._failing else NOTHING_TO_DO

    def _task(self) -> str:
        match self.view.aspect:
            case "fewer":
                return (
                    "look into the audit log of Entra for deleted apps; "
                    "if there are none, run “doctor”."
                )
            case "reading":
                doctor = "“doctor”, which says what is missing"
                return f"ask whoever looks after Lapsewatch to run {doctor}."
            case _:
                return (
                    f"tell whoever reads “{clean(self.view.subject)}”, "
                    "and ask whoever looks after Lapsewatch to run “doctor --send-test”."
                )

    @override
    def explanation(self, reason: Reason, at: Moment, *, page: bool) -> Iterator[str]:
        yield from problem_sentences(self.view.problems)
        if self.view.aspect == "fewer":
            yield (
                "Were apps deleted, or may the identity no longer read all of them? "
                "Nothing was told of those that are not seen any more."
            )
        elif self._failing and self.view.aspect == "reading":
            yield "What has changed since then is not known; silence is no all-clear."
        elif self._failing:
            yield "Whoever reads only that channel has not heard what was due there."

    @property
    def _failing(self) -> bool:
        return self.view.standing == Standing.FAILING
