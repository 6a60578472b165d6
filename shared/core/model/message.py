"""A message to one channel: decided by `due`, worded by `render`, sent by a channel."""

from dataclasses import dataclass, field
from datetime import date, datetime
from zoneinfo import ZoneInfo

from shared.core.model.left_out import LeftOut
from shared.core.model.news import SEVERITY, News
from shared.core.model.views import RemovedView, Request, ServiceView, View, WatcherView
from shared.core.model.vocabulary import Reason, Role, Severity

ABOUT_SNOOZE = frozenset({Reason.SNOOZED, Reason.RESUMED})
"""The reasons of a notice that only says what a person decided: its readers have nothing to do."""


@dataclass(frozen=True, slots=True)
class Notice:
    """One item in a message, and why it is in it."""

    view: View
    reason: Reason
    roles: frozenset[Role]
    news: tuple[News, ...] = ()
    """What is news of the service's hand-over, whatever the reason; oldest first."""

    @property
    def about_snooze(self) -> bool:
        """Whether it only says that a person snoozed the reminders, or took that back."""
        return self.reason in ABOUT_SNOOZE

    @property
    def severity(self) -> Severity:
        """The item's severity; a notice of a snooze is quiet, whatever the item's.

        News of a hand-over is at least a notice, also where the service itself is safe.
        """
        if self.about_snooze:
            return Severity.NOTICE
        levels = [self.view.severity, *(SEVERITY.get(n.reason, Severity.NOTICE) for n in self.news)]
        return max(levels, key=lambda severity: severity.rank)

    @property
    def order(self) -> tuple[bool, int, bool]:
        """A sort key: the most urgent first, and what is not the reader's after what is.

        A failure of Lapsewatch itself is below every item that the reader can act on.
        """
        own = not isinstance(self.view, WatcherView | RemovedView)
        return (not own, -self.severity.rank, self.roles == {Role.COPY})


@dataclass(frozen=True, slots=True)
class InventoryNews:
    """What a message about the inventory says about the whole tenant."""

    applications: int
    credentials: int
    first: bool = False
    """The first message about the inventory to this channel."""
    owners_next: int = 0
    """Apps whose owners are notified from the next day on; only in the first message."""
    left_out: LeftOut | None = None
    """What the last read left out; only once a week."""
    owner: str = ""
    """Name of the owner who reads it; empty for a channel of the watchlist. Untrusted."""


@dataclass(frozen=True, slots=True)
class Message:
    """Everything that is due to one channel in one check, most urgent first."""

    channel: str
    now: datetime
    zone: ZoneInfo
    notices: tuple[Notice, ...]
    introduction: bool = False
    """The first message to this channel: it also lists what is watched."""
    watching: tuple[ServiceView, ...] = ()
    """With an introduction: every service that names the channel."""
    next_message: date | None = None
    """Local day of the next message if nothing changes; `None` if none is expected."""
    requests: tuple[Request, ...] = ()
    """What has to be asked for, also for services that are not in this message."""
    test: bool = False
    """A test message, sent by a person; it has no other content."""
    inventory: InventoryNews | None = None
    """Set for a message about the inventory."""
    tenant_name: str = ""
    """The tenant that it is about, where several are watched."""
    label: str = ""
    """What people call the channel; empty: its name."""
    id: str = ""
    """The same for a message that is sent again; empty until it is sent."""

    @property
    def to(self) -> str:
        """The channel, as people call it."""
        return self.label or self.channel

    @property
    def severity(self) -> Severity:
        """The severity of the most urgent notice."""
        severities = (notice.severity for notice in self.notices)
        return max(severities, key=lambda severity: severity.rank, default=Severity.OK)


@dataclass(frozen=True, slots=True)
class NextMessages:
    """Local days of the next messages; absent: no more messages for that channel or item."""

    by_item: dict[str, date] = field(default_factory=dict)
    by_channel: dict[str, date] = field(default_factory=dict)
