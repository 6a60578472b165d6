"""The owners of an app. All names are untrusted text."""

from dataclasses import dataclass
from typing import NamedTuple

OWNER = "owner:"
"""Prefix of an owner's channel, before the object id. No channel of a watchlist has a colon."""


class Owner(NamedTuple):
    """One owner of an app."""

    object_id: str
    name: str
    """Empty where the identity may not read it."""
    mail: str
    """The mail address; empty if there is none, or the identity may not read it."""
    person: bool = True
    """A user; otherwise a service principal or a group."""
    disabled: bool = False
    """The account is disabled or deleted. An account whose state may not be read is not."""

    @property
    def channel(self) -> str:
        """The channel under which the ledger keeps the owner's notifications."""
        return f"{OWNER}{self.object_id}"


@dataclass(frozen=True, slots=True)
class AppOwners:
    """The owners of an app, and what its registration says about who runs it."""

    owners: tuple[Owner, ...] = ()
    reference: str = ""
    """`serviceManagementReference`: a reference into the organisation's service catalogue."""
    notes: str = ""
    unreached: bool = False
    """Mail to every owner with an address fails."""

    @property
    def reachable(self) -> tuple[Owner, ...]:
        """The owners who have a mail address, and an account that can read its mail."""
        people = (owner for owner in self.owners if owner.person and not owner.disabled)
        return tuple(owner for owner in people if owner.mail)
