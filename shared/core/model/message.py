"""What one channel hears in one check: values only, decided by `due`, put into words by `render`, delivered by a channel."""

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from zoneinfo import ZoneInfo

from shared.core.model.views import ServiceView, View
from shared.core.model.vocabulary import Reason, Severity


class Role(StrEnum):
    """Why a channel hears of an item: what it can do about it."""

    RENEWER = "renewer"
    INSTALLER = "installer"
    COPY = "copy"
    """Only told, for example by escalation."""


@dataclass(frozen=True, slots=True)
class Notice:
    """One item in a message: what it is, and why it is said now."""

    view: View
    reason: Reason
    roles: frozenset[Role]

    @property
    def severity(self) -> Severity:
        """How urgent the item is."""
        return self.view.severity


@dataclass(frozen=True, slots=True)
class InventoryNews:
    """What a message about the tenant says of all of it."""

    applications: int
    credentials: int
    first: bool = False
    """The first word about the tenant to this channel."""
    owners_next: int = 0
    """Apps whose owners hear of them from the next day on; said in the first word only."""
    owner: str = ""
    """The name of the owner who reads this, about their own apps only; empty for a channel of the watchlist. Untrusted."""


@dataclass(frozen=True, slots=True)
class Message:
    """Everything that is due to one channel in one check, most urgent first."""

    channel: str
    now: datetime
    zone: ZoneInfo
    notices: tuple[Notice, ...]
    introduction: bool = False
    """The first message to this channel: it also says what is watched, and when it speaks next."""
    watching: tuple[ServiceView, ...] = ()
    """With an introduction: every service for which the channel is named."""
    next_message: date | None = None
    """The local day of the next message to the channel if nothing changes; `None` if there is none to foresee."""
    test: bool = False
    """Sent by a person to see whether the channel works; it says nothing else."""
    inventory: "InventoryNews | None" = None
    """It is about the whole tenant, and says something of all of it too."""
    tenant_name: str = ""
    """ClaimsByKeyId tenant it is about, where there are several."""

    @property
    def severity(self) -> Severity:
        """The severity of the most urgent notice."""
        return max(
            (notice.severity for notice in self.notices),
            key=lambda severity: severity.rank,
            default=Severity.OK,
        )
