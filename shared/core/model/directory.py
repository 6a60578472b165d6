"""What Graph returns about an app.

Text from Graph is untrusted: it is escaped where it is displayed, never here. All instants are
aware and in UTC.
"""

from datetime import datetime
from typing import NamedTuple

from shared.core.model.vocabulary import Kind


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
