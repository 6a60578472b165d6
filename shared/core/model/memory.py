"""What the program remembers between two checks: the values of the ledger. Small and dumb; rungs follow from dates.

Keys are service ids and key ids, never names or client ids, so that renaming loses nothing. `version` is opaque: it
says which state of a row was read, so that a change by somebody else in the meantime is noticed and not overwritten.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum

from shared.core.model.directory import Credential
from shared.core.model.vocabulary import Reason, Standing


class Outcome(StrEnum):
    """How a check, or a tick, ended."""

    OK = "ok"
    PARTIAL = "partial"
    FAILED = "failed"
    BUSY = "busy"
    NOT_DUE = "not_owed"


@dataclass(frozen=True, slots=True)
class Person:
    """Who decided: the object id of the signed-in user (or the account name on a laptop), and a name to show."""

    object_id: str
    name: str


@dataclass(frozen=True, slots=True)
class InUse:
    """Which credential a service is believed to use. `assumed` until somebody settles it; `by` is empty for a first sight."""

    service: str
    key_id: str
    assumed: bool
    at: datetime
    by: Person | None = None
    evidence: bool = False
    version: str = field(default="", compare=False)

    @property
    def settled(self) -> bool:
        """A person, or evidence, said so; it is not only a first sight."""
        return self.by is not None or self.evidence


@dataclass(frozen=True, slots=True)
class PreviousCredential:
    """A credential that a service once used, so that it stays the service's own after a rotation."""

    service: str
    key_id: str


@dataclass(frozen=True, slots=True)
class Assignment:
    """A person's claim: whose credential this is. No services: nobody's, ignore it."""

    key_id: str
    services: tuple[str, ...]
    at: datetime
    by: Person
    withdrawn: bool = False
    """The claim was made by a confirmation that was undone: it counts for nothing."""
    version: str = field(default="", compare=False)


@dataclass(frozen=True, slots=True)
class Acknowledgement:
    """Somebody knows, until a day (inclusive, local), why; holds only for the situation it was given in."""

    service: str
    until: date
    why: str
    at: datetime
    by: Person
    situation: str
    version: str = field(default="", compare=False)


class DecisionKind(StrEnum):
    """What a person can decide."""

    CONFIRM = "confirm"
    ACKNOWLEDGE = "acknowledge"
    CLAIM = "claim"


@dataclass(frozen=True, slots=True)
class Decision:
    """One decision, for the history: who, when, what about which services and which credential, and why."""

    at: datetime
    kind: DecisionKind
    by: Person | None
    """`None`: nobody; evidence of sign-ins settled it."""
    services: tuple[str, ...]
    """Service ids; none for a claim that says "nobody's, ignore it"."""
    key_id: str = ""
    why: str = ""


@dataclass(frozen=True, slots=True)
class CredentialRecord:
    """A credential of a watched app as it was last seen; kept when it is gone, so that we can say what is gone."""

    credential: Credential
    app: str
    """The key of the watched app (`WatchedApp.key`)."""
    first_seen: datetime
    gone_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class AppRecord:
    """A watched app as it was last read completely."""

    key: str
    client_id: str
    object_id: str
    name: str
    found: bool
    disabled: str
    """Why it cannot be signed in to; empty when it can."""
    missing_redirect_uris: tuple[str, ...]
    read_at: datetime
    """When the check began that last read it completely."""

    @property
    def usable(self) -> bool:
        """It is there and can be signed in to, so that its services can be judged."""
        return self.found and not self.disabled


@dataclass(frozen=True, slots=True)
class ItemState:
    """The situation of an item, since when, and for which reason it last changed. Only the core knows what is in `situation`."""

    item: str
    situation: str
    standing: Standing
    since: datetime
    reason: Reason


@dataclass(frozen=True, slots=True)
class Notification:
    """What a channel last heard of an item, and when. `action_needed_since`: the first message of an unbroken time in which it needs hands."""

    item: str
    channel: str
    at: datetime
    standing: Standing
    reason: Reason
    action_needed_since: datetime | None = None


