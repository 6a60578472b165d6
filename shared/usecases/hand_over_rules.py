"""What every use case of a hand-over requires, and the sentence of a conflict."""

from collections.abc import Iterator
from contextlib import contextmanager

from shared.core.blank import is_blank
from shared.core.decisions import Refused
from shared.core.model.decision import Person
from shared.ports.errors import LedgerConflict, UnreadableRowConflict
from shared.ports.vault import Vault

CHANGED = (
    "Somebody else changed this a moment ago. Nothing was saved; "
    "check the current state and try again."
)


def required_vault(vault: Vault | None, by: Person) -> Vault:
    """Return the vault. Raises `Refused` without one, and for a person without a name."""
    if vault is None:
        raise Refused("Secrets are not handed over here: no vault is configured.")
    if is_blank(by.name):
        raise Refused("A hand-over needs the name of a person to ask. Nothing was saved.")
    return vault


@contextmanager
def no_conflict() -> Iterator[None]:
    """Raise `Refused` if the row was changed since it was read, or cannot be read."""
    try:
        yield
    except UnreadableRowConflict as error:
        raise Refused(f"{error} Nothing was saved.") from None
    except LedgerConflict:
        raise Refused(CHANGED) from None
