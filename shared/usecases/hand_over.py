"""Hand over the value of a new secret, and take it back."""

from dataclasses import dataclass, replace
from datetime import timedelta

from shared.core.decisions import Refused
from shared.core.hand_over.offer import KEEP_DAYS
from shared.core.model.decision import Decision, DecisionKind, Person
from shared.core.model.decision_changes import DecisionChanges
from shared.core.model.hand_over import Ending, HandOver, HandOverState
from shared.core.model.secret import Secret
from shared.core.results import CheckResult
from shared.ports.vault import VaultLabel, vault_name
from shared.usecases.check import Watch
from shared.usecases.current_app import app_of, read_app
from shared.usecases.save_decision import save_decision


@dataclass(frozen=True, slots=True)
class HandOverDone:
    """What was saved, and the check that sent the notifications."""

    record: HandOver
    check: CheckResult


def hand_over(watch: Watch, service_id: str, value: Secret, *, by: Person) -> HandOverDone:
    """Keep a value in the vault. Raises `Refused` or `PortError`."""
    assert watch.vault is not None
    app = read_app(watch, app_of(watch, service_id))
    view = app.service(service_id)
    text = value.reveal()
    fits = [
        each
        for each in (view.replacement, *view.candidates)
        if each is not None and each.hint and text.startswith(each.hint)
    ]
    if len(fits) != 1 or len(text) not in range(16, 65) or set(text) & set(" \r\n"):
        raise Refused("The value does not fit. Nothing was saved.")
    now = watch.clock()
    until = now + timedelta(days=KEEP_DAYS)
    before = watch.ledger.hand_overs().get(service_id)
    record = HandOver(service_id, HandOverState.KEEPING, fits[0], by, now, until, now)
    record = replace(record, version=before.version if before else "")
    record = watch.ledger.save_hand_over(record)
    label = VaultLabel(service_id, record.key_id, by.name, now, until)
    watch.vault.keep(label, value)
    return _decided(watch, DecisionKind.HAND_OVER, replace(record, state=HandOverState.READY), by)


def withdraw(watch: Watch, service_id: str, *, by: Person) -> HandOverDone:
    """Delete a value from the vault. Raises `Refused` or `PortError`."""
    assert watch.vault is not None
    record = watch.ledger.hand_overs().get(service_id)
    if record is None or not (record.kept or record.failed):
        raise Refused("There is no value to withdraw. Nothing was saved.")
    ending = replace(record, state=HandOverState.ENDING, ending=Ending.WITHDRAWN)
    done = _decided(watch, DecisionKind.WITHDRAW, ending, by)
    watch.vault.delete(vault_name(service_id, record.key_id))
    record = watch.ledger.hand_overs()[service_id]
    return HandOverDone(
        watch.ledger.save_hand_over(replace(record, state=HandOverState.DONE)), done.check
    )


def _decided(watch: Watch, kind: DecisionKind, record: HandOver, by: Person) -> HandOverDone:
    now = watch.clock()
    record = replace(record, changed=now)
    decision = Decision(now, kind, by, (record.service,), record.key_id)
    save_decision(watch.ledger, DecisionChanges(decision, hand_overs=(record,)))
    return HandOverDone(watch.ledger.hand_overs()[record.service], watch.check(whole=False))
