"""The values of a whole tenant: what a read shows of it, and what is remembered between two reads.

All texts that came from Graph are untrusted; all instants are aware and in UTC.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import NamedTuple

from shared.core.model.directory import Credential
from shared.core.model.memory import Notification


class Holder(StrEnum):
    """What carries a credential."""

    APPLICATION = "application"
    SERVICE_PRINCIPAL = "service_principal"


class InventoryApp(NamedTuple):
    """An application or service principal of the tenant that carries a credential worth looking at."""

    holder: Holder
    client_id: str
    object_id: str
    name: str
    """Untrusted."""
    credentials: tuple[Credential, ...]
    tags: tuple[str, ...] = ()
    signing: frozenset[str] = frozenset()
    """Key ids of the certificates that it is known to sign with."""


@dataclass(frozen=True, slots=True)
class InventoryItem:
    """A credential of the tenant that is due, or has ended: a row of the ledger."""

    holder: Holder
    client_id: str
    object_id: str
    app_name: str
    """Untrusted."""
    credential: Credential
    first_seen: datetime
    since: datetime
    """Since when it is as it is: first seen, or ended."""
    ended: bool = False
    audience: tuple[str, ...] = ()
    """Whom it was last found to concern; empty: not looked up yet."""

    @property
    def item(self) -> str:
        """The item's id, which no other item can have."""
        return item_of(self.object_id, self.credential.key_id)


@dataclass(frozen=True, slots=True)
class InventoryScan:
    """The reads of the tenant: the row that says what the last complete one counted, and whether the last one failed."""

    tried_since: datetime
    """The first try."""
    read_at: datetime | None = None
    """When the check began that last read the tenant completely."""
    applications: int = 0
    credentials: int = 0
    """Of everything read, also of what is not listed."""
    error: str = ""
    """Why the last read failed; empty if it did not."""
    fewer_at: datetime | None = None
    """When a read last counted far fewer credentials than the one before it, which counted `fewer_than`."""
    fewer_than: int = 0


@dataclass(frozen=True, slots=True)
class InventoryMemory:
    """What is remembered of a tenant."""

    scan: InventoryScan | None = None
    items: Mapping[str, InventoryItem] = field(default_factory=dict)
    """By item id."""
    notifications: Mapping[tuple[str, str], Notification] = field(default_factory=dict)
    """By item id and channel name."""


@dataclass(frozen=True, slots=True)
class InventoryChanges:
    """What a read found that is new, different or gone: written before anybody is told."""

    scan: InventoryScan | None = None
    items: tuple[InventoryItem, ...] = ()
    gone: tuple[str, ...] = ()
    """Item ids."""
    forgotten_notifications: tuple[tuple[str, str], ...] = ()


def item_of(object_id: str, key_id: str) -> str:
    """Give the id of a tenant's item."""
    return f"tenant:{object_id}:{key_id}"
