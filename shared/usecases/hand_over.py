"""Hand over the value of a new secret, or take it back.

The ledger is written first, then the vault, then the ledger: whatever stops the program, a tick
finds what is left (see `tend`).
"""

from contextlib import suppress
from dataclasses import dataclass, replace

from shared.core.decisions import Refused
from shared.core.hand_over import steps
from shared.core.hand_over.begin import keeping, require_withdrawable
from shared.core.hand_over.value import NoSuchSecret, credential_for
from shared.core.model.decision import Person
from shared.core.model.directory import Credential
from shared.core.model.hand_over import HandOver, HandOverState
from shared.core.model.secret import Secret
from shared.core.results import CheckResult
from shared.ports.errors import LedgerConflict, LedgerError, VaultError
from shared.ports.vault import Vault, VaultLabel, vault_name
from shared.usecases.check import Watch
from shared.usecases.conflict import CHANGED, no_conflict
from shared.usecases.current_app import CurrentApp, app_of, read_app
from shared.usecases.kept_values import cleaned, decided, required_vault


@dataclass(frozen=True, slots=True)
class HandOverDone:
    """The hand-over as saved, and the check that sent the notifications."""

    record: HandOver
    """If a value could not be deleted yet, `why` says why; the next tick tries again."""
    check: CheckResult


def hand_over(watch: Watch, service_id: str, value: Secret, *, by: Person) -> HandOverDone:
    """Keep the value of a service's new secret until it is opened.

    Raises:
        Refused: The value does not fit, or could not be kept.
        PortError: The app or the ledger cannot be read or written.
    """
    vault = required_vault(watch.vault, by)
    app, credential = _found(watch, service_id, value)
    service = app.service(service_id).service
    before = app.at.memory.hand_overs.get(service_id)
    zone = watch.watchlist.zone
    record = keeping(service, credential, before, by=by, at=watch.clock(), zone=zone)
    with no_conflict():
        record = watch.ledger.save_hand_over(record)
    _keep(watch, vault, record, value)
    try:
        record = decided(
            watch.ledger, steps.ready(record, credential, app.at._replace(now=watch.clock()))
        )
    except LedgerConflict:
        record = _after_conflict(watch, vault, record)
    with suppress(LedgerError):  # the value is ready; the next tick deletes the earlier one
        record = cleaned(watch.ledger, vault, record, watch.clock)
    return HandOverDone(record, watch.check(whole=False))


def withdraw(watch: Watch, service_id: str, *, by: Person) -> HandOverDone:
    """Take a hand-over back: the value is deleted now, or by the next tick. Raises the same."""
    vault = required_vault(watch.vault, by)
    service = next(each for each in app_of(watch, service_id).services if each.id == service_id)
    found, now = watch.ledger.hand_overs().get(service_id), watch.clock()
    changes = steps.withdrawn(require_withdrawable(service, found, now), by, now)
    with no_conflict():
        saved = decided(watch.ledger, changes)
    with suppress(LedgerError):  # the decision is saved; the next tick goes on from there
        saved = cleaned(watch.ledger, vault, saved, watch.clock)
    return HandOverDone(saved, watch.check(whole=False))


def _found(watch: Watch, service_id: str, value: Secret) -> tuple[CurrentApp, Credential]:
    """Return the app as it is now, and its secret with this value.

    It is read once more if it has no such secret: a read may lag behind.
    """
    watched = app_of(watch, service_id)
    app = read_app(watch, watched)
    try:
        return app, _credential(app, service_id, value)
    except NoSuchSecret:
        app = read_app(watch, watched)
        return app, _credential(app, service_id, value)


def _credential(app: CurrentApp, service_id: str, value: Secret) -> Credential:
    view, views = app.service(service_id), app.judgement.services
    return credential_for(value, view, views, app.snapshot, app.at)


def _keep(watch: Watch, vault: Vault, record: HandOver, value: Secret) -> None:
    label = VaultLabel(record.service, record.key_id, record.by.name, record.at, record.until)
    try:
        vault.keep(label, value)
    except VaultError as error:
        with suppress(LedgerError):  # it stays as it is, and a tick looks into the vault
            watch.ledger.save_hand_over(replace(record, why=str(error)))
        raise Refused(
            f"The value could not be kept. {error} Try again; if you do not, the next run looks "
            "into the vault and notifies you of what it finds."
        ) from None


def _after_conflict(watch: Watch, vault: Vault, record: HandOver) -> HandOver:
    """Return the row of somebody else, if it is about the same secret; else delete our value."""
    found = watch.ledger.hand_overs().get(record.service)
    if found is not None and found.key_id == record.key_id:
        if found.kept:
            return found
        if found.state == HandOverState.KEEPING:
            raise Refused(CHANGED)
    try:
        vault.delete(vault_name(record.service, record.key_id))
    except VaultError:
        if found is not None:
            stale = tuple(dict.fromkeys((*found.stale, record.key_id)))
            watch.ledger.save_hand_over(replace(found, stale=stale))
    raise Refused(CHANGED)
