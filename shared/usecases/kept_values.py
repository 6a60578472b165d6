"""What hand-overs do with the ledger and the vault, in this order."""

from dataclasses import replace
from datetime import datetime

from shared.core.blank import is_blank
from shared.core.decisions import Refused
from shared.core.model.decision import Person
from shared.core.model.decision_changes import DecisionChanges
from shared.core.model.hand_over import HandOver, HandOverState
from shared.ports.clock import Clock
from shared.ports.errors import VaultError
from shared.ports.ledger import Ledger
from shared.ports.vault import Vault, vault_name
from shared.usecases.save_decision import save_decision


def required_vault(vault: Vault | None, by: Person) -> Vault:
    """Return the vault. Raises `Refused` without one, and for a person without a name."""
    if vault is None:
        raise Refused("Secrets are not handed over here: no vault is configured.")
    if is_blank(by.name):
        raise Refused("A hand-over needs the name of a person to ask. Nothing was saved.")
    return vault


def decided(ledger: Ledger, changes: DecisionChanges) -> HandOver:
    """Save a decision about a hand-over; return the row as it is now. Raises `LedgerError`."""
    save_decision(ledger, changes)
    (record,) = changes.hand_overs
    return ledger.hand_overs()[record.service]


def cleaned(ledger: Ledger, vault: Vault, record: HandOver, clock: Clock) -> HandOver:
    """Delete the values that are not needed any more, and return the record after that.

    If the vault fails, the record says why, and the next tick tries again. Raises `LedgerError`.
    """
    ending = record.state == HandOverState.ENDING
    key_ids = (*record.stale, record.key_id) if ending else record.stale
    if not key_ids or record.state in {HandOverState.KEEPING, HandOverState.RENEWING}:
        return record
    try:
        for key_id in key_ids:
            vault.delete(vault_name(record.service, key_id))
    except VaultError as error:
        return with_reason(ledger, record, str(error), clock())
    state = HandOverState.DONE if ending else record.state
    return ledger.save_hand_over(replace(record, state=state, stale=(), why=""))


def with_reason(ledger: Ledger, record: HandOver, why: str, now: datetime) -> HandOver:
    """Save why a step failed, if that is new. Raises `LedgerError`.

    Its first failure is news of now: people may have had messages since the step was begun.
    """
    if record.why == why:
        return record
    changed = now if record.failed and not record.why else record.changed
    return ledger.save_hand_over(replace(record, why=why, changed=changed))
