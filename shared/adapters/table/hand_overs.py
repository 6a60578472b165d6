"""The hand-overs in the ledger, each under the version that was read."""

from collections.abc import Mapping
from dataclasses import replace

from shared.adapters.table.kinds import key_of
from shared.adapters.table.memory_rows import memory_of
from shared.adapters.table.records import RowError, record_of
from shared.adapters.table.store import TableStore
from shared.adapters.table.transactions import Action, write
from shared.core.model.hand_over import HandOver
from shared.core.model.notification import UnreadableRow
from shared.ports.errors import LedgerConflict, UnreadableRowConflict
from shared.render.text.unreadable import unreadable_rows


class TableHandOvers:
    """The methods of the port `Ledger` that read and write hand-overs."""

    _store: TableStore
    _hands_over: bool

    def hand_overs(self, *, even_if_off: bool = False) -> Mapping[str, HandOver]:
        """Return the hand-overs: one request, or none if no vault is configured."""
        if not self._hands_over and not even_if_off:
            return {}
        return memory_of(self._store.rows("handover:", "handover;")).hand_overs

    def save_hand_over(self, record: HandOver) -> HandOver:
        """Write a hand-over under its version; see `shared.ports.Ledger`.

        The SDK repeats a request whose response was lost, and then meets its own first try. So
        after a conflict the row that is there counts, if it is the same.
        """
        action: Action = "replace" if record.version else "create"
        try:
            (version,) = self._store.write([write(action, record, record.version)])
        except LedgerConflict as conflict:
            found = self._store.row(key_of(record))
            try:
                there = record_of(HandOver, found) if found is not None else None
            except RowError as error:
                row = UnreadableRow(key_of(record), str(error))
                raise UnreadableRowConflict(unreadable_rows([row])) from None
            if there != record:
                raise conflict from None
            return there
        return replace(record, version=version) if version else self._reread(record)

    def _reread(self, record: HandOver) -> HandOver:
        """Return a hand-over with its version, which a response may leave out."""
        found = self.hand_overs().get(record.service)
        if found != record:
            raise LedgerConflict("The ledger has changed since it was read.")
        return found
