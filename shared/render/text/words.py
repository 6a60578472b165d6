"""What every kind of item answers: its headline, whose turn it is, why it matters, facts and links.

One class for each kind of item holds all its sentences; `wording` finds the class of an item.
All functions return plain text, with outside text cleaned to short lines; each medium escapes it.
"""

from collections.abc import Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from typing import ClassVar

from shared.core.model.directory import Credential
from shared.core.model.news import News
from shared.core.model.views import ServiceView
from shared.core.model.vocabulary import Reason, Role
from shared.core.model.watchlist import Service
from shared.render.text.dates import Moment
from shared.render.text.links import Link
from shared.render.text.naming import capital, party
from shared.render.text.turn import ANYBODY, INSTALLER, NOTHING_TO_DO, RENEWER, YOUR_TURN, Turn


class Words:
    """The sentences about one item. A kind of item overrides those that it needs."""

    marks_copies: ClassVar = True
    """Whether readers of a copy read that no action is needed."""

    @property
    def name(self) -> str:
        """The name with which its headlines may begin; empty if none does."""
        return ""

    @property
    def services(self) -> Sequence[Service]:
        """The services that it affects: their channels act next."""
        return ()

    @property
    def runbook_service(self) -> ServiceView | None:
        """The service whose runbook says what to do."""
        return None

    @property
    def expiring(self) -> Credential | None:
        """The credential whose expiry date is shown."""
        return None

    def summary(self, at: Moment) -> str:
        """Return the item's status in one line, whatever the reason of the message."""
        raise NotImplementedError

    def headline(self, reason: Reason, at: Moment) -> str:  # noqa: ARG002  (some kinds need it)
        """Return in one line what a message for this reason is about."""
        return self.summary(at)

    def turn(self, at: Moment) -> Turn:  # noqa: ARG002  (some kinds need it)
        """Return who acts next, and what they do."""
        return NOTHING_TO_DO

    def request(self, at: Moment) -> str:  # noqa: ARG002  (as above)
        """Return what an installer asks of the renewer, as a task; empty if nothing."""
        return ""

    def turns(self, at: Moment) -> Sequence[Turn]:
        """Return everybody's task, in order: an installer asks before a renewer creates."""
        turn, request = self.turn(at), self.request(at)
        tasks = (Turn(INSTALLER, request), turn) if request else (turn,)
        return [each for each in tasks if each.task]

    def next_steps(self, at: Moment, readers: AbstractSet[Role] = ANYBODY) -> Sequence[str]:
        """Return whose turn it is and what to do, a sentence for each task that readers need.

        See `next_steps.next_steps`.
        """
        turn, turns = self.turn(at), self.turns(at)
        if readers >= RENEWER | INSTALLER:
            return [self._named(each) for each in turns]
        own = [f"{YOUR_TURN} {each.task}" for each in turns if each.roles & readers]
        return own or ([self._named(turn)] if turn.task else [])

    def whose_turn(self, turn: Turn) -> str:
        """Return who acts, with their channels: "renewer (ITS)"; empty if nobody does."""
        labels = {
            Role.RENEWER: [label for each in self.services for label in each.renewers],
            Role.INSTALLER: [label for each in self.services for label in each.installers],
        }
        return " and ".join(party(role, labels[role]) for role in labels if role in turn.roles)

    def _named(self, turn: Turn) -> str:
        whose = self.whose_turn(turn)
        return capital(f"{whose}: {turn.task}" if whose else turn.task)

    def explanation(self, reason: Reason, at: Moment, *, page: bool) -> Iterable[str]:  # noqa: ARG002  (some kinds need them)
        """Return sentences that say why a message comes now; `page`: there is a status page."""
        return ()

    def news(self, news: Iterable[News], at: Moment) -> Iterable[str]:  # noqa: ARG002  (as above)
        """Return sentences that say what is news of a hand-over."""
        return ()

    def facts(self, at: Moment) -> Iterable[tuple[str, str]]:  # noqa: ARG002  (some kinds need them)
        """Return what people look up, as pairs of a label and a text."""
        return ()

    def links(self) -> Iterable[Link]:
        """Return the places where people work on the item."""
        return ()

    def runbook_sections(self) -> Mapping[Role, tuple[str, ...]]:
        """Return the runbook sections that each role needs next, the first to act first."""
        return {}
