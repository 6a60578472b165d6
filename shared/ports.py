"""What the program needs from the world, and how the world fails.

Every adapter raises only the errors of its own port, so no exception of an SDK comes through here. Their text is a
sentence for people: what failed, and what to do. `transient` says whether trying again later can help.
"""

from collections.abc import Callable, Generator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

from shared.core.model.directory import App
from shared.core.model.inventory import Holder, InventoryApp, InventoryChanges, InventoryMemory
from shared.core.model.memory import (
    Acknowledgement,
    Assignment,
    Changes,
    CheckRecord,
    Decision,
    InUse,
    LastChecks,
    Memory,
    Notification,
    Person,
    PreviousCredential,
    Removals,
)
from shared.core.model.message import Message
from shared.core.model.owners import AppOwners

type Clock = Callable[[], datetime]
"""The present instant, aware, in UTC."""


class PortError(Exception):
    """Something outside failed. The text names it, says what happened and what to do."""

    def __init__(self, text: str, *, transient: bool = True, code: str = "") -> None:
        """Say `text`; `transient` if the same call may succeed later. `code` is how the other side calls the error: a word or a status.

        What fails without a word has still failed: the text is never empty.
        """
        super().__init__(text or "It failed, and nothing says why.")
        self.transient = transient
        self.code = code


class DirectoryError(PortError):
    """Graph, or the token for it, could not be had; or what it gave could not be understood."""

    def __init__(
        self, text: str, *, transient: bool = True, code: str = "", request_id: str = ""
    ) -> None:
        """Say `text`, with Graph's error code and request id where it gave them."""
        super().__init__(text, transient=transient, code=code)
        self.request_id = request_id


class LedgerError(PortError):
    """The ledger could not be read or written."""


class LedgerConflict(LedgerError):
    """Somebody else changed the row since it was read; nothing was written."""


class LeaseLost(LedgerError):
    """The lease of the check ended, or somebody else has it: stop before the next effect."""


class ChannelError(PortError):
    """A message could not be delivered."""


class NotSignedIn(PortError):
    """Nobody is known to ask: there is no ID token, or it does not prove who does. The text holds nothing of the token."""

    def __init__(self, text: str) -> None:
        """Say `text`; the same token fails again."""
        super().__init__(text, transient=False)


class TokenVerifierError(PortError):
    """Who asks cannot be found out: the issuer's keys could not be had."""


@dataclass(frozen=True, slots=True)
class AppQuery:
    """A watched app to read; with `service_principal`, the credentials of its enterprise application too."""

    client_id: str
    service_principal: bool = False


@dataclass(frozen=True, slots=True)
class DirectoryReading:
    """What was read of the queried apps: each client id is in exactly one of the two mappings."""

    apps: Mapping[str, App | None]
    """Read completely; `None`: there is no such app in the tenant."""
    failures: Mapping[str, DirectoryError] = field(default_factory=dict)
    """Not read completely: nothing may be concluded about these."""
    requests: int = 0
    """HTTP requests made, retries and token requests not counted."""


class Directory(Protocol):
    """Reads app registrations."""

    def read(self, queries: Sequence[AppQuery], *, seconds: float) -> DirectoryReading:
        """Read each queried app, all within `seconds`.

        A failure of one app is in `failures`; what concerns all of them alike (no token, no connection) is there for each.
        """
        ...


@dataclass(frozen=True, slots=True)
class ScanQuery:
    """What to look for in a tenant: apps with a credential that ends from `since` to `until`; of the others only the number is wanted."""

    since: datetime
    until: datetime
    service_principals: bool = False
    tags: bool = False
    """The tags of the apps are wanted."""


@dataclass(frozen=True, slots=True)
class ScanPage:
    """A page of a tenant."""

    apps: Sequence[InventoryApp]
    """Those with a credential that was looked for."""
    applications: int
    credentials: int
    """How many were on the page, of all."""
    failures: Mapping[str, DirectoryError]
    """By client id, or as `#` and its place where even that is not known: apps of the page that could not be understood."""
    requests: int
    """HTTP requests made for this scan so far, retries and token requests not counted."""


@dataclass(frozen=True, slots=True)
class OwnersReading:
    """What was read of owners: each object id is in exactly one of the two mappings."""

    owned: Mapping[str, AppOwners]
    failures: Mapping[str, DirectoryError] = field(default_factory=dict)
    requests: int = 0


