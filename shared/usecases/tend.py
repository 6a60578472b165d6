"""Do what hand-overs have left: values to look for, to delete, or whose time is over.

Each step is written before its effect, so it is found again whatever stops the program.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from shared.core.hand_over import steps
from shared.core.judge.new_secrets import is_the_new
from shared.core.model.directory import Credential
from shared.core.model.hand_over import Ending, HandOver, HandOverState
from shared.core.model.memory import Memory
from shared.ports.errors import DirectoryError, LedgerConflict, VaultError
from shared.ports.vault import Vault, vault_name
from shared.usecases.kept_values import cleaned, decided, with_reason
from shared.usecases.part import Progress, ignore, sentence_about
from shared.usecases.program import Program
from shared.usecases.second_read import queries

READ_WITHIN = 60.0
"""Seconds for reading the app of one secret that may have been created."""


def is_unfinished(records: Mapping[str, HandOver]) -> bool:
    """Return whether a tick may have something to do for hand-overs, by service id."""
    return any(each.state != HandOverState.DONE or each.stale for each in records.values())


def tend(watch: Program, progress: Progress = ignore) -> None:
    """Do what hand-overs have left. Never raises: a fault is reported to `progress`.

    This takes one table read if there is nothing to do.
    """
    if watch.vault is None:
        return
    try:
        if not is_unfinished(watch.ledger.hand_overs()):
            return
        tender = _Tender(watch, watch.vault, watch.ledger.load())
    except Exception as error:  # noqa: BLE001  (the check that follows counts more)
        progress(sentence_about(error))
        return
    for record in tender.memory.hand_overs.values():
        try:
            tender.tend(record)
        except LedgerConflict:
            continue  # somebody else goes on from there
        except Exception as error:  # noqa: BLE001  (one must not stop the others)
            progress(f"hand-over of {record.service}: {sentence_about(error)}")


@dataclass(frozen=True, slots=True)
class _Tender:
    watch: Program
    vault: Vault
    memory: Memory

    def tend(self, record: HandOver) -> None:
        """Take the next step of one hand-over, then delete what is not needed any more."""
        try:
            record = self._next(record)
        except (VaultError, DirectoryError) as error:
            with_reason(self.watch.ledger, record, str(error), self.watch.clock())
            return
        cleaned(self.watch.ledger, self.vault, record, self.watch.clock)

    def _next(self, record: HandOver) -> HandOver:
        now = self.watch.clock()
        match record.state:
            case HandOverState.KEEPING | HandOverState.RENEWING:
                return record if now < record.at + steps.LOOK_AFTER else self._looked_up(record)
            case HandOverState.READY | HandOverState.OPENED:
                ending = steps.ending_of(record, self.memory, now)
                return self._ended(record, ending) if ending else record
            case _:
                return record

    def _looked_up(self, record: HandOver) -> HandOver:
        """Return what became of a value, or of a secret, whose step did not end."""
        now = self.watch.clock()
        credential = record.credential if record.key_id else self._created(record)
        if credential is None:
            given_up = now >= record.at + steps.GIVE_UP_AFTER
            return self._ended(record, Ending.NOT_CREATED) if given_up else record
        found = replace(record, credential=credential)
        if self.vault.has(vault_name(record.service, credential.key_id)):
            return decided(self.watch.ledger, steps.ready(found, credential, now))
        return self._ended(found, Ending.ORPHAN if record.renewed else Ending.NOT_KEPT)

    def _created(self, record: HandOver) -> Credential | None:
        """Return the secret that `renew` created, by its exact name and end.

        Raises:
            DirectoryError: The app cannot be read, so it is not known.
        """
        for app in self.watch.watchlist.apps:
            if any(service.id == record.service for service in app.services):
                seconds = self.watch.seconds_left(READ_WITHIN)
                reading = self.watch.directory.read(queries([app]), seconds=seconds)
                if app.client_id in reading.failures:
                    raise reading.failures[app.client_id]
                found = reading.apps[app.client_id]
                present = found.credentials if found is not None else ()
                return next((c for c in present if is_the_new(c, record)), None)
        raise DirectoryError(
            f"{record.service} is not on the watchlist, so its app cannot be looked up."
        )

    def _ended(self, record: HandOver, ending: Ending) -> HandOver:
        return decided(self.watch.ledger, steps.ended(record, ending, self.watch.clock()))
