"""What a check concludes about each item: values only, made by `standing` and read by `due` and by everything that renders."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Literal

from shared.core.model.directory import Credential
from shared.core.model.inventory import InventoryItem
from shared.core.model.memory import Acknowledgement, AppRecord, Changes, InUse
from shared.core.model.owners import AppOwners
from shared.core.model.vocabulary import Severity, Standing
from shared.core.model.watchlist import Service, WatchedApp


class Loss(StrEnum):
    """How the credential in use came to its end, if it did."""

    NONE = ""
    DELETED = "gone"
    """It is no longer on the app."""
    EXPIRED = "ended"


@dataclass(frozen=True, slots=True)
class ServiceView:
    """A service as it stands now."""

    service: Service
    app: AppRecord
    standing: Standing
    severity: Severity
    in_use: Credential | None
    in_use_record: InUse | None
    replacement: Credential | None
    """What the service should be given next; live, unless `upcoming`."""
    upcoming: bool
    """The replacement has not started yet."""
    leftovers: tuple[Credential, ...]
    shared: frozenset[str]
    """Key ids of leftovers that another service still uses: not ours to delete, and their sign-ins say nothing about us."""
    loss: Loss
    days_left: int | None
    """Calendar days, in the watchlist's zone, to the end of the credential in use; `None`: no end, or none in use. Negative once ended."""
    situation: str
    candidates: tuple[Credential, ...] = ()
    """Unclaimed live credentials of the app, where the service needs one: probably its new secret."""
    acknowledged: Acknowledgement | None = None

    @property
    def item(self) -> str:
        """The item's id: the service id."""
        return self.service.id

    @property
    def assumed(self) -> bool:
        """Nobody has settled yet which credential the service uses."""
        return self.in_use_record is not None and self.in_use_record.assumed

    @property
    def shorter(self) -> bool:
        """The replacement ends sooner than the credential in use."""
        if self.replacement is None or self.in_use is None or self.replacement.ends is None:
            return False
        return self.in_use.ends is None or self.replacement.ends < self.in_use.ends


@dataclass(frozen=True, slots=True)
class UnclaimedView:
    """A credential of a watched app that no service claims."""

    credential: Credential
    app: AppRecord
    watched: WatchedApp
    standing: Standing
    """`healthy`, `expiring` or `expired`."""
    severity: Severity
    days_left: int | None
    situation: str
    first_seen: datetime
    rivals: tuple[Service, ...] = ()
    """The services whose rules all match it, so that neither has it."""
    wanted_by: tuple[Service, ...] = ()
    """Services of the app that are `missing` or `unmatched`: it is probably the new secret of one of these."""

    @property
    def item(self) -> str:
        """The item's id, which no service id can be."""
        return f"credential:{self.credential.key_id}"


@dataclass(frozen=True, slots=True)
class AppView:
    """A watched app itself: whether it can be found and signed in to, and whether its redirect URIs are there."""

    watched: WatchedApp
    app: AppRecord
    aspect: str
    """`app` or `redirect_uris`: each is an item of its own."""
    standing: Standing
    """`app_problem` or `healthy`; missing redirect URIs are a finding beside the services' standings, at severity `warning`."""
    severity: Severity
    problems: tuple[str, ...]
    """What is wrong, a phrase each; empty when all is well."""
    situation: str

    days_left: None = None
    """An app has no end; here so that every item answers the same questions."""

    @property
    def item(self) -> str:
        """The item's id: the app's key and the aspect."""
        return f"{self.aspect}:{self.watched.key}"


def item_of_leftover(service_id: str, key_id: str, *, deletable: bool) -> str:
    """Give the id of an older credential's item: the service, the key id, and which of the two messages."""
    return f"{'delete' if deletable else 'leftover'}:{service_id}:{key_id}"


@dataclass(frozen=True, slots=True)
class LeftoverView:
    """An older credential of a service that was confirmed on a newer one: for its own last days, or to be deleted."""

    owner: ServiceView
    credential: Credential
    deletable: bool
    """Enough quiet days have passed since the confirmation: said to the renewer, once."""
    severity: Severity
    days_left: int | None
    standing: Standing = Standing.HEALTHY
    situation: str = ""

    @property
    def item(self) -> str:
        """The item's id."""
        return item_of_leftover(
            self.owner.service.id, self.credential.key_id, deletable=self.deletable
        )


@dataclass(frozen=True, slots=True)
class RemovedView:
    """A service, or a channel, that the ledger knows and the watchlist no longer names."""

    item: str
    """The item's id: the former service id, or `channel:` and the former name."""
    standing: Standing = Standing.HEALTHY
    severity: Severity = Severity.NOTICE
    days_left: int | None = None
    situation: str = "removed"


@dataclass(frozen=True, slots=True)
class WatcherView:
    """Something about the watcher itself: apps it cannot read, a channel it cannot reach, or the quiet line of the week."""

    aspect: Literal["reading", "channel", "weekly", "fewer"]
    subject: str
    """The name of the channel; `tenant` for what concerns the tenant; empty for the others."""
    standing: Standing
    """`failing` or `healthy`."""
    severity: Severity
    situation: str
    since: datetime | None = None
    """Since when it fails, if it does."""
    problems: tuple[str, ...] = ()
    """What is wrong, a sentence each; empty when all is well."""
    services: tuple[ServiceView, ...] = ()
    """For the quiet line: every service for which the channel is named."""
    days_left: None = None

    @property
    def item(self) -> str:
        """The item's id, which no service id can be."""
        return f"{self.aspect}:{self.subject}"


@dataclass(frozen=True, slots=True)
class InventoryView:
    """A credential somewhere in the tenant, for which no service is watched."""

    listed: InventoryItem
    standing: Standing
    """`expiring` or `expired`."""
    severity: Severity
    days_left: int
    """Calendar days, in the watchlist's zone; negative once ended."""
    owned: AppOwners | None = None
    """Who owns the app; `None`: it was not looked up."""

    @property
    def item(self) -> str:
        """The item's id, which no service id can be."""
        return self.listed.item

    @property
    def situation(self) -> str:
        """`ended` or `open`."""
        return "ended" if self.listed.ended else "open"


type View = (
    ServiceView | UnclaimedView | AppView | LeftoverView | RemovedView | WatcherView | InventoryView
)


@dataclass(frozen=True, slots=True)
class Judgement:
    """What a check concludes, and what of it is new and to be remembered."""

    now: datetime
    services: tuple[ServiceView, ...]
    unclaimed: tuple[UnclaimedView, ...]
    apps: tuple[AppView, ...]
    leftovers: tuple[LeftoverView, ...]
    removed: tuple[RemovedView, ...]
    watcher: tuple[WatcherView, ...]
    concluded: frozenset[str]
    """Keys of the apps about which something was concluded; of the others, nothing is told."""
    changes: Changes
    unread: Mapping[str, str]
    """By app key: why it could not be read completely."""

    @property
    def views(self) -> tuple[View, ...]:
        """Every item, in no particular order."""
        return (
            *self.services,
            *self.unclaimed,
            *self.apps,
            *self.leftovers,
            *self.removed,
            *self.watcher,
        )

    @property
    def worst(self) -> Severity:
        """The most urgent severity of all items; what was removed is news, and no standing."""
        standing: tuple[View, ...] = (
            *self.services,
            *self.unclaimed,
            *self.apps,
            *self.leftovers,
            *self.watcher,
        )
        return max(
            (view.severity for view in standing),
            key=lambda severity: severity.rank,
            default=Severity.OK,
        )
