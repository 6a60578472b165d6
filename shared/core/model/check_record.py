"""What the ledger keeps about the checks themselves."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class Outcome(StrEnum):
    """How a check, or an hourly run, ended."""

    OK = "ok"
    PARTIAL = "partial"
    FAILED = "failed"
    BUSY = "busy"
    NOT_DUE = "not_owed"


@dataclass(frozen=True, slots=True)
class Read:
    """How much a check read, and how many seconds the whole check took."""

    applications: int = 0
    credentials: int = 0
    requests: int = 0
    seconds: float = 0.0


@dataclass(frozen=True, slots=True)
class CheckRecord:
    """One finished check. `error` is a sentence for people, empty when nothing failed."""

    started: datetime
    outcome: Outcome
    error: str
    read: Read
    messages: int


@dataclass(frozen=True, slots=True)
class LastChecks:
    """The row that every hourly run reads: how the last checks ended."""

    watching_since: datetime | None = None
    """The first sign of life; without a successful check, staleness counts from here."""
    last_success: datetime | None = None
    """When the last `ok` or `partial` check started."""
    last_attempt: datetime | None = None
    outcome: Outcome | None = None
    error: str = ""
    retries_left: int = 0
    """How many hourly runs still retry what failed."""
    evidence: str = ""
    """Why the sign-in report could not be read; empty if it was read or is not used."""
    inventory_attempt: datetime | None = None
    """When the last check that tried to read the inventory started; `None` to request a read."""
