"""A ledger in memory: the port's promises and nothing else. The contract suite holds it and the real one to the same tests."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from itertools import count

from shared.core.model.apply import apply_changes, apply_notifications
from shared.core.model.memory import (
    Acknowledgement,
    Assignment,
    Changes,
    CheckRecord,
    Decision,
    InUse,
    LastChecks,
    Memory,
    Notification,
    PreviousCredential,
    Removals,
)
from shared.ports.clock import Clock
from shared.ports.errors import LeaseLost, LedgerConflict, LedgerError
from shared.ports.ledger import Lease

TERM = timedelta(minutes=5)


@dataclass
class InMemoryLedger:
    """Remembers until it is dropped. Two checks that share one of these are two processes that share a table."""

    clock: Clock
    broken: dict[str, LedgerError] = field(default_factory=dict)
    """By method name: what this method raises instead of doing anything."""
    memory: Memory = field(default_factory=Memory)
    last_pulse: LastChecks = field(default_factory=LastChecks)
    recorded: list[CheckRecord] = field(default_factory=list)
    """Every check, in the order in which they ended."""
    history: list[Decision] = field(default_factory=list)
    holder: "MemoryLease | None" = None
    versions: "count[int]" = field(default_factory=lambda: count(1))

    def last_checks(self) -> LastChecks:
        self._break("last_checks")
        return self.last_pulse

    def begin(self, at: datetime) -> None:
        self._break("begin")
        if self.last_pulse == LastChecks():
            self.last_pulse = LastChecks(watching_since=at)

    def lease(self) -> Lease | None:
        self._break("lease")
        if self.holder is not None and self.holder.expires > self.clock():
            return None
        self.holder = MemoryLease(self, self.clock() + TERM)
        return self.holder

    def load(self) -> Memory:
        self._break("load")
        return self.memory

    def remember(self, facts: Changes) -> None:
        self._break("remember")
        self.memory = apply_changes(
            self.memory,
            replace(
                facts, in_use_records=tuple(self._stamped(hold) for hold in facts.in_use_records)
            ),
        )

    def record_notifications(self, told: Sequence[Notification]) -> None:
        self._break("record_notifications")
        self.memory = apply_notifications(self.memory, told)

    def record_check(self, record: CheckRecord, last_checks: LastChecks) -> None:
        self._break("record_check")
        self.recorded.append(record)
        self.last_pulse = last_checks

    def decide(
        self,
        decision: Decision,
        *,
        holds: Sequence[InUse] = (),
        formers: Sequence[PreviousCredential] = (),
        assignments: Sequence[Assignment] = (),
        acknowledgements: Sequence[Acknowledgement] = (),
    ) -> None:
        self._break("decide")
        new_holds = {each.service: each for each in holds}
        new_assignments = {each.key_id: each for each in assignments}
        new_acknowledgements = {each.service: each for each in acknowledgements}
        _unchanged(new_holds, self.memory.in_use_records)
        _unchanged(new_assignments, self.memory.assignments)
        _unchanged(new_acknowledgements, self.memory.acknowledgements)
        self.memory = replace(
            self.memory,
            in_use_records={
                **self.memory.in_use_records,
                **{name: self._stamped(each) for name, each in new_holds.items()},
            },
            previous_credentials=self.memory.previous_credentials | set(formers),
            assignments={
                **self.memory.assignments,
                **{name: self._stamped(each) for name, each in new_assignments.items()},
            },
            acknowledgements={
                **self.memory.acknowledgements,
                **{name: self._stamped(each) for name, each in new_acknowledgements.items()},
            },
        )
        self.history.append(decision)

    def decisions(self, *services: str) -> Mapping[str, Sequence[Decision]]:
        self._break("decisions")
        newest = sorted(self.history, key=lambda decision: decision.at, reverse=True)
        return {
            service: [decision for decision in newest if service in decision.services]
            for service in services
        }

    def decisions_since(self, at: datetime) -> Sequence[Decision]:
        self._break("decisions_since")
        return sorted(
            (decision for decision in self.history if decision.at > at),
            key=lambda decision: decision.at,
            reverse=True,
        )

    def checks(self, limit: int) -> Sequence[CheckRecord]:
        self._break("checks")
        return sorted(self.recorded, key=lambda check: check.started, reverse=True)[:limit]

    def remove(self, rows: Removals) -> None:
        self._break("remove")
        ended = {(each.service, each.version) for each in rows.acknowledgements}
        self.memory = Memory(
            in_use_records=_without(self.memory.in_use_records, rows.in_use_records),
            previous_credentials=self.memory.previous_credentials - set(rows.previous_credentials),
            assignments=_without(self.memory.assignments, rows.assignments),
            acknowledgements={
                name: each
                for name, each in self.memory.acknowledgements.items()
                if (name, each.version) not in ended
            },
            credential_records=_without(self.memory.credential_records, rows.credential_records),
            apps=_without(self.memory.apps, rows.apps),
            items=_without(self.memory.items, rows.items),
            notifications=_without(self.memory.notifications, rows.notifications),
            channels=_without(self.memory.channels, rows.channels),
            uses=_without(self.memory.uses, rows.uses),
        )

    def remove_history(self, before: datetime, outlived: Callable[[Decision], bool]) -> None:
        self._break("remove_history")
        self.recorded = [check for check in self.recorded if check.started >= before]
        self.history = [
            decision for decision in self.history if decision.at >= before or not outlived(decision)
        ]

    def _break(self, method: str) -> None:
        if method in self.broken:
            raise self.broken[method]

    def _stamped[T: (InUse, Assignment, Acknowledgement)](self, value: T) -> T:
        return replace(value, version=str(next(self.versions)))


@dataclass(eq=False)
class MemoryLease:
    """The lease of a `InMemoryLedger`; it is lost as soon as another one has taken its place."""

    ledger: InMemoryLedger
    expires: datetime

    def renew(self) -> None:
        self.ledger._break("renew")  # noqa: SLF001  (the two are one thing)
        if self.ledger.holder is not self:
            raise LeaseLost(
                "The lease of this check ended, and another check may be at work: this one stops here."
            )
        self.expires = self.ledger.clock() + TERM

    def release(self) -> None:
        if self.ledger.holder is self:
            self.ledger.holder = None


def _unchanged[T: (InUse, Assignment, Acknowledgement)](
    new: Mapping[str, T], known: Mapping[str, T]
) -> None:
    for name, value in new.items():
        if value.version != (known[name].version if name in known else ""):
            raise LedgerConflict(
                "The ledger has changed since it was read. Nothing was written; look at the new state."
            )


def _without[K, V](rows: Mapping[K, V], keys: Sequence[K]) -> dict[K, V]:
    return {key: value for key, value in rows.items() if key not in set(keys)}