class InventoryReader(Protocol):
    """Reads a whole tenant, as it streams by."""

    def scan(self, query: ScanQuery, *, seconds: float) -> Generator[ScanPage]:
        """Give the tenant page by page, all within `seconds`; a caller that stops early closes the generator.

        Raises `DirectoryError` when the rest cannot be read: then what was left out is unknown.
        """
        ...

    def owners(self, holders: Mapping[str, Holder], *, seconds: float) -> OwnersReading:
        """Say who owns these applications and service principals, by object id."""
        ...


class UsageReport(Protocol):
    """Knows when credentials were last used. Its silence means nothing: the report is late, licensed, and may not count every use."""

    def last_seen(self, client_ids: Sequence[str], *, seconds: float) -> Mapping[str, datetime]:
        """Give, by key id, the last sign-in with each credential of these apps that is known. Raises `DirectoryError`."""
        ...


class Heartbeat(Protocol):
    """Somebody outside who notices when we fall silent."""

    def beat(self, *, good: bool) -> None:
        """Say that a check ended well, or that it did not. Raises `ChannelError`."""
        ...


@dataclass(frozen=True, slots=True)
class Front:
    """What somebody who is not signed in is answered where the page is."""

    status: int
    leads_to: str
    """The host of a redirect, with its port if it has one; the own one for a path. Empty if there is none."""
    path: str
    """The path of that redirect."""


class Lease(Protocol):
    """The right to be the one check that acts."""

    def renew(self) -> None:
        """Keep it for another term. Raises `LeaseLost` if it is no longer ours."""
        ...

    def release(self) -> None:
        """Give it back; quietly, if it is lost already."""
        ...


class Ledger(Protocol):
    """Remembers. Every method may raise `LedgerError`."""

    def last_checks(self) -> LastChecks:
        """How the last checks ended: one table read."""
        ...

    def begin(self, at: datetime) -> None:
        """Note the first sign of life, if none is noted yet."""
        ...

    def lease(self) -> Lease | None:
        """Take the lease of the check, for five minutes; `None` if another check has it."""
        ...

    def load(self) -> Memory:
        """Everything that a check needs to remember."""
        ...

    def remember(self, facts: Changes) -> None:
        """Write what is new; only what is given is touched."""
        ...

    def record_notifications(self, told: Sequence[Notification]) -> None:
        """Write what a channel has just heard."""
        ...

    def record_check(self, record: CheckRecord, last_checks: LastChecks) -> None:
        """Write how a check ended, for the history and for the next tick."""
        ...

    def decide(
        self,
        decision: Decision,
        *,
        holds: Sequence[InUse] = (),
        formers: Sequence[PreviousCredential] = (),
        assignments: Sequence[Assignment] = (),
        acknowledgements: Sequence[Acknowledgement] = (),
    ) -> None:
        """Write what a person decided, and the decision itself for the history: all of it, or nothing.

        A row whose `version` is empty must not exist yet; any other must be as it was read. Else `LedgerConflict`: load
        again, and show the new state. A former that exists already is no conflict.
        """
        ...

    def decisions(self, *services: str) -> Mapping[str, Sequence[Decision]]:
        """What was decided about each of the services, newest first."""
        ...

    def decisions_since(self, at: datetime) -> Sequence[Decision]:
        """What was decided after an instant, newest first."""
        ...

    def checks(self, limit: int) -> Sequence[CheckRecord]:
        """How the last checks ended, newest first: `limit` of them, or all if there are fewer."""
        ...

    def remove(self, rows: Removals) -> None:
        """Drop these rows; one that does not exist is as good as dropped."""
        ...

    def remove_history(self, before: datetime, outlived: Callable[[Decision], bool]) -> None:
        """Drop checks older than `before`, and such decisions as are `outlived`: at most some hundreds a call, so that a call is short."""
        ...


class InventoryLedger(Protocol):
    """Remembers what is due in a whole tenant. Every method may raise `LedgerError`; a check writes under its lease."""

    def load(self) -> InventoryMemory:
        """Everything that is remembered of the tenant."""
        ...

    def load_items(self) -> InventoryMemory:
        """The same without what was told: what a status needs."""
        ...

    def remember(self, facts: InventoryChanges) -> None:
        """Write what is new, and drop what is gone; only what is given is touched."""
        ...

    def record_notifications(self, told: Sequence[Notification]) -> None:
        """Write what a channel, or an owner, has just heard."""
        ...


class TokenVerifier(Protocol):
    """Knows who is behind an ID token."""

    def person(self, token: str) -> Person:
        """Give whom the token was issued to. Raises `NotSignedIn` if it proves nothing, `TokenVerifierError` if that cannot be said."""
        ...


class Channel(Protocol):
    """A place where people hear us."""

    def send(self, message: Message) -> None:
        """Deliver the message, or raise `ChannelError`."""
        ...
