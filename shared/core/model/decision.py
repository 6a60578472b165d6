"""What people decide, and the rows that the ledger keeps for it.

Rows are keyed by service id and key id, so that renaming loses nothing. `version` is opaque: it
identifies the state of the row that was read, so that a concurrent change is not overwritten.
"""

from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum


@dataclass(frozen=True, slots=True)
class Person:
    """Who decided: the object id (on a laptop: the account name) and a display name."""

    object_id: str
    name: str


@dataclass(frozen=True, slots=True)
class InUse:
    """The credential that a service is believed to use."""

    service: str
    key_id: str
    assumed: bool
    """Chosen from several; nobody has confirmed it."""
    at: datetime
    by: Person | None = None
    evidence: bool = False
    """Confirmed by sign-ins."""
    version: str = field(default="", compare=False)

    @property
    def settled(self) -> bool:
        """A person or evidence confirmed it."""
        return self.by is not None or self.evidence


@dataclass(frozen=True, slots=True)
class PreviousCredential:
    """A credential that a service once used; it stays the service's own."""

    service: str
    key_id: str


@dataclass(frozen=True, slots=True)
class Assignment:
    """A person's claim of a credential for services; without services, it is ignored."""

    key_id: str
    services: tuple[str, ...]
    at: datetime
    by: Person
    withdrawn: bool = False
    """It was taken back, or came with a confirmation that was undone; it has no effect."""
    version: str = field(default="", compare=False)


@dataclass(frozen=True, slots=True)
class Acknowledgement:
    """A pause of reminders until a local day (inclusive), while the situation stays the same."""

    service: str
    until: date
    why: str
    at: datetime
    by: Person
    situation: str
    """Empty: it was taken back. No situation is empty, so it pauses nothing."""
    version: str = field(default="", compare=False)

    @property
    def withdrawn(self) -> bool:
        """Whether it was taken back, by `by` and at `at`."""
        return not self.situation


class DecisionKind(StrEnum):
    """What a person can decide."""

    CONFIRM = "confirm"
    ACKNOWLEDGE = "acknowledge"
    CLAIM = "claim"
    CANCEL = "cancel"
    """Takes back an acknowledgement."""
    REOPEN = "reopen"
    """Takes back a claim."""
    HAND_OVER = "hand_over"
    """Hands over the value of a new secret."""
    RENEW = "renew"
    """Creates a secret, and hands over its value."""
    OPEN = "open"
    """Opens a value that was handed over."""
    WITHDRAW = "withdraw"
    """Takes back a hand-over."""
    END = "end"
    """Ends a hand-over; the program decided it."""


@dataclass(frozen=True, slots=True)
class Decision:
    """One decision in the history."""

    at: datetime
    kind: DecisionKind
    by: Person | None
    """`None`: evidence of sign-ins, not a person."""
    services: tuple[str, ...]
    """Service ids; empty if a claim ignores the credential, or that is taken back."""
    key_id: str = ""
    why: str = ""
