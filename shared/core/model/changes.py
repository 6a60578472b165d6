"""A decision with everything that the ledger has to write for it."""

from dataclasses import dataclass

from shared.core.model.memory import (
    Acknowledgement,
    Assignment,
    Decision,
    DecisionKind,
    InUse,
    Memory,
    PreviousCredential,
)


@dataclass(frozen=True, slots=True)
class DecisionChanges:
    """What the ledger has to write, all of it or nothing."""

    decision: Decision
    in_use_records: tuple[InUse, ...] = ()
    previous_credentials: tuple[PreviousCredential, ...] = ()
    assignments: tuple[Assignment, ...] = ()
    acknowledgements: tuple[Acknowledgement, ...] = ()


def is_remembered(decision: Decision, memory: Memory) -> bool:
    """Say whether `memory` was read after a decision was written; what evidence settled, a check wrote itself."""
    values: list[InUse | Assignment | Acknowledgement | None]
    match decision.kind:
        case _ if decision.by is None:
            return True
        case DecisionKind.CLAIM:
            values = [memory.assignments.get(decision.key_id)]
        case DecisionKind.CONFIRM:
            values = [memory.in_use_records.get(service) for service in decision.services]
        case DecisionKind.ACKNOWLEDGE:
            values = [memory.acknowledgements.get(service) for service in decision.services]
    return all(value is not None and value.at >= decision.at for value in values)
