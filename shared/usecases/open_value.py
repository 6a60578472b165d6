"""Open a value that was handed over: recorded before it is shown."""

from dataclasses import dataclass, replace

from shared.core.decisions import Refused
from shared.core.hand_over.offer import can_open
from shared.core.model.decision import Decision, DecisionKind, Person
from shared.core.model.decision_changes import DecisionChanges
from shared.core.model.hand_over import HandOver, HandOverState, Opening
from shared.core.model.secret import Secret
from shared.core.results import CheckResult
from shared.ports.errors import VaultError
from shared.ports.vault import vault_name
from shared.usecases.check import Watch
from shared.usecases.save_decision import save_decision


@dataclass(frozen=True, slots=True)
class OpenedValue:
    """A value, and what the ledger has of its opening."""

    value: Secret
    record: HandOver
    check: CheckResult | None


def open_value(watch: Watch, service_id: str, *, by: Person, seen: int) -> OpenedValue:
    """Return a value. Raises `Refused` or `PortError`."""
    assert watch.vault is not None
    now = watch.clock()
    record = watch.ledger.hand_overs().get(service_id)
    if record is None or not record.kept:
        raise Refused("There is no value to open.")
    if not can_open(record, by, now) or seen != len(record.opened):
        raise Refused(f"{record.opened[-1].by.name} has opened this value already.")
    try:
        value = watch.vault.value(vault_name(service_id, record.key_id))
    except VaultError as error:
        raise Refused(f"The value could not be read. {error}") from None
    if value is None:
        raise Refused("The vault does not have the value.")
    opened = replace(
        record, state=HandOverState.OPENED, opened=(*record.opened, Opening(by, now)), changed=now
    )
    decision = Decision(now, DecisionKind.OPEN, by, (service_id,), record.key_id)
    save_decision(watch.ledger, DecisionChanges(decision, hand_overs=(opened,)))
    return OpenedValue(value, opened, None)