@dataclass(frozen=True, slots=True)
class ChannelState:
    """How a channel fared in the checks that had something for it: `failures` in a row, and when the first of them was."""

    name: str
    failures: int = 0
    failing_since: datetime | None = None
    error: str = ""
    """What the last failure said."""


@dataclass(frozen=True, slots=True)
class Use:
    """When a credential was seen signing in: its last two different days (UTC), older first, and the last instant."""

    key_id: str
    days: tuple[date, ...]
    last: datetime


@dataclass(frozen=True, slots=True)
class Memory:
    """Everything that a check needs to remember, read at once."""

    in_use_records: Mapping[str, InUse] = field(default_factory=dict)
    """By service id."""
    previous_credentials: frozenset[PreviousCredential] = frozenset()
    assignments: Mapping[str, Assignment] = field(default_factory=dict)
    """By key id."""
    acknowledgements: Mapping[str, Acknowledgement] = field(default_factory=dict)
    """By service id."""
    credential_records: Mapping[str, CredentialRecord] = field(default_factory=dict)
    """By key id."""
    apps: Mapping[str, AppRecord] = field(default_factory=dict)
    """By app key."""
    items: Mapping[str, ItemState] = field(default_factory=dict)
    """By item id."""
    notifications: Mapping[tuple[str, str], Notification] = field(default_factory=dict)
    """By item id and channel name."""
    channels: Mapping[str, ChannelState] = field(default_factory=dict)
    """By channel name."""
    uses: Mapping[str, Use] = field(default_factory=dict)
    """By key id."""


@dataclass(frozen=True, slots=True)
class Changes:
    """What a check found that is new or different: written before anybody is told."""

    in_use_records: tuple[InUse, ...] = ()
    """First sights only; a row that exists by now is left alone, because a person was faster."""
    credential_records: tuple[CredentialRecord, ...] = ()
    apps: tuple[AppRecord, ...] = ()
    items: tuple[ItemState, ...] = ()
    channels: tuple[ChannelState, ...] = ()
    uses: tuple[Use, ...] = ()


@dataclass(frozen=True, slots=True)
class Removals:
    """What is not needed any more, by the keys that `Memory` uses."""

    in_use_records: tuple[str, ...] = ()
    previous_credentials: tuple[PreviousCredential, ...] = ()
    assignments: tuple[str, ...] = ()
    acknowledgements: tuple[Acknowledgement, ...] = ()
    """As they were read: one that was given anew in the meantime stays."""
    credential_records: tuple[str, ...] = ()
    apps: tuple[str, ...] = ()
    items: tuple[str, ...] = ()
    notifications: tuple[tuple[str, str], ...] = ()
    channels: tuple[str, ...] = ()
    uses: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Read:
    """How much a check read, and how long it took (`seconds`, the whole check)."""

    applications: int = 0
    credentials: int = 0
    requests: int = 0
    seconds: float = 0.0


@dataclass(frozen=True, slots=True)
class CheckRecord:
    """One check as it ended. `error` is a sentence for people, empty when nothing failed."""

    started: datetime
    outcome: Outcome
    error: str
    read: Read
    messages: int


@dataclass(frozen=True, slots=True)
class LastChecks:
    """The one row that a tick reads: how the last checks ended, and how many ticks still retry what failed."""

    watching_since: datetime | None = None
    """The first sign of life: from here on, the absence of a good check counts."""
    last_success: datetime | None = None
    """When the last `ok` or `partial` check started."""
    last_attempt: datetime | None = None
    outcome: Outcome | None = None
    error: str = ""
    retries_left: int = 0
    evidence: str = ""
    """Why sign-ins could not be read, where they are to be read; empty otherwise."""
    inventory_attempt: datetime | None = None
    """When the last check began that tried to read the whole tenant; `None` if none did, or if one is wanted."""
