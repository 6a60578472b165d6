"""The ledger: what checks remember, decisions, and the lease of the running check."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

from shared.core.model.check_record import CheckRecord, LastChecks
from shared.core.model.decision import (
    Acknowledgement,
    Assignment,
    Decision,
    InUse,
    PreviousCredential,
)
from shared.core.model.hand_over import HandOver
from shared.core.model.memory import Changes, Memory, Removals
from shared.core.model.notification import Notification, UnreadableRow


class Lease(Protocol):
    """The right to be the only check with effects."""

    def renew(self) -> None:
        """Extend the lease by another term. Raises `LeaseLost` if another check has it."""
        ...

    def release(self) -> None:
        """Return the lease; do nothing if it is lost already."""
        ...


@dataclass(frozen=True, slots=True)
class Held:
    """The lease that another check holds."""

    until: datetime
    """When it expires, by its holder's clock, unless it is renewed."""
    began: datetime | None
    """When its holder took it; `None` if that is not known."""
    version: str
    """Changes with each renewal."""
    term: timedelta
    """A holder that lives renews it more than once within this time."""


class Ledger(Protocol):
    """Stores what checks remember. Every method may raise `LedgerError`.

    A row that cannot be read never raises: it is set aside, and returned as `Memory.unreadable` or
    by `unreadable_history`. Only what a check writes anyway replaces it, and nothing deletes it.
    """

    def last_checks(self) -> LastChecks:
        """Return how the last checks ended: one table read.

        If the row cannot be read, the last check counts as failed, with the reason as its error.
        """
        ...

    def begin(self, at: datetime) -> None:
        """Save the time of the first sign of life, unless one is saved already."""
        ...

    def lease(self, *, unchanged: Held | None = None) -> Lease | Held:
        """Acquire the lease, which is renewed while this process lives; or return who holds it.

        Args:
            unchanged: What this method returned a term ago. If the lease was not renewed since,
                it is taken over, whatever the clocks say.
        """
        ...

    def load(self) -> Memory:
        """Return everything that a check needs to remember."""
        ...

    def remember(self, changes: Changes) -> None:
        """Write changes; rows that are not in them stay as they are."""
        ...

    def record_notifications(self, notifications: Sequence[Notification]) -> None:
        """Write what was just sent to a channel."""
        ...

    def record_check(self, record: CheckRecord, last_checks: LastChecks) -> None:
        """Write how a check ended, for the history and for the next tick."""
        ...

    def decide(  # noqa: PLR0913  (all by keyword)
        self,
        decision: Decision,
        *,
        holds: Sequence[InUse] = (),
        formers: Sequence[PreviousCredential] = (),
        assignments: Sequence[Assignment] = (),
        acknowledgements: Sequence[Acknowledgement] = (),
        dropped: Sequence[InUse] = (),
        hand_overs: Sequence[HandOver] = (),
    ) -> None:
        """Write a decision and its effects, and delete what is `dropped`: all of them or none.

        A row with an empty `version` must not exist yet; any other must be unchanged since it
        was read. A former that exists already is not a conflict.

        Raises:
            UnreadableRowConflict: A row that must not exist yet does, and cannot be read.
            LedgerConflict: A row was changed; load again and show the new state.
        """
        ...

    def hand_overs(self, *, even_if_off: bool = False) -> Mapping[str, HandOver]:
        """Return the hand-overs by service id: one table read, none if no vault is configured.

        With `even_if_off`, also those that were left when the vault was configured.
        """
        ...

    def save_hand_over(self, record: HandOver) -> HandOver:
        """Write a hand-over, and return it with its new version.

        An empty `version` means that there was none; any other that it was read so.

        Raises:
            UnreadableRowConflict: There is one, and it cannot be read.
            LedgerConflict: Somebody else changed it.
        """
        ...

    def decisions(self, *services: str) -> Mapping[str, Sequence[Decision]]:
        """Return the decisions about each of the services, newest first."""
        ...

    def decisions_since(self, at: datetime) -> Sequence[Decision]:
        """Return the decisions made after `at`, newest first."""
        ...

    def checks(self, limit: int) -> Sequence[CheckRecord]:
        """Return how the last checks ended, newest first, at most `limit` of them."""
        ...

    def unreadable_history(self) -> Sequence[UnreadableRow]:
        """Return the checks, decisions and other rows outside `load` that cannot be read."""
        ...

    def remove(self, rows: Removals) -> None:
        """Delete these rows; a row that does not exist is not an error."""
        ...

    def remove_history(self, before: datetime, outlived: Callable[[Decision], bool]) -> None:
        """Delete checks older than `before`, and the decisions that are `outlived`.

        A call deletes at most some hundred rows, so that it is short.
        """
        ...
