"""The situation of a service: when it changes from one check to the next, that is news."""

from typing import NamedTuple, Self

from shared.core.model.decision import InUse
from shared.core.model.directory import Credential
from shared.core.model.memory import Memory
from shared.core.model.vocabulary import Loss, Standing

BY_PIPELINE = "pipeline"


class Situation(NamedTuple):
    """Everything that decides about a service's messages, except the passing of days."""

    standing: Standing
    in_use: str
    replacement: str
    loss: Loss
    settled_at: str
    """When a person or evidence last confirmed the credential in use; a new time is news.

    `BY_PIPELINE` where nobody has to.
    """

    @property
    def by_pipeline(self) -> bool:
        """Return whether a pipeline installed the credential in use."""
        return self.settled_at == BY_PIPELINE

    @property
    def text(self) -> str:
        """The situation as the ledger stores it."""
        return "|".join(self)

    @classmethod
    def read(cls, text: str) -> Self | None:
        """Read a stored situation.

        Returns `None` for any other text: of a removed service, or of another version.
        """
        parts = text.split("|")
        if len(parts) != len(cls._fields):
            return None
        standing, in_use, replacement, loss, settled_at = parts
        if standing not in set(Standing) or loss not in set(Loss):
            return None
        return cls(Standing(standing), in_use, replacement, Loss(loss), settled_at)


def situation_of(
    standing: Standing, in_use: InUse | None, live_replacement: Credential | None, loss: Loss
) -> Situation:
    """Return the situation of a service. A replacement that has not started does not count."""
    settled_at = in_use.at.isoformat() if in_use is not None and in_use.settled else ""
    return Situation(
        standing,
        in_use.key_id if in_use else "",
        live_replacement.key_id if live_replacement else "",
        loss,
        settled_at,
    )


def last_situation(service: str, memory: Memory) -> Situation | None:
    """Return the stored situation of a service; `None` if it has no readable one."""
    state = memory.items.get(service)
    return Situation.read(state.situation) if state is not None else None
