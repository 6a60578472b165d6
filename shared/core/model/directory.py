"""What Graph shows of an app. Texts from Graph are untrusted: they are escaped where they are shown, never here.

All instants are aware and in UTC.
"""

from datetime import datetime
from typing import NamedTuple

from shared.core.model.vocabulary import Kind


class Credential(NamedTuple):
    """A client secret or certificate, known by its key id. Its value is never seen."""

    key_id: str
    kind: Kind
    name: str
    """As the portal shows it; empty where it has none. Untrusted."""
    hint: str
    """The first three characters of a secret's value, as Graph gives them; empty where it has none. Untrusted."""
    starts: datetime | None
    ends: datetime | None
    """`None`: it does not expire."""
    principal: str | None = None
    """Object id of the enterprise application that carries it; `None`: the app registration itself does."""


class App(NamedTuple):
    """An app registration as it was read, completely, from Graph."""

    client_id: str
    object_id: str
    name: str
    credentials: tuple[Credential, ...]
    redirect_uris: tuple[str, ...] = ()
    disabled: str = ""
    """Why it cannot be signed in to (for example "its service principal is disabled"); empty when it can."""
