"""A part of a check, and the running check that it belongs to."""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

from shared.core.model.check_record import LastChecks, Outcome, Read
from shared.core.model.message import Message
from shared.core.results import CheckResult, Delivery
from shared.core.spare import where
from shared.ports.clock import Clock
from shared.ports.errors import PortError
from shared.ports.ledger import Lease

type Progress = Callable[[str], None]
"""Takes a few words about what the check does now."""

type Rehearsal = Callable[[Message], object]
"""Renders a message as its channel does and sends nothing, so that a fault is found in time."""

MIN_SECONDS = 0.001
"""The timeout of a read without time left: it fails at once, with its own error."""


def sentence_about(error: Exception) -> str:
    """Return the text of an error of a port; of a fault of the program, its class and line."""
    return str(error) if isinstance(error, PortError) else f"There was an {where(error)}."


def ignore(_: object) -> None:
    """Ignore the progress of a check, or a message."""


@dataclass(frozen=True, slots=True)
class CheckRun:
    """A running check: its time, its lease, and the deliveries so far."""

    started: datetime
    deadline: datetime
    clock: Clock
    progress: Progress = ignore
    lease: Lease | None = None
    """`None` while nothing is written, as in a dry run."""
    whole: bool = True
    """Whether to read the inventory too; if not, the next tick does."""
    deliveries: list[Delivery] = field(default_factory=list)

    def renew(self) -> None:
        """Renew the lease before an effect. Raises `LeaseLost`."""
        if self.lease is not None:
            self.lease.renew()

    def is_late(self) -> bool:
        """Return whether the deadline has passed."""
        return self.clock() >= self.deadline

    def elapsed(self) -> float:
        """Return the seconds since the check started."""
        return (self.clock() - self.started).total_seconds()

    def seconds_left(self, within: float = math.inf) -> float:
        """Return the seconds until the deadline, or until `within` seconds after the start."""
        limit = min(within, (self.deadline - self.started).total_seconds())
        return max(MIN_SECONDS, limit - self.elapsed())

    def failed(self, error: str) -> CheckResult:
        """Return the result of a check that stopped."""
        deliveries = tuple(self.deliveries)
        return CheckResult(self.started, Outcome.FAILED, error, deliveries=deliveries)


class PartResult(Protocol):
    """The result of one part of a check."""

    @property
    def read(self) -> Read:
        """How much was read."""
        ...

    @property
    def deliveries(self) -> tuple[Delivery, ...]:
        """What happened to each message."""
        ...

    @property
    def error(self) -> str:
        """What failed, in sentences; empty if nothing did."""
        ...

    @property
    def failed(self) -> bool:
        """Whether nothing could be evaluated, which fails the whole check."""
        ...

    def add_to(self, result: CheckResult) -> CheckResult:
        """Return the check's result with the fields that only this part knows."""
        ...

    def note(self, last_checks: LastChecks) -> LastChecks:
        """Return what the next tick has to know, with this part's fields."""
        ...


class Part(Protocol):
    """A part of a check. Parts run one after the other, each with its own messages."""

    def run(self, run: CheckRun) -> PartResult:
        """Read, decide, write and send. Raises `LeaseLost`, and `LedgerError` to fail the check."""
        ...

    def dry_run(self, run: CheckRun) -> PartResult:
        """Read and decide; write and send nothing. Raises `LedgerError`."""
        ...


def combined(run: CheckRun, results: Sequence[PartResult]) -> CheckResult:
    """Return the result of a check from those of its parts."""
    errors = [each.error for each in results if each.error]
    outcome = Outcome.PARTIAL if errors else Outcome.OK
    if any(each.failed for each in results):
        outcome = Outcome.FAILED
    read = Read(
        sum(each.read.applications for each in results),
        sum(each.read.credentials for each in results),
        sum(each.read.requests for each in results),
        round(run.elapsed(), 3),
    )
    deliveries = tuple(delivery for each in results for delivery in each.deliveries)
    result = CheckResult(run.started, outcome, " ".join(errors), read, deliveries)
    for each in results:
        result = each.add_to(result)
    return result
