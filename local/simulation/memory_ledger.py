"""The ledgers in memory. The contract suites run the same tests on them and on the real ones."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, fields, replace
from datetime import datetime, timedelta
from itertools import count
from typing import Any

from shared.adapters.table.kinds import Remembered, key_of
from shared.core.judge.schedule import CLOCKS_DIFFER
from shared.core.model.apply import (
    apply_changes,
    apply_decision,
    apply_inventory_changes,
    apply_notifications,
)
from shared.core.model.check_record import CheckRecord, LastChecks
from shared.core.model.decision import (
    Acknowledgement,
    Assignment,
    Decision,
    InUse,
    PreviousCredential,
)
from shared.core.model.decision_changes import DecisionChanges
from shared.core.model.hand_over import HandOver
from shared.core.model.inventory_memory import InventoryChanges, InventoryMemory
from shared.core.model.memory import Changes, Memory, Removals
from shared.core.model.notification import Notification, UnreadableRow
from shared.ports.clock import Clock
from shared.ports.errors import LeaseLost, LedgerConflict, LedgerError, UnreadableRowConflict
from shared.ports.ledger import Held, Lease

TERM = timedelta(seconds=60)
"""How long a lease lasts."""


@dataclass
class InMemoryLedger:
    """A `Ledger`. Two checks that share one are like two processes that share a table."""

    clock: Clock
    broken: dict[str, LedgerError] = field(default_factory=dict)
    """The error that a method raises, by the name of the method."""
    memory: Memory = field(default_factory=Memory)
    latest_checks: LastChecks = field(default_factory=LastChecks)
    recorded: list[CheckRecord] = field(default_factory=list)
    """Every check, in the order in which they ended."""
    history: list[Decision] = field(default_factory=list)
    """Every decision, in the order in which they were saved."""
    unreadable: list[UnreadableRow] = field(default_factory=list)
    """The rows of the history that cannot be read."""
    holder: "InMemoryLease | None" = None
    versions: "count[int]" = field(default_factory=lambda: count(1))

    def last_checks(self) -> LastChecks:
        """Return how the last checks ended."""
        self._break("last_checks")
        return self.latest_checks

    def begin(self, at: datetime) -> None:
        """Save the start of watching, unless there is something already."""
        self._break("begin")
        if self.latest_checks == LastChecks():
            self.latest_checks = LastChecks(watching_since=at)

    def lease(self, *, unchanged: Held | None = None) -> Lease | Held:
        """Take the lease, or return who holds it."""
        self._break("lease")
        if self.holder is not None and self.holder.is_held():
            held = self.holder.held()
            if unchanged is None or unchanged.version != held.version:
                return held
        self.holder = InMemoryLease(self, self.clock())
        return self.holder

    def load(self) -> Memory:
        """Return everything."""
        self._break("load")
        return self.memory

    def remember(self, facts: Changes) -> None:
        """Apply changes."""
        self._break("remember")
        records = tuple(
            self._stamped(record)
            for record in facts.in_use_records
            if key_of(record) not in {row.key for row in self.memory.unreadable}
        )
        self.memory = apply_changes(self.memory, replace(facts, in_use_records=records))
        self.memory = _rewritten(
            self.memory,
            (*facts.items, *facts.apps, *facts.credential_records, *facts.channels, *facts.uses),
        )

    def record_notifications(self, told: Sequence[Notification]) -> None:
        """Save what a channel received."""
        self._break("record_notifications")
        self.memory = _rewritten(apply_notifications(self.memory, told), told)

    def record_check(self, record: CheckRecord, last_checks: LastChecks) -> None:
        """Save how a check ended."""
        self._break("record_check")
        self.recorded.append(record)
        self.latest_checks = last_checks
        self.unreadable = [row for row in self.unreadable if row.key != "~pulse:"]

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
        """Save a decision. Raise `LedgerConflict` if a row changed since it was read."""
        self._break("decide")
        memory = self.memory
        _check_readable((*holds, *assignments, *acknowledgements, *hand_overs), memory)
        _check_versions({each.service: each for each in hand_overs}, memory.hand_overs)
        _check_versions({each.service: each for each in (*holds, *dropped)}, memory.in_use_records)
        _check_versions({each.key_id: each for each in assignments}, memory.assignments)
        _check_versions({each.service: each for each in acknowledgements}, memory.acknowledgements)
        changes = DecisionChanges(
            decision,
            tuple(self._stamped(each) for each in holds),
            tuple(formers),
            tuple(self._stamped(each) for each in assignments),
            tuple(self._stamped(each) for each in acknowledgements),
            tuple(dropped),
            tuple(self._stamped(each) for each in hand_overs),
        )
        self.memory = apply_decision(memory, changes)
        self.history.append(decision)

    def hand_overs(self, *, even_if_off: bool = False) -> Mapping[str, HandOver]:  # noqa: ARG002  (this ledger has them always)
        """Return the hand-overs."""
        self._break("hand_overs")
        return self.memory.hand_overs

    def save_hand_over(self, record: HandOver) -> HandOver:
        """Save a hand-over. Raise `LedgerConflict` if it changed since it was read."""
        self._break("save_hand_over")
        _check_readable((record,), self.memory)
        _check_versions({record.service: record}, self.memory.hand_overs)
        saved = self._stamped(record)
        hand_overs = {**self.memory.hand_overs, record.service: saved}
        self.memory = replace(self.memory, hand_overs=hand_overs)
        return saved

    def decisions(self, *services: str) -> Mapping[str, Sequence[Decision]]:
        """Return the decisions about each service, newest first."""
        self._break("decisions")
        newest = self._newest_decisions()
        return {
            service: [each for each in newest if service in each.services] for service in services
        }

    def decisions_since(self, at: datetime) -> Sequence[Decision]:
        """Return the decisions after an instant, newest first."""
        self._break("decisions_since")
        return [decision for decision in self._newest_decisions() if decision.at > at]

    def checks(self, limit: int) -> Sequence[CheckRecord]:
        """Return the last checks, newest first."""
        self._break("checks")
        return sorted(self.recorded, key=lambda check: check.started, reverse=True)[:limit]

    def spoil(self, key: str) -> None:
        """Make the row with this key unreadable, as another version or a person may."""
        row = UnreadableRow(key, "it was spoiled", "own")
        if key.startswith("~"):
            self.unreadable.append(row)
            return
        memory = self.memory
        mappings: dict[str, Any] = {
            each.name: {
                name: record
                for name, record in getattr(memory, each.name).items()
                if key_of(record) != key
            }
            for each in fields(memory)
            if isinstance(getattr(memory, each.name), Mapping)
        }
        formers = {each for each in memory.previous_credentials if key_of(each) != key}
        self.memory = replace(
            memory,
            previous_credentials=frozenset(formers),
            unreadable=(*memory.unreadable, row),
            **mappings,
        )

    def unreadable_history(self) -> Sequence[UnreadableRow]:
        """Return the rows of the history that cannot be read."""
        self._break("unreadable_history")
        return list(self.unreadable)

    def remove(self, rows: Removals) -> None:
        """Delete rows; missing ones are ignored."""
        self._break("remove")
        memory = self.memory
        cancelled = {(each.service, each.version) for each in rows.acknowledgements}
        ended = {(each.service, each.version) for each in rows.hand_overs}
        self.memory = replace(
            memory,
            in_use_records=_without(memory.in_use_records, rows.in_use_records),
            previous_credentials=memory.previous_credentials - set(rows.previous_credentials),
            assignments=_without(memory.assignments, rows.assignments),
            acknowledgements={
                service: each
                for service, each in memory.acknowledgements.items()
                if (service, each.version) not in cancelled
            },
            credential_records=_without(memory.credential_records, rows.credential_records),
            apps=_without(memory.apps, rows.apps),
            items=_without(memory.items, rows.items),
            notifications=_without(memory.notifications, rows.notifications),
            channels=_without(memory.channels, rows.channels),
            uses=_without(memory.uses, rows.uses),
            hand_overs={
                service: each
                for service, each in memory.hand_overs.items()
                if (service, each.version) not in ended
            },
        )

    def remove_history(self, before: datetime, outlived: Callable[[Decision], bool]) -> None:
        """Delete the checks before an instant, and the decisions before it that are outlived."""
        self._break("remove_history")
        self.recorded = [check for check in self.recorded if check.started >= before]
        self.history = [each for each in self.history if each.at >= before or not outlived(each)]

    def _newest_decisions(self) -> list[Decision]:
        return sorted(self.history, key=lambda decision: decision.at, reverse=True)

    def _break(self, method: str) -> None:
        if method in self.broken:
            raise self.broken[method]

    def _stamped[T: (InUse, Assignment, Acknowledgement, HandOver)](self, value: T) -> T:
        return replace(value, version=str(next(self.versions)))


@dataclass(eq=False)
class InMemoryLease:
    """The lease of an `InMemoryLedger`; lost as soon as another check has taken it."""

    ledger: InMemoryLedger
    began: datetime | None

    def __post_init__(self) -> None:
        """Hold it for a term."""
        self._extend()

    def held(self) -> Held:
        """Return what others see of it."""
        return Held(self.expires, self.began, self.version, TERM)

    def is_held(self) -> bool:
        """Return whether it has not expired; an end that no lease can have does not count."""
        left = self.expires - self.ledger.clock()
        return timedelta() < left <= TERM + CLOCKS_DIFFER

    def renew(self) -> None:
        """Extend the lease by another term. Raise `LeaseLost` if another check has it."""
        if "renew" in self.ledger.broken:
            raise self.ledger.broken["renew"]
        if self.ledger.holder is not self:
            raise LeaseLost("The lease of this check ended: this one stops here.")
        self._extend()

    def release(self) -> None:
        """Return the lease."""
        if self.ledger.holder is self:
            self.ledger.holder = None

    def _extend(self) -> None:
        self.expires = self.ledger.clock() + TERM
        self.version = str(next(self.ledger.versions))


@dataclass
class InMemoryInventoryLedger:
    """An `InventoryLedger`."""

    memory: InventoryMemory = field(default_factory=InventoryMemory)
    broken: dict[str, LedgerError] = field(default_factory=dict)
    """The error that a method raises, by the name of the method."""

    def load(self) -> InventoryMemory:
        """Return everything."""
        self._break("load")
        return self.memory

    def load_items(self) -> InventoryMemory:
        """Return everything except the notifications."""
        self._break("load_items")
        return replace(self.memory, notifications={})

    def remember(self, facts: InventoryChanges) -> None:
        """Apply changes."""
        self._break("remember")
        self.memory = _rewritten(apply_inventory_changes(self.memory, facts), facts.items)

    def record_notifications(self, told: Sequence[Notification]) -> None:
        """Save what a channel or an owner received."""
        self._break("record_notifications")
        self.memory = _rewritten(apply_notifications(self.memory, told), told)

    def _break(self, method: str) -> None:
        if method in self.broken:
            raise self.broken[method]


def _check_versions[T: (InUse, Assignment, Acknowledgement, HandOver)](
    new: Mapping[str, T], known: Mapping[str, T]
) -> None:
    for name, value in new.items():
        if value.version != (known[name].version if name in known else ""):
            raise LedgerConflict("The ledger has changed since it was read. Nothing was saved.")


def _check_readable(written: Sequence[Remembered], memory: Memory) -> None:
    keys = {key_of(each) for each in written}
    for row in memory.unreadable:
        if row.key in keys:
            raise UnreadableRowConflict(f"The row {row.key!r} of the ledger cannot be read.")


def _rewritten[M: (Memory, InventoryMemory)](memory: M, written: Sequence[Remembered]) -> M:
    """Return the memory without the unreadable rows that were just written again."""
    if not memory.unreadable:
        return memory
    keys = {key_of(each) for each in written}
    return replace(memory, unreadable=tuple(r for r in memory.unreadable if r.key not in keys))


def _without[K, V](rows: Mapping[K, V], keys: Sequence[K]) -> dict[K, V]:
    return {key: value for key, value in rows.items() if key not in set(keys)}
