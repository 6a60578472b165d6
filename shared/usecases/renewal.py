"""One new secret: begun in the ledger, created in Entra, kept in the vault, then decided.

The ledger has the name and the end before Entra is asked. So whatever stops the program, the
next tick finds whether the secret exists, and whether the vault has its value.
"""

from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import timedelta

from shared.core.hand_over import steps
from shared.core.hand_over.begin import renewing
from shared.core.model.decision_changes import DecisionChanges
from shared.core.model.directory import Credential
from shared.core.model.hand_over import Ending, HandOver
from shared.core.renewal import NotRenewed, after_refusal
from shared.ports.errors import (
    CreationRefused,
    CreationUnknown,
    LedgerConflict,
    LedgerError,
    VaultError,
)
from shared.ports.secret_creator import BY_POLICY, CreatedSecret, SecretCreator
from shared.ports.vault import Vault, VaultLabel
from shared.usecases.check import Watch
from shared.usecases.lost_answer import find_created
from shared.usecases.part import Progress
from shared.usecases.renewal_plan import Planned
from shared.usecases.save_decision import save_decision

KEEP_WITHIN = timedelta(seconds=30)
LATER = "The app's next hourly run looks again, and notifies people of what it finds."
NOTHING_CREATED = "Nothing was created."


@dataclass(slots=True)
class Renewal:
    """Creates one secret after the other."""

    watch: Watch
    vault: Vault
    creator: SecretCreator
    progress: Progress
    decided: bool = False
    """Whether there is something to notify people of."""
    stopped: bool = False
    """Whether no further secret may be asked for."""
    interrupted: bool = False
    _reached: str = NOTHING_CREATED
    _key_id: str = ""

    def create(self, planned: Planned) -> HandOver | NotRenewed:
        """Create a secret and hand its value over, or return why not."""
        self._reached, self._key_id = NOTHING_CREATED, ""
        try:
            return self._create(planned)
        except KeyboardInterrupt:
            self.stopped = self.interrupted = True
            why = f"Interrupted. {self._reached}"
            return NotRenewed(planned.view.service.id, why, self._key_id)

    def _create(self, planned: Planned) -> HandOver | NotRenewed:
        view, before = planned.view, planned.before
        now, zone = self.watch.clock(), self.watch.watchlist.zone
        asked = planned.credential
        begun = renewing(view.service, asked, before, by=planned.by, at=now, zone=zone)
        try:
            record = self.watch.ledger.save_hand_over(begun)
        except LedgerConflict:
            why = f"Somebody else changed this a moment ago. {NOTHING_CREATED}"
            return NotRenewed(view.service.id, why)
        except LedgerError as error:
            return NotRenewed(view.service.id, f"{error} {NOTHING_CREATED}")
        self.progress(f"creating {planned.name}")
        self._reached = f"Whether Entra created “{planned.name}” is not known. {LATER}"
        try:
            object_id = planned.app.snapshot.record.object_id
            created = self.creator.create(object_id, planned.name, planned.ends)
        except CreationRefused as error:
            return self._refused(record, before, error)
        except CreationUnknown as error:
            return self._look_up(record, planned, str(error))
        return self._keep(record, planned, created)

    def _keep(
        self, record: HandOver, planned: Planned, created: CreatedSecret
    ) -> HandOver | NotRenewed:
        credential = created.credential
        self._key_id = credential.key_id
        self._reached = f"Entra created “{planned.name}” (key id {credential.key_id}). {LATER}"
        label = VaultLabel(
            record.service, credential.key_id, record.by.name, record.at, record.until
        )
        self.progress("keeping its value in the vault")
        try:
            self._keep_in_time(label, created)
        except VaultError as error:
            return self._orphan(record, planned, credential, str(error))
        return self._ready(record, planned, credential)

    def _keep_in_time(self, label: VaultLabel, created: CreatedSecret) -> None:
        """Keep a value, and repeat that for a while. Raises `VaultError`."""
        until, wait = self.watch.clock() + KEEP_WITHIN, 1.0
        while True:
            try:
                return self.vault.keep(label, created.value)
            except VaultError as error:
                if not error.transient or self.watch.clock() + timedelta(seconds=wait) >= until:
                    raise
            self.watch.pause(wait)
            wait *= 2

    def _ready(
        self, record: HandOver, planned: Planned, credential: Credential
    ) -> HandOver | NotRenewed:
        at = planned.app.at._replace(now=self.watch.clock())
        changes = steps.ready(record, credential, at)
        try:
            self._decide(changes)
        except LedgerError as error:
            why = f"{self._reached} Its value is in the vault. {error}"
            return NotRenewed(record.service, why, credential.key_id)
        [kept] = changes.hand_overs
        return kept

    def _refused(
        self, record: HandOver, before: HandOver | None, error: CreationRefused
    ) -> NotRenewed:
        self.stopped = error.code.endswith(BY_POLICY)
        with suppress(LedgerError):  # the next tick finds that there is no such secret
            self.watch.ledger.save_hand_over(after_refusal(record, before))
        return NotRenewed(record.service, str(error))

    def _look_up(self, record: HandOver, planned: Planned, lost: str) -> NotRenewed:
        self.progress(f"looking whether Entra created {planned.name}")
        found = find_created(self.watch, record)
        if found is None:
            return NotRenewed(record.service, f"{lost} {self._reached}")
        return self._orphan(record, planned, found, lost)

    def _orphan(
        self, record: HandOver, planned: Planned, credential: Credential, reason: str
    ) -> NotRenewed:
        """Decide that nobody knows the value of a secret.

        The vault may have it, if only an answer was lost, so it is deleted there.
        """
        key_id = credential.key_id
        known = replace(record, credential=credential, stale=(*record.stale, key_id))
        why = (
            f"{reason} Entra created “{planned.name}” (key id {key_id}), but nobody knows its "
            "value. Run `renew` again, and remove this one: az ad app credential delete "
            f"--id {planned.app.snapshot.record.client_id} --key-id {key_id}"
        )
        try:
            self._decide(steps.ended(known, Ending.ORPHAN, self.watch.clock()))
        except LedgerError as error:
            why = f"{error} {why}"
        return NotRenewed(record.service, why, key_id)

    def _decide(self, changes: DecisionChanges) -> None:
        save_decision(self.watch.ledger, changes)
        self.decided = True
