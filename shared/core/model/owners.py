"""Who owns an app, as far as that can be read. All names are untrusted text."""

from dataclasses import dataclass
from typing import NamedTuple

OWNER = "owner:"
"""How the channel of an owner is called: this, and the owner's object id. No channel of a watchlist has a colon."""


class Owner(NamedTuple):
    """One owner of an app."""

    object_id: str
    name: str
    """Empty where the identity may not read it."""
    mail: str
    """The address of the mailbox; empty if there is none, or it may not be read."""
    person: bool = True
    """A user; else a service principal, or a group."""

    @property
    def channel(self) -> str:
        """The channel by which the ledger knows what the owner was told."""
        return f"{OWNER}{self.object_id}"


@dataclass(frozen=True, slots=True)
class AppOwners:
    """Who owns an app, and what its own record says about where it belongs."""

    owners: tuple[Owner, ...] = ()
    reference: str = ""
    """`serviceManagementReference`: where the organisation keeps who runs it."""
    notes: str = ""
    unreached: bool = False
    """Mail to all who could be written to fails."""

    @property
    def reachable(self) -> tuple[Owner, ...]:
        """The owners to whom a mail can be written."""
        return tuple(owner for owner in self.owners if owner.person and owner.mail)
