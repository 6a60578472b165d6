"""What Graph returns about an app, and what is kept of it.

Text from Graph is untrusted: it is escaped where it is displayed, never here. All instants are
aware and in UTC.
"""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import NamedTuple

NO_PRINCIPAL = "it has no service principal, so nobody can sign in"
"""Why sign-in is impossible if the app registration is there, and its service principal is not.

The ledger stores and compares this text.
"""


class Kind(StrEnum):
    """The two kinds of credential that Entra keeps on an app."""

    SECRET = "secret"  # noqa: S105  (the name of a kind, not a value)
    CERTIFICATE = "certificate"


class Credential(NamedTuple):
    """A client secret or certificate, identified by its key id. Its value is never read."""

    key_id: str
    kind: Kind
    name: str
    """As the portal shows it; may be empty. Untrusted."""
    hint: str
    """The first three characters of a secret's value; empty if Graph has none. Untrusted."""
    starts: datetime | None
    ends: datetime | None
    """`None`: it does not expire."""
    principal: str | None = None
    """Object id of the enterprise application it is on; `None`: it is on the app registration."""


class App(NamedTuple):
    """An app registration that was read completely."""

    client_id: str
    object_id: str
    name: str
    credentials: tuple[Credential, ...]
    redirect_uris: tuple[str, ...] = ()
    disabled: str = ""
    """Why sign-in is impossible, e.g. "its service principal is disabled"; else empty."""
    copies: tuple[tuple[str, ...], ...] = ()
    """The key ids of each certificate that was uploaded more than once."""
    unknown: tuple[str, ...] = ()
    """Graph's names of properties that this Graph does not have."""


@dataclass(frozen=True, slots=True)
class AppRecord:
    """A watched app as it was last read completely."""

    key: str
    client_id: str
    object_id: str
    name: str
    found: bool
    disabled: str
    """Why sign-in is impossible; empty when it is possible."""
    missing_redirect_uris: tuple[str, ...]
    read_at: datetime
    """When the check started that last read it completely."""

    @property
    def usable(self) -> bool:
        """It exists and sign-in is possible, so its services can be judged."""
        return self.found and not self.disabled
