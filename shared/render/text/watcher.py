"""All sentences about Lapsewatch itself: its checks, its channels and its weekly status."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar, override

from shared.core.model.views import WatcherView
from shared.core.model.vocabulary import Reason, Standing
from shared.render.text.dates import Moment, day
from shared.render.text.digest import digest
from shared.render.text.escape import clean
from shared.render.text.naming import counted, listed, problem_sentences
from shared.render.text.turn import ANYBODY, NOTHING_TO_DO, Turn
from shared.render.text.words import Words

MAX_PROBLEMS = 10


@dataclass(frozen=True)
class WatcherWords(Words):
    """The sentences about Lapsewatch itself."""

    marks_copies: ClassVar = False
    view: WatcherView

    @override
    def summary(self, at: Moment) -> str:
        match self.view.aspect:
            case "fewer":
                return "Far fewer credentials in the tenant than at the last check"
            case "reading":
                return self._reading(at)
            case "failure":
                return self._evaluating()
            case "channel":
                return f"Channel “{self._channel}” {self._reachable(at)}"
            case "weekly":
                services = counted(len(self.view.services), "service")
                return f"Weekly status: {services} watched, {self._open()}"

    def _reading(self, at: Moment) -> str:
        if not self._failing:
            what = "the tenant again" if self.view.subject else "every app again"
            return f"Lapsewatch can read {what}"
        number = len(self.view.problems)
        apps = "an app" if number == 1 else f"{number} apps"
        what = "the tenant" if self.view.subject else apps
        if since := self._since(at):
            return f"Lapsewatch has not been able to read {what}{since}"
        return f"Lapsewatch could not read {what}"

    def _evaluating(self) -> str:
        if not self._failing:
            return "Lapsewatch can evaluate every credential of the tenant again"
        credentials = counted(len(self.view.problems), "credential")
        return f"Lapsewatch cannot evaluate {credentials} of the tenant"

    def _reachable(self, at: Moment) -> str:
        if not self._failing:
            return "is reachable again"
        since = self._since(at)
        return f"has been unreachable{since}" if since else "is unreachable"

    def _since(self, at: Moment) -> str:
        if self.view.since is None:
            return ""
        return f" since {day(self.view.since.astimezone(at.zone).date(), *at)}"

    def _open(self) -> str:
        names = [
            clean(view.service.name)
            for view in self.view.services
            if view.standing != Standing.HEALTHY or not view.app.usable
        ]
        if not names:
            return "nothing to do"
        return f"{len(names)} {'needs' if len(names) == 1 else 'need'} attention ({listed(names)})"

    @override
    def turn(self, at: Moment) -> Turn:
        return Turn(ANYBODY, self._task()) if self._failing else NOTHING_TO_DO

    def _task(self) -> str:
        ask = "ask the administrator of Lapsewatch"
        match self.view.aspect:
            case "fewer":
                return (
                    "look for deleted apps in Entra's audit log; if there are none, run “doctor”."
                )
            case "reading":
                return f"{ask} to run “doctor”, which shows what is missing."
            case "failure":
                return (
                    "look up in Entra when they expire, and report this error to the"
                    " administrator of Lapsewatch."
                )
            case _:
                readers = f"the readers of “{self._channel}”"
                return f"inform {readers}, and {ask} to run “doctor --send-test”."

    @override
    def explanation(self, reason: Reason, at: Moment, *, page: bool) -> Iterator[str]:
        yield from self._effect()
        yield from problem_sentences(self.view.problems[:MAX_PROBLEMS])

    def _effect(self) -> Iterator[str]:
        """Yield what it means for people; the errors as Graph gave them follow."""
        if self.view.aspect == "fewer":
            yield (
                "Were apps deleted, or did Lapsewatch lose permission to read some of them? "
                "No messages were sent about the missing ones."
            )
        elif self._failing and self.view.aspect == "failure":
            yield "Until this is fixed, nobody is notified when they expire."
        elif self._failing and self.view.aspect == "reading":
            yield "Changes since then are unknown. No alerts does not mean all is well."
        elif self._failing:
            yield "People who read only that channel have missed messages."

    @override
    def facts(self, at: Moment) -> Iterator[tuple[str, str]]:
        if self.view.aspect == "weekly":
            yield from digest(self.view, at)

    @property
    def _channel(self) -> str:
        return clean(self.view.label or self.view.subject)

    @property
    def _failing(self) -> bool:
        return self.view.standing == Standing.FAILING
