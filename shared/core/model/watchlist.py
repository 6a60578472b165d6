"""The watchlist: apps, services, channels, and the rules of the inventory."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import time
from types import MappingProxyType
from typing import Literal
from zoneinfo import ZoneInfo

from shared.core.model.secret import Secret

DEFAULT_LADDER = (90, 60, 30, 14, 7, 3, 1, 0)
DEFAULT_INVENTORY_LADDER = (30, 14, 7, 1)


type Installer = Literal["person", "pipeline"]
"""Who installs the credentials of a service."""


@dataclass(frozen=True, slots=True)
class Claim:
    """The rule by which a service finds its credentials."""

    by: Literal["name", "hint", "key_id"]
    value: str


@dataclass(frozen=True, slots=True)
class Escalation:
    """Who else is notified once a service has `below` days left, or fewer."""

    to: tuple[str, ...]
    below: int


@dataclass(frozen=True, slots=True)
class Runbook:
    """What people do: a Markdown text for each of `RUNBOOK_SECTIONS`."""

    path: str
    sections: Mapping[str, str]


REQUEST, CREATE = "Request", "Create"
RUNBOOK_SECTIONS = (REQUEST, CREATE, "Install", "Verify", "Clean up")


@dataclass(frozen=True, slots=True)
class Service:
    """A consumer of a credential, for example LibCal: the unit that is watched."""

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
    installed_by: Installer = "person"
    """A pipeline creates and installs each new credential itself."""
    rotates_every: int | None = None
    """The days after which a pipeline creates a new credential; `None` if they are not known."""
    labels: Mapping[str, str] = field(default_factory=dict)
    """What people call its channels, by their names. Where none is set, it is the name."""

    @property
    def by_pipeline(self) -> bool:
        """Return whether no person installs the service's credentials."""
        return self.installed_by == "pipeline"

    @property
    def renewers(self) -> tuple[str, ...]:
        """The renewer's channels, as people call them; empty if the installer has the same.

        Channels that are both do not tell the roles apart.
        """
        return self._told_apart(self.renewer)

    @property
    def installers(self) -> tuple[str, ...]:
        """The installer's channels, in the same way."""
        return self._told_apart(self.installer)

    def _told_apart(self, channels: Iterable[str]) -> tuple[str, ...]:
        same = set(self.renewer) == set(self.installer)
        return () if same else tuple(self.labels.get(name, name) for name in channels)

    @property
    def channels(self) -> tuple[str, ...]:
        """Every channel that the service names, each once."""
        escalated = self.escalate.to if self.escalate else ()
        return tuple(dict.fromkeys((*self.renewer, *self.installer, *escalated)))


@dataclass(frozen=True, slots=True)
class WatchedApp:
    """An app registration on the watchlist, with the services that depend on it."""

    name: str
    client_id: str
    services: tuple[Service, ...]
    redirect_uris: tuple[str, ...] = ()
    service_principal: bool = False

    @property
    def key(self) -> str:
        """The app's key in the ledger: its first service id in alphabetical order.

        A new name or client id loses nothing.
        """
        return min(service.id for service in self.services)


type FlowAuth = Literal["url", "identity"]


@dataclass(frozen=True, slots=True)
class TeamsChannel:
    """A Teams channel with a Workflows webhook, whose URL is itself a credential."""

    name: str
    url: Secret
    weekly: bool = True
    auth: FlowAuth = "url"
    """What admits a message: the signature in the URL, or a token of the managed identity."""
    mention: tuple[str, ...] = ()
    """Sign-in names of the people whom an urgent message notifies."""
    label: str = ""
    """What people call it; empty: its name. The same for the other kinds."""


@dataclass(frozen=True, slots=True)
class EmailChannel:
    """One or more mailboxes that get the same mail."""

    name: str
    to: tuple[str, ...]
    weekly: bool = False
    label: str = ""


@dataclass(frozen=True, slots=True)
class WebhookChannel:
    """A program that receives signed JSON documents."""

    name: str
    url: Secret
    secret: Secret
    """Signs each message: `whsec_` and Base64."""
    weekly: bool = False
    label: str = ""


type AnyChannel = TeamsChannel | EmailChannel | WebhookChannel


def label_of(channel: AnyChannel) -> str:
    """Return what people call a channel."""
    return channel.label or channel.name


@dataclass(frozen=True, slots=True)
class InventoryRules:
    """The rules of the inventory: who is notified, when, and what is left out."""

    tell: tuple[str, ...]
    """Channels for apps without a reachable owner; with `owners` off, for all apps."""
    ladder: tuple[int, ...] = DEFAULT_INVENTORY_LADDER
    service_principals: bool = False
    """Include enterprise applications, except managed identities and Microsoft's own."""
    owners: bool = False
    """Notify each owner about their own apps."""
    exclude_names: tuple[str, ...] = ()
    """Globs of app names, case ignored."""
    exclude_client_ids: frozenset[str] = frozenset()
    exclude_tags: frozenset[str] = frozenset()
    noise: tuple[str, ...] = ()
    """Ids of the active noise rules (`shared.core.inventory.noise`)."""


OWN = "own"
"""The key of the managed identity's own tenant, whose id the watchlist need not contain."""


@dataclass(frozen=True, slots=True)
class Watchlist:
    """What is watched in one tenant, for whom, and by which calendar."""

    zone: ZoneInfo
    check_at: time
    ladder: tuple[int, ...]
    channels: Mapping[str, AnyChannel]
    apps: tuple[WatchedApp, ...]
    inventory: InventoryRules | None = None
    """`None`: there is no inventory."""
    tenant_id: str = ""
    """The Entra tenant of the apps; empty for the managed identity's own."""
    name: str = ""
    """The tenant's name, where several are watched: the name of the file."""

    @property
    def key(self) -> str:
        """The id of the tenant, or `own`. Each tenant has its own ledger."""
        return self.tenant_id or OWN

    def label(self, channel: str) -> str:
        """Return what people call a channel; its name, if it is not on the watchlist."""
        known = self.channels.get(channel)
        return label_of(known) if known is not None else channel

    @property
    def services(self) -> Mapping[str, Service]:
        """Every service by its id."""
        return MappingProxyType(
            {service.id: service for app in self.apps for service in app.services}
        )

    def app_of(self, service: str) -> WatchedApp | None:
        """Return the app of the service with this id; `None` if it is not on the watchlist."""
        return next((app for app in self.apps if service in (s.id for s in app.services)), None)


type Watchlists = Mapping[str, Watchlist]
"""By `Watchlist.key`: the id of a tenant, or `own`."""
