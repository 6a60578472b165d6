"""The lease of the check: one row, held by the one check that may act.

A check takes the lease by creating the row, or by replacing it after it has expired. The row's
only fact about time is its end, which its holder moves at most `DURATION` ahead of its own clock.
So an end further ahead than that, and than clocks differ, was written by a wrong clock or by hand:
nobody can hold the lease for so long, and it has expired too, like a row that cannot be read.
Should its holder still live, its next renewal fails by the row's version, before any effect.
"""

from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal
from uuid import uuid4

from shared.adapters.table.keys import LEASE
from shared.adapters.table.records import RowError, record_of
from shared.adapters.table.store import TableStore
from shared.adapters.table.transactions import Operation, write_at
from shared.core.judge.schedule import CLOCKS_DIFFER
from shared.core.model.days import LONG_AGO
from shared.ports.clock import Clock
from shared.ports.errors import LeaseLost, LedgerConflict, LedgerError

DURATION = timedelta(minutes=5)
"""How long a lease lasts unless it is renewed."""
_NONE = timedelta()
_MAX_LEFT = DURATION + CLOCKS_DIFFER
"""What can be left of a lease at most, as another clock sees it."""


@dataclass(frozen=True, slots=True)
class LeaseRow:
    """Who holds the lease, and until when."""

    holder: str
    expires: datetime
    version: str = ""


class TableLease:
    """The lease as one check sees it. After a crash it expires within `DURATION`.

    The SDK repeats a request whose response was lost, and then sees its own first try as a
    conflict. So after a conflict the lease is lost only if the row does not carry our name. A
    response may also leave out the version that was written; then the row is read, because
    nothing is written or deleted without its version.
    """

    def __init__(self, store: TableStore, clock: Clock) -> None:
        """Take nothing yet; `take` does."""
        self._store = store
        self._clock = clock
        self._holder = uuid4().hex
        self._version = ""

    def take(self) -> bool:
        """Take the lease if it is free or expired; return whether it is ours."""
        with suppress(LedgerConflict):
            self._write("create")
            return True
        current = self._read()
        if current is not None and self._is_expired(current):
            with suppress(LedgerConflict):
                self._write("replace", current.version)
                return True
            current = self._read()
        return self._is_ours(current)

    def renew(self) -> None:
        """Keep the lease for another `DURATION`.

        Raises:
            LeaseLost: another check has taken it, or it was released.
        """
        lost = LeaseLost(
            "The lease of this check expired, and another check may be running. This check stops."
        )
        if not self._version and not self._is_ours(self._read()):
            raise lost
        try:
            self._write("replace", self._version)
        except LedgerConflict:
            if not self._is_ours(self._read()):
                raise lost from None

    def release(self) -> None:
        """Release the lease. Errors are ignored: the lease expires within `DURATION`."""
        with suppress(LedgerError):
            if self._version or self._is_ours(self._read()):
                self._store.write([Operation("delete", LEASE, {}, self._version)])

    def _read(self) -> LeaseRow | None:
        """Return the row; one that cannot be read counts as expired."""
        row = self._store.row(LEASE)
        if row is None:
            return None
        try:
            return record_of(LeaseRow, row)
        except RowError:
            return LeaseRow("", LONG_AGO, row.version)

    def _is_ours(self, current: LeaseRow | None) -> bool:
        if current is None or current.holder != self._holder:
            return False
        self._version = current.version
        return True

    def _is_expired(self, current: LeaseRow) -> bool:
        left = current.expires - self._clock()
        return current.holder != self._holder and not _NONE < left <= _MAX_LEFT

    def _write(self, action: Literal["create", "replace"], version: str = "") -> None:
        row = LeaseRow(self._holder, self._clock() + DURATION)
        [self._version] = self._store.write([write_at(LEASE, action, row, version)])
