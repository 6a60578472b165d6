"""The lease of the check: one row, held by the one check that may act.

A check takes the lease by creating the row, or by replacing it after it has expired. A check
that lives renews it every third of a term in a thread of its own, and before each effect; so the
term is short, and a check that died with its process blocks others for a term only. A check that
hangs loses it too: nothing is renewed for longer than a check can take.

Clocks differ, so the row's end is not the only sign. Who has seen the same version of the row for
a term knows without a clock that nobody renews it, and may take it. And an end further ahead than
the term, and than clocks differ, was written by a wrong clock or by hand: it has expired too, like
a row that cannot be read. Should a holder still live, its next renewal fails by the row's version,
before any effect.
"""

from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from threading import Lock
from typing import Literal
from uuid import uuid4

from shared.adapters.table.keeper import Keeper
from shared.adapters.table.keys import LEASE
from shared.adapters.table.records import RowError, record_of
from shared.adapters.table.store import TableStore
from shared.adapters.table.transactions import Operation, write_at
from shared.core.judge.schedule import CLOCKS_DIFFER, FUNCTION_TIMEOUT
from shared.core.model.days import LONG_AGO
from shared.ports.clock import Clock
from shared.ports.errors import LeaseLost, LedgerConflict, LedgerError
from shared.ports.ledger import Held

TERM = timedelta(seconds=60)
"""How long a lease lasts unless it is renewed."""
_NONE = timedelta()
_RENEWALS = 3
"""In a term: two may fail."""
_RETRIES = 12
"""In a term, after a renewal that failed: every 5 seconds."""
_ATTEMPTS = 3
"""To take the lease, if others release it between the requests."""


@dataclass(frozen=True, slots=True)
class LeaseRow:
    """Who holds the lease, and until when."""

    holder: str
    expires: datetime
    began: datetime | None = None
    """When the holder took it; `None` in a row of an older version."""
    version: str = ""


class TableLease:
    """The lease as one check sees it.

    The SDK repeats a request whose response was lost, and then sees its own first try as a
    conflict. So after a conflict the lease is lost only if the row does not carry our name. A
    response may also leave out the version that was written; then the row is read, because
    nothing is written or deleted without its version.
    """

    def __init__(self, store: TableStore, clock: Clock, term: timedelta = TERM) -> None:
        """Take nothing yet; `take` does."""
        self._store = store
        self._clock = clock
        self._term = term
        self._holder = uuid4().hex
        self._began = clock()
        self._version = ""
        self._one_renewal = Lock()
        self._keeper: Keeper | None = None

    def take(self, unchanged: Held | None = None) -> Held | None:
        """Take the lease if it is free or expired; return who holds it, `None` if it is ours.

        Args:
            unchanged: The holder as it was a term ago. A row that has not changed since is taken.
        """
        for _ in range(_ATTEMPTS):
            current = self._current_after_try(unchanged)
            if self._is_ours(current):
                self._keep()
                return None
            if current is not None:
                return Held(current.expires, current.began, current.version, self._term)
        return Held(self._began, self._began, "", self._term)  # they live: they release it

    def renew(self) -> None:
        """Keep the lease for another term.

        Raises:
            LeaseLost: another check has taken it, or it was released.
        """
        lost = LeaseLost(
            "The lease of this check expired, and another check may be running. This check stops."
        )
        with self._one_renewal:
            if not self._version and not self._is_ours(self._read()):
                raise lost
            try:
                self._write("replace", self._version)
            except LedgerConflict:
                if not self._is_ours(self._read()):
                    raise lost from None

    def release(self) -> None:
        """Release the lease. Errors are ignored: the lease expires within a term."""
        self.stop()
        with suppress(LedgerError):
            if self._version or self._is_ours(self._read()):
                self._store.write([Operation("delete", LEASE, {}, self._version)])

    def stop(self) -> None:
        """Stop to renew the lease beside the check; it expires within a term."""
        keeper, self._keeper = self._keeper, None  # no cycle: connections are freed at once
        if keeper is not None:
            keeper.stop()

    def _keep(self) -> None:
        """Renew the lease beside the check, for as long as a check can take."""
        self._keeper = Keeper(
            self.renew,
            every=self._term / _RENEWALS,
            after_failure=self._term / _RETRIES,
            may_go_on=lambda: self._clock() - self._began < FUNCTION_TIMEOUT,
        )
        self._keeper.start()

    def _current_after_try(self, unchanged: Held | None) -> LeaseRow | None:
        """Try to take the lease; return the row that is there then."""
        with suppress(LedgerConflict):
            return self._write("create")
        current = self._read()
        if current is not None and self._may_be_taken(current, unchanged):
            with suppress(LedgerConflict):
                return self._write("replace", current.version)
            current = self._read()
        return current

    def _read(self) -> LeaseRow | None:
        """Return the row; one that cannot be read counts as expired."""
        row = self._store.row(LEASE)
        if row is None:
            return None
        try:
            return record_of(LeaseRow, row)
        except RowError:
            return LeaseRow("", LONG_AGO, version=row.version)

    def _is_ours(self, current: LeaseRow | None) -> bool:
        if current is None or current.holder != self._holder:
            return False
        self._version = current.version
        return True

    def _may_be_taken(self, current: LeaseRow, unchanged: Held | None) -> bool:
        if current.holder == self._holder:
            return False
        if unchanged is not None and unchanged.version == current.version != "":
            return True
        left = current.expires - self._clock()
        return not _NONE < left <= self._term + CLOCKS_DIFFER

    def _write(self, action: Literal["create", "replace"], version: str = "") -> LeaseRow:
        row = LeaseRow(self._holder, self._clock() + self._term, self._began)
        [self._version] = self._store.write([write_at(LEASE, action, row, version)])
        return LeaseRow(row.holder, row.expires, row.began, self._version)
