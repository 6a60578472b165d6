"""What every kind of item answers: its headline, whose turn it is, why it matters, facts and links.

One class for each kind of item holds all its sentences; `wording` finds the class of an item.
All functions return plain text, with outside text cleaned to short lines; each medium escapes it.
"""

from collections.abc import Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from datetime import datetime
from typing import ClassVar, NamedTuple
from zoneinfo import ZoneInfo

from shared.core.model.directory import Credential
from shared.core.model.views import ServiceView
from shared.core.model.vocabulary import Reason, Role
from shared.core.model.watchlist import Service

MAX_WATCHLIST_TEXT_CHARS = 300
"""How much of a text of the watchlist or of Entra's notes is shown."""
ANYBODY: AbstractSet[Role] = frozenset()
RENEWER: AbstractSet[Role] = frozenset({Role.RENEWER})
INSTALLER: AbstractSet[Role] = frozenset({Role.INSTALLER})


class Moment(NamedTuple):
    """The instant of the check and the watchlist's time zone: what sentences about days need."""

    now: datetime
    zone: ZoneInfo


class Turn(NamedTuple):
    """Who acts next, and the task."""

    roles: AbstractSet[Role]
    """Empty: anybody."""
    task: str
    """The end of a sentence, with its full stop; empty if there is nothing to do."""


NOTHING_TO_DO = Turn(ANYBODY, "")


class Link(NamedTuple):
    """A button: its text and its address."""

    title: str
    url: str


class Words:
    """The sentences about one item. A kind of item overrides those that it needs."""

    marks_copies: ClassVar = True
    """Whether readers who only get a copy are told that they need not act."""

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

    def turn(self) -> Turn:
        """Return who acts next, and what they do."""
        return NOTHING_TO_DO

    def request(self) -> str:
        """Return what an installer asks the renewer for, as a sentence; empty if nothing."""
        return ""

    def explanation(self, reason: Reason, at: Moment, *, page: bool) -> Iterable[str]:  # noqa: ARG002  (some kinds need them)
        """Return sentences that say why a message comes now; `page`: there is a status page."""
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
