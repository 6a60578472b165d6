"""The inventory: every credential in the tenant, as read, as kept and as judged.

Text from Graph is untrusted; all instants are aware and in UTC.
"""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import NamedTuple

from shared.core.model.decision import Acknowledgement, Assignment
from shared.core.model.directory import Credential
from shared.core.model.item_id import ItemKind, item_id
from shared.core.model.owners import AppOwners
from shared.core.model.vocabulary import Severity, Standing


class Holder(StrEnum):
    """The kind of object that a credential is on."""

    APPLICATION = "application"
    SERVICE_PRINCIPAL = "service_principal"


class InventoryApp(NamedTuple):
    """An application or service principal of the tenant that has credentials to examine."""

    holder: Holder
    client_id: str
    object_id: str
    name: str
    """Untrusted."""
    credentials: tuple[Credential, ...]
    tags: tuple[str, ...] = ()
    signing: frozenset[str] = frozenset()
    """Key ids of the certificates that it signs with."""


@dataclass(frozen=True, slots=True)
class InventoryItem:
    """A credential of the tenant that is due or has expired: a row of the ledger."""

    holder: Holder
    client_id: str
    object_id: str
    app_name: str
    """Untrusted."""
    credential: Credential
    first_seen: datetime
    since: datetime
    """When it was first seen, or when it was first seen expired."""
    ended: bool = False
    audience: tuple[str, ...] = ()
    """The channels that were last responsible for it; empty if not looked up yet."""

    @property
    def item(self) -> str:
        """The item's id."""
        return item_id(ItemKind.INVENTORY, self.object_id, self.credential.key_id)


@dataclass(frozen=True, slots=True)
class InventoryView:
    """The status of a credential in the tenant that no watched service uses."""

    listed: InventoryItem
    standing: Standing
    """`expiring` or `expired`."""
    severity: Severity
    days_left: int
    """Calendar days in the watchlist's zone; negative after expiry."""
    owned: AppOwners | None = None
    """The owners of the app; `None` if they were not looked up."""
    acknowledged: Acknowledgement | None = None
    """The snooze that is in effect: nobody is notified."""
    ignored: Assignment | None = None
    """Who said that it is not ours: nobody is notified."""

    @property
    def item(self) -> str:
        """The item's id."""
        return self.listed.item

    @property
    def silenced(self) -> bool:
        """Whether a person decided that nobody is notified now."""
        return self.acknowledged is not None or self.ignored is not None

    @property
    def situation(self) -> str:
        """`ended` or `open`, also before the next read."""
        return "ended" if self.standing == Standing.EXPIRED else "open"
