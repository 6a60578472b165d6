"""What the watchlist asks for: apps, services, channels, and how a whole tenant is watched."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import time
from types import MappingProxyType
from typing import Literal
from zoneinfo import ZoneInfo

from shared.core.model.secret import Secret

DEFAULT_LADDER = (90, 60, 30, 14, 7, 3, 1, 0)


DEFAULT_INVENTORY_LADDER = (30, 14, 7, 1)


@dataclass(frozen=True, slots=True)
class Claim:
    """The rule by which a service finds its credentials."""

    by: Literal["name", "hint", "key_id"]
    value: str


@dataclass(frozen=True, slots=True)
class Escalation:
    """Who else hears once a service has `below` days left, or fewer."""

    to: tuple[str, ...]
    below: int


@dataclass(frozen=True, slots=True)
class Runbook:
    """What people do, one Markdown text for each of `RUNBOOK_SECTIONS`."""

    path: str
    sections: Mapping[str, str]


RUNBOOK_SECTIONS = ("Request", "Create", "Install", "Verify", "Clean up")


@dataclass(frozen=True, slots=True)
class Service:
    """A consumer that holds a credential's value, for example LibCal: the unit that is watched and talked about."""

    id: str
    name: str
    breaks: str
    renewer: tuple[str, ...]
    installer: tuple[str, ...]
    claim: Claim
    ladder: tuple[int, ...] = DEFAULT_LADDER
    request_to: str = ""
    runbook: Runbook | None = None
    link: str = ""
    escalate: Escalation | None = None

    @property
    def channels(self) -> tuple[str, ...]:
        """Every channel that the service names, each once."""
        return tuple(
            dict.fromkeys(
                (*self.renewer, *self.installer, *(self.escalate.to if self.escalate else ()))
            )
        )


@dataclass(frozen=True, slots=True)
class WatchedApp:
    """An app registration that the watchlist names, with the services that depend on it."""

    name: str
    client_id: str
    services: tuple[Service, ...]
    redirect_uris: tuple[str, ...] = ()
    service_principal: bool = False

    @property
    def key(self) -> str:
        """What the ledger calls the app: its first service id in the alphabet, so that no new name or client id loses anything."""
        return min(service.id for service in self.services)


@dataclass(frozen=True, slots=True)
class TeamsChannel:
    """A Teams channel, reached through a Workflows webhook whose URL is itself a credential."""

    name: str
    url: Secret
    weekly: bool = True


@dataclass(frozen=True, slots=True)
class EmailChannel:
    """One or more mailboxes, which get the same mail."""

    name: str
    to: tuple[str, ...]
    weekly: bool = False


@dataclass(frozen=True, slots=True)
class InventoryRules:
    """How a whole tenant is watched: whom to tell, from which days on, and what is left out."""

    tell: tuple[str, ...]
    """Channels that hear of what no owner hears of; with `owners` off, of everything."""
    ladder: tuple[int, ...] = DEFAULT_INVENTORY_LADDER
    service_principals: bool = False
    """Enterprise applications too, but for managed identities and Microsoft's own."""
    owners: bool = False
    """Each owner hears of their apps only."""
    exclude_names: tuple[str, ...] = ()
    """Globs of app names, case ignored."""
    exclude_client_ids: frozenset[str] = frozenset()
    exclude_tags: frozenset[str] = frozenset()
    noise: tuple[str, ...] = ()
    """Ids of the noise rules (`shared.core.inventory.noise`) that are in force."""


OWN = "own"
"""What the tenant of our own identity is called, whose id nobody has to write down."""


@dataclass(frozen=True, slots=True)
class Watchlist:
    """What is watched, for whom, and by which calendar."""

    zone: ZoneInfo
    check_at: time
    ladder: tuple[int, ...]
    channels: Mapping[str, TeamsChannel | EmailChannel]
    apps: tuple[WatchedApp, ...]
    inventory: InventoryRules | None = None
    """`None`: only the apps are watched."""
    tenant_id: str = ""
    """The Entra tenant that the apps are in; empty for that of our own identity."""
    name: str = ""
    """What people call the tenant, where there are several: the name of its file."""

    @property
    def key(self) -> str:
        """What tells this watchlist from others: the id of its tenant, or `own`. The ledger of each is its own."""
        return self.tenant_id or OWN

    @property
    def services(self) -> Mapping[str, Service]:
        """Every service by its id."""
        return MappingProxyType(
            {service.id: service for app in self.apps for service in app.services}
        )
