"""Do what hand-overs have left: values to look for, to delete, or whose time is over.

Each step is written before its effect, so it is found again whatever stops the program.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from shared.core.hand_over import steps
from shared.core.model.context import CheckContext
from shared.core.model.hand_over import READS_LAG, Ending, HandOver, HandOverState
from shared.core.model.memory import Memory
from shared.ports.errors import DirectoryError, LedgerConflict, VaultError
from shared.ports.vault import Vault, vault_name
from shared.usecases.kept_values import cleaned, decided, with_reason
from shared.usecases.lost_answer import created
from shared.usecases.part import Progress, ignore, sentence_about
from shared.usecases.program import Program

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
        seconds = self.watch.seconds_left(READ_WITHIN)
        known = record.credential if record.key_id else None
        credential = known or created(self.watch, record, seconds=seconds)
        if credential is None:
            given_up = now >= record.at + READS_LAG
            return self._ended(record, Ending.NOT_CREATED) if given_up else record
        found = replace(record, credential=credential)
        if self.vault.has(vault_name(record.service, credential.key_id)):
            at = CheckContext(self.watch.watchlist, self.memory, now)
            return decided(self.watch.ledger, steps.ready(found, credential, at))
        return self._ended(found, Ending.ORPHAN if record.renewed else Ending.NOT_KEPT)

    def _ended(self, record: HandOver, ending: Ending) -> HandOver:
        return decided(self.watch.ledger, steps.ended(record, ending, self.watch.clock()))
