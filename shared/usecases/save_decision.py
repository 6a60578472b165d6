"""Save a decision."""

from shared.core.model.decision_changes import DecisionChanges
from shared.ports.ledger import Ledger


def save_decision(ledger: Ledger, changes: DecisionChanges) -> None:
    """Write a decision and its effects, all or none. Raises `LedgerConflict`, `LedgerError`."""
    ledger.decide(
        changes.decision,
        holds=changes.in_use_records,
        formers=changes.previous_credentials,
        assignments=changes.assignments,
        acknowledgements=changes.acknowledgements,
        dropped=changes.dropped,
        hand_overs=changes.hand_overs,
    )
