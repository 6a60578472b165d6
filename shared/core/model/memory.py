"""What the program remembers between two checks: the rows of the ledger.

Keys are service ids and key ids, never names or client ids, so that renaming loses nothing.
Which reminders are due follows from dates, so nothing is stored about reminders.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime

from shared.core.model.decision import Acknowledgement, Assignment, InUse, PreviousCredential
from shared.core.model.directory import AppRecord, Credential
from shared.core.model.hand_over import HandOver
from shared.core.model.notification import Notification, UnreadableRow
from shared.core.model.vocabulary import Reason, Standing


@dataclass(frozen=True, slots=True)
class CredentialRecord:
    """A credential of a watched app as last read; kept after it was deleted."""

    credential: Credential
    app: str
    """The key of the watched app (`WatchedApp.key`)."""
    first_seen: datetime
    gone_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class ItemState:
    """The situation of an item, since when, and why it last changed."""

    item: str
    situation: str
    """Opaque outside of core."""
    standing: Standing
    since: datetime
    reason: Reason


@dataclass(frozen=True, slots=True)
class ChannelState:
    """How deliveries to a channel went: failed checks in a row, and when the first failed."""

    name: str
    failures: int = 0
    failing_since: datetime | None = None
    error: str = ""
    """The error of the last failure."""


@dataclass(frozen=True, slots=True)
class Use:
    """Sign-ins with a credential: the last two days (UTC), older first, and the last instant."""

    key_id: str
    days: tuple[date, ...]
    last: datetime


@dataclass(frozen=True, slots=True)
class Memory:
    """Everything that a check needs from the ledger, read at once."""

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
    hand_overs: Mapping[str, HandOver] = field(default_factory=dict)
    """By service id; empty if no vault is configured."""
    hands_over: bool = False
    """Whether a vault is configured, so that people can hand over the values of new secrets."""
    unreadable: tuple[UnreadableRow, ...] = ()
    """Rows whose contents are unknown."""


@dataclass(frozen=True, slots=True)
class Changes:
    """What a check found that is new or different; it is saved before anybody is notified."""

    in_use_records: tuple[InUse, ...] = ()
    """First choices only; a row that a person has written by now is kept."""
    credential_records: tuple[CredentialRecord, ...] = ()
    apps: tuple[AppRecord, ...] = ()
    items: tuple[ItemState, ...] = ()
    channels: tuple[ChannelState, ...] = ()
    uses: tuple[Use, ...] = ()


@dataclass(frozen=True, slots=True)
class Removals:
    """Rows that are no longer needed, by the keys of `Memory`."""

    in_use_records: tuple[str, ...] = ()
    previous_credentials: tuple[PreviousCredential, ...] = ()
    assignments: tuple[str, ...] = ()
    acknowledgements: tuple[Acknowledgement, ...] = ()
    """As they were read: one that was renewed since then is kept."""
    credential_records: tuple[str, ...] = ()
    apps: tuple[str, ...] = ()
    items: tuple[str, ...] = ()
    notifications: tuple[tuple[str, str], ...] = ()
    channels: tuple[str, ...] = ()
    uses: tuple[str, ...] = ()
    hand_overs: tuple[HandOver, ...] = ()
    """As they were read: one that was begun since then is kept."""
