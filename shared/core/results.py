"""Results of the use cases."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime

from shared.core.model.check_record import LastChecks, Outcome, Read
from shared.core.model.context import CheckContext
from shared.core.model.inventory import InventoryView
from shared.core.model.inventory_memory import InventoryScan
from shared.core.model.judgement import Judgement
from shared.core.model.message import Message, NextMessages
from shared.core.model.notification import UnreadableRow
from shared.core.model.watchlist import WatchedApp


@dataclass(frozen=True, slots=True)
class Delivery:
    """What happened to one message."""

    message: Message
    delivered: bool
    error: str = ""
    tried: bool = True
    """Whether sending was attempted; if not, the check had no time left."""


@dataclass(frozen=True, slots=True)
class InventoryResult:
    """How the part of a check about the tenant ended. `error` is empty if nothing failed."""

    read: Read = field(default_factory=Read)
    deliveries: tuple[Delivery, ...] = ()
    error: str = ""
    listed: int = 0
    """Number of credentials that are due or expired."""
    complete: bool = False
    """Whether the whole tenant was read."""
    withheld: int = 0
    """Number of owners left to the next check, because this one reached its limit."""
    attempted_at: datetime | None = None
    """When the check began; `None` if it did not read the tenant, so that the next tick does."""

    @property
    def failed(self) -> bool:
        """Whether the whole check fails; a failed read of the tenant is a partial failure."""
        return False

    def add_to(self, result: "CheckResult") -> "CheckResult":
        """Return the check's result with this one in it, if the tenant was read."""
        return result if self.attempted_at is None else replace(result, inventory=self)

    def note(self, last_checks: LastChecks) -> LastChecks:
        """Note when the tenant was last read, or that the next tick reads it."""
        return replace(last_checks, inventory_attempt=self.attempted_at)


@dataclass(frozen=True, slots=True)
class InventoryStatus:
    """The last scan of the tenant, and what is due, most urgent first."""

    scan: InventoryScan | None
    views: tuple[InventoryView, ...]
    unreadable: tuple[UnreadableRow, ...] = ()


@dataclass(frozen=True, slots=True)
class CheckResult:
    """How a check ended. `judgement` is `None` if nothing was concluded."""

    checked_at: datetime
    outcome: Outcome
    error: str = ""
    read: Read = field(default_factory=Read)
    deliveries: tuple[Delivery, ...] = ()
    judgement: Judgement | None = None
    next_messages: NextMessages = field(default_factory=NextMessages)
    dry_run: bool = False
    inventory: InventoryResult | None = None
    """`None` if the check did not read the tenant. Its deliveries are in `deliveries` too."""

    @property
    def everyone_notified(self) -> bool:
        """Whether the check ran and every message was delivered."""
        return self.outcome in {Outcome.OK, Outcome.PARTIAL} and all(
            delivery.delivered for delivery in self.deliveries
        )


@dataclass(frozen=True, slots=True)
class Forecast:
    """The messages up to a local day, if nobody acts and all are delivered."""

    judgement: Judgement
    at: CheckContext
    until: date
    messages: tuple[Message, ...]

    @property
    def unread(self) -> tuple[WatchedApp, ...]:
        """The watched apps whose state is unknown; no message does not mean all is well."""
        return tuple(
            app for app in self.at.watchlist.apps if app.key not in self.judgement.concluded
        )


@dataclass(frozen=True, slots=True)
class Status:
    """The current status, days counted as of now."""

    judgement: Judgement
    last_checks: LastChecks
    next_messages: NextMessages
    stale: bool
    read: Read | None = None
    """Set if the apps were read for this status."""
    inventory: InventoryStatus | None = None
    """`None` if the tenant is not watched."""
    failed_items: Mapping[str, str] = field(default_factory=dict)
    """By item id: why a credential of the tenant could not be evaluated, a fault of the program."""
    unreadable: tuple[UnreadableRow, ...] = ()
    """The rows of the ledger that are missing in this status."""

    @property
    def all_unreadable(self) -> tuple[UnreadableRow, ...]:
        """The rows that cannot be read, those of the inventory too."""
        return self.unreadable + (self.inventory.unreadable if self.inventory is not None else ())
