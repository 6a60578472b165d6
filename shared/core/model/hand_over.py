"""The hand-over of a new secret: what the ledger keeps of it. The value is only in the vault.

    renewing -> keeping -> ready -> opened -> ending -> done

Each change is written before its effect: `renewing` before the secret is created, `keeping` before
the vault is asked to keep the value, `ending` before it is asked to delete it. So whatever stops
the program, the next tick finds what to do.
"""

from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from enum import StrEnum

from shared.core.model.decision import Person
from shared.core.model.directory import Credential

READS_LAG = timedelta(minutes=15)
"""How long Graph's reads may lack a secret that was created."""


class HandOverState(StrEnum):
    """Where a hand-over is. The values are stored: they must never change."""

    RENEWING = "renewing"
    """`renew` creates the secret; its key id may not be known."""
    KEEPING = "handing_over"
    """The vault was asked to keep the value."""
    READY = "ready"
    """The value is in the vault, and nobody has opened it."""
    OPENED = "opened"
    """The value is in the vault, and somebody has opened it."""
    ENDING = "ending"
    """The value must be deleted."""
    DONE = "done"
    """Nothing is kept."""


class Ending(StrEnum):
    """Why a hand-over ended. The values are stored: they must never change."""

    NONE = ""
    CONFIRMED = "confirmed"
    """The service uses the secret."""
    WITHDRAWN = "withdrawn"
    """A person took it back."""
    EXPIRED = "expired"
    """The time was over in which the value may be opened."""
    NOT_KEPT = "not_kept"
    """The vault does not have the value."""
    NOT_CREATED = "not_created"
    """Entra did not create the secret."""
    ORPHAN = "orphan"
    """Entra created the secret, and nobody knows its value."""


@dataclass(frozen=True, slots=True)
class Opening:
    """One time that the value was shown to somebody."""

    by: Person
    at: datetime


@dataclass(frozen=True, slots=True)
class HandOver:
    """The present or last hand-over of a service: a row of the ledger."""

    service: str
    state: HandOverState
    credential: Credential
    """The new secret. Its key id is empty as long as it is not known; then `renew` knows the name
    and the end that it asked for."""
    by: Person
    """Who handed the value over, or renewed."""
    at: datetime
    until: datetime
    """When the value is deleted."""
    changed: datetime
    """When people last had to be notified of a change; see `core.notify.hand_over`.

    Another attempt that fails as the last one did is not a change, nor is a deletion that succeeds.
    """
    renewed: bool = False
    """Whether `renew` created the secret."""
    opened: tuple[Opening, ...] = ()
    """Oldest first."""
    ending: Ending = Ending.NONE
    withdrawn_by: Person | None = None
    """Who took the value back, if a person did."""
    why: str = ""
    """Why the value could not be kept or deleted yet, in a sentence; empty if nothing failed."""
    stale: tuple[str, ...] = ()
    """Key ids of earlier secrets of the service whose values must still be deleted."""
    orphans: tuple[str, ...] = ()
    """Key ids of earlier secrets of the service whose values nobody knows."""
    version: str = field(default="", compare=False)

    @property
    def key_id(self) -> str:
        """The key id of the new secret; empty as long as it is not known."""
        return self.credential.key_id

    @property
    def kept(self) -> bool:
        """Whether the vault has the value, and the installer may open it."""
        return self.state in {HandOverState.READY, HandOverState.OPENED}

    @property
    def failed(self) -> bool:
        """Whether the value could not be kept, or must still be deleted."""
        return self.state in {HandOverState.KEEPING, HandOverState.ENDING}

    @property
    def shown(self) -> str:
        """What the status document calls the state; empty while nothing is kept."""
        if self.kept:
            return str(self.state)
        return "failed" if self.failed else ""

    @property
    def orphan(self) -> bool:
        """Whether the secret exists and nobody knows its value."""
        return self.ending == Ending.ORPHAN

    @property
    def without_value(self) -> frozenset[str]:
        """Key ids of the service's secrets whose values nobody knows: no one can install them."""
        return frozenset((*self.orphans, self.key_id) if self.orphan else self.orphans)


def hand_over_at(record: HandOver | None, now: datetime) -> HandOver | None:
    """Return a hand-over as it is now: after its end, nobody may open the value any more.

    The next tick deletes the value and saves that.
    """
    if record is None or not record.kept or now < record.until:
        return record
    return replace(record, state=HandOverState.ENDING, ending=Ending.EXPIRED)
