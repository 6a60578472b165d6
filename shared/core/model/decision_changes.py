"""The rows that one decision writes."""

from dataclasses import dataclass

from shared.core.model.decision import (
    Acknowledgement,
    Assignment,
    Decision,
    InUse,
    PreviousCredential,
)
from shared.core.model.hand_over import HandOver


@dataclass(frozen=True, slots=True)
class DecisionChanges:
    """The rows that one decision writes, in one transaction."""

    decision: Decision
    in_use_records: tuple[InUse, ...] = ()
    previous_credentials: tuple[PreviousCredential, ...] = ()
    assignments: tuple[Assignment, ...] = ()
    acknowledgements: tuple[Acknowledgement, ...] = ()
    dropped: tuple[InUse, ...] = ()
    """Assumed ones that follow from an assignment which is taken back."""
    hand_overs: tuple[HandOver, ...] = ()
