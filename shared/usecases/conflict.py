"""The sentence for somebody whose change came after another one."""

from collections.abc import Iterator
from contextlib import contextmanager

from shared.core.decisions import Refused
from shared.ports.errors import LedgerConflict, UnreadableRowConflict

CHANGED = (
    "Somebody else changed this a moment ago. Nothing was saved; "
    "check the current state and try again."
)


@contextmanager
def no_conflict() -> Iterator[None]:
    """Raise `Refused` if a row was changed since it was read, or cannot be read."""
    try:
        yield
    except UnreadableRowConflict as error:
        raise Refused(f"{error} Nothing was saved.") from None
    except LedgerConflict:
        raise Refused(CHANGED) from None
