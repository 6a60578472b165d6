"""The lease of the check is one row: whoever created it, or replaced it once its term was over, is the one check that acts."""

from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal
from uuid import uuid4

from shared.adapters.table.rows import columns_of, key, record_of
from shared.adapters.table.store import Step, TableStore
from shared.ports.clock import Clock
from shared.ports.errors import LeaseLost, LedgerConflict, LedgerError

TERM = timedelta(minutes=5)
"""How long a lease lasts, by the clock given, unless it is renewed."""
LEASE = key("~lease")


@dataclass(frozen=True, slots=True)
class Term:
    """The row: who has the lease, and until when."""

    holder: str
    expires: datetime
    version: str = ""


class TableLease:
    """One check's hold on the lease. A crash leaves it to end by itself, within one term.

    The SDK repeats a request whose answer got lost, and then meets its own first try as a conflict. So a conflict means
    that the lease is lost only if the row does not carry our name. An answer may also leave out the version that it wrote:
    then the row is read, for nothing is written or deleted whatever its version.
    """

    def __init__(self, store: TableStore, clock: Clock) -> None:
        """Nothing is taken yet; `take` does."""
        self._store = store
        self._clock = clock
        self._holder = uuid4().hex
        self._version = ""

    def take(self) -> bool:
        """Take the lease, if nobody has it or its term is over."""
        with suppress(LedgerConflict):
            self._write("create")
            return True
        held = self._held()
        if held is not None and held.holder != self._holder and held.expires <= self._clock():
            with suppress(LedgerConflict):
                self._write("replace", held.version)
                return True
            held = self._held()
        return self._ours(held)

    def renew(self) -> None:
        """Keep it for another term. Raises `LeaseLost` if somebody else took it, or it was given back."""
        lost = LeaseLost(
            "The lease of this check ended, and another check may be at work: this one stops here."
        )
        if not self._version and not self._ours(self._held()):
            raise lost
        try:
            self._write("replace", self._version)
        except LedgerConflict:
            if not self._ours(self._held()):
                raise lost from None

    def release(self) -> None:
        """Give it back. Quietly: what cannot be given back ends by itself within one term."""
        with suppress(LedgerError):
            if self._version or self._ours(self._held()):
                self._store.write([Step("delete", LEASE, {}, self._version)])

    def _held(self) -> Term | None:
        row = self._store.row(LEASE)
        return record_of(Term, row) if row else None

    def _ours(self, held: Term | None) -> bool:
        if held is None or held.holder != self._holder:
            return False
        self._version = held.version
        return True

    def _write(self, how: Literal["create", "replace"], version: str = "") -> None:
        term = Term(self._holder, self._clock() + TERM)
        [self._version] = self._store.write([Step(how, LEASE, columns_of(term, LEASE), version)])
