"""A decision with everything that the ledger has to write for it."""

from dataclasses import dataclass

from shared.core.memory import Acknowledgement, Assignment, Decision, Former, Hold


@dataclass(frozen=True, slots=True)
class Decided:
    """What the ledger has to write, all of it or nothing."""

    decision: Decision
    holds: tuple[Hold, ...] = ()
    formers: tuple[Former, ...] = ()
    assignments: tuple[Assignment, ...] = ()
    acknowledgements: tuple[Acknowledgement, ...] = ()
