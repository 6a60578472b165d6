"""Open a value that was handed over: it is recorded before it is shown."""

from dataclasses import dataclass

from shared.core.decisions import Refused
from shared.core.hand_over import steps
from shared.core.hand_over.opening import NOTHING_SHOWN, Opener, require_open
from shared.core.model.decision import Person
from shared.core.model.hand_over import Ending, HandOver
from shared.core.model.secret import Secret
from shared.core.model.watchlist import Service
from shared.core.results import CheckResult
from shared.ports.errors import LedgerConflict, VaultError
from shared.ports.vault import Vault, vault_name
from shared.usecases.check import Watch
from shared.usecases.conflict import CHANGED, no_conflict
from shared.usecases.current_app import app_of
from shared.usecases.kept_values import required_vault
from shared.usecases.save_decision import save_decision


@dataclass(frozen=True, slots=True)
class OpenedValue:
    """A value to show, and the check that notified both parties if it was shown before."""

    value: Secret
    record: HandOver
    check: CheckResult | None
    """`None` at the first opening: nobody is notified of that."""


def open_value(watch: Watch, service_id: str, *, by: Person, seen: int) -> OpenedValue:
    """Return the value of a service's new secret, once it is recorded who opened it.

    Args:
        watch: The program.
        service_id: The service.
        by: Who opens it.
        seen: How many openings the page showed; a repeated form shows too few.

    Raises:
        Refused: There is no value, somebody has opened it, or the vault failed.
        LedgerError: The opening could not be recorded, so the value is not shown.
    """
    vault = required_vault(watch.vault, by)
    service = next(each for each in app_of(watch, service_id).services if each.id == service_id)
    record = _record(watch, service, Opener(by, seen))
    value = _value(watch, vault, service, record)
    changes = steps.opened(record, by, watch.clock())
    try:
        save_decision(watch.ledger, changes)
    except LedgerConflict:
        _record(watch, service, Opener(by, seen))  # the sentence says who opened it
        raise Refused(CHANGED) from None
    (saved,) = changes.hand_overs
    again = len(saved.opened) > 1
    return OpenedValue(value, saved, watch.check(whole=False) if again else None)


def _record(watch: Watch, service: Service, opener: Opener) -> HandOver:
    record = watch.ledger.hand_overs().get(service.id)
    return require_open(service, record, opener, watch.watchlist, watch.clock())


def _value(watch: Watch, vault: Vault, service: Service, record: HandOver) -> Secret:
    try:
        value = vault.value(vault_name(service.id, record.key_id))
    except VaultError as error:
        raise Refused(
            f"The value of {service.name} could not be read. {error} {NOTHING_SHOWN}"
        ) from None
    if value is None:
        with no_conflict():
            save_decision(watch.ledger, steps.ended(record, Ending.NOT_KEPT, watch.clock()))
        watch.check(whole=False)
        raise Refused(
            f"The vault does not have the value of {service.name} any more. {NOTHING_SHOWN} "
            "Ask for it to be handed over again."
        )
    return value
