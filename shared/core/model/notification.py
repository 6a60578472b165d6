"""What the ledger keeps about a delivered message."""

from dataclasses import dataclass
from datetime import datetime

from shared.core.model.vocabulary import Reason, Standing


@dataclass(frozen=True, slots=True)
class Notification:
    """The last message to a channel about an item."""

    item: str
    channel: str
    at: datetime
    standing: Standing
    reason: Reason
    action_needed_since: datetime | None = None
    """The first message of an unbroken period in which somebody must act."""
