"""What the use cases answer with: values only."""

from dataclasses import dataclass, field
from datetime import date, datetime

from shared.core.model.check_record import LastChecks, Outcome, Read
from shared.core.model.context import CheckContext
from shared.core.model.inventory import InventoryScan, InventoryView
from shared.core.model.judgement import Judgement
from shared.core.model.message import Message, NextMessages
from shared.core.model.watchlist import WatchedApp


@dataclass(frozen=True, slots=True)
class Delivery:
    """What became of one message."""

    message: Message
    delivered: bool
    error: str = ""
    tried: bool = True
    """It was sent, or that was tried; else there was no time for it, and its addressee has not failed."""


@dataclass(frozen=True, slots=True)
class InventoryResult:
    """How the tenant's part of a check ended. `error` is empty when nothing failed."""

    read: Read = field(default_factory=Read)
    deliveries: tuple[Delivery, ...] = ()
    error: str = ""
    listed: int = 0
    """Credentials that are due or have ended."""
    complete: bool = False
    """The whole tenant was read."""
    withheld: int = 0
    """Owners who hear at the next check, because this one wrote to as many as it may."""


@dataclass(frozen=True, slots=True)
class InventoryStatus:
    """What is known of the tenant: how it was last read, and what is due, most urgent first."""

    scan: InventoryScan | None
    views: tuple[InventoryView, ...]


@dataclass(frozen=True, slots=True)
class CheckResult:
    """How a check ended. `judgement` is absent when nothing was concluded."""

    checked_at: datetime
    outcome: Outcome
    error: str = ""
    read: Read = field(default_factory=Read)
    deliveries: tuple[Delivery, ...] = ()
    judgement: Judgement | None = None
    next_messages: NextMessages = field(default_factory=NextMessages)
    dry_run: bool = False
    inventory: InventoryResult | None = None
    """`None`: the tenant was no part of it. What it told is in `told` too."""

    @property
    def everyone_notified(self) -> bool:
        """The check was made, and whoever was to hear something has heard it."""
        return self.outcome in {Outcome.OK, Outcome.PARTIAL} and all(
            delivery.delivered for delivery in self.deliveries
        )


@dataclass(frozen=True, slots=True)
class Forecast:
    """Every message up to a local day, if nobody acts and every one arrives."""

    judgement: Judgement
    at: CheckContext
    until: date
    messages: tuple[Message, ...]

    @property
    def unread(self) -> tuple[WatchedApp, ...]:
        """The watched apps of which nothing is known: silence about them is no all-clear."""
        return tuple(
            app for app in self.at.watchlist.apps if app.key not in self.judgement.concluded
        )


@dataclass(frozen=True, slots=True)
class Status:
    """How we stand: what is known, days counted as of now."""

    judgement: Judgement
    last_checks: LastChecks
    next_messages: NextMessages
    stale: bool
    read: Read | None = None
    """Set when the apps were read for this answer."""
    inventory: InventoryStatus | None = None
    """`None`: no tenant is watched."""
