"""Rows of the ledger that the watched apps and the inventory have in common."""

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


@dataclass(frozen=True, slots=True)
class UnreadableRow:
    """A row of the ledger that is set aside, because it cannot be read.

    What it held is missing from the memory. It is shown until somebody repairs it, until it is
    deleted, or until a check writes it again.
    """

    key: str
    """Its row key, as in the table. Untrusted."""
    reason: str
    """Why it cannot be read, and what follows from that: a clause. Untrusted."""
    partition: str = ""
    """Its partition key."""
