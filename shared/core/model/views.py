"""The status of each item, as judged; notifying and rendering start from it."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from shared.core.model.age import started_after
from shared.core.model.decision import Acknowledgement, Assignment, InUse
from shared.core.model.directory import AppRecord, Credential
from shared.core.model.hand_over import Ending, HandOver, HandOverState
from shared.core.model.inventory import InventoryView
from shared.core.model.item_id import ItemKind, item_id
from shared.core.model.vocabulary import Loss, Severity, Standing
from shared.core.model.watchlist import Runbook, Service, WatchedApp


@dataclass(frozen=True, slots=True)
class ServiceView:
    """The status of a service."""

    service: Service
    app: AppRecord
    standing: Standing
    severity: Severity
    in_use: Credential | None
    in_use_record: InUse | None
    replacement: Credential | None
    """The credential to install next; live, unless `upcoming` (it has not started)."""
    upcoming: bool
    leftovers: tuple[Credential, ...]
    shared: frozenset[str]
    """Key ids of leftovers that another service still uses: they must not be deleted."""
    loss: Loss
    days_left: int | None
    """Calendar days in the watchlist's zone until expiry; negative afterwards."""
    situation: str
    candidates: tuple[Credential, ...] = ()
    """Unclaimed live credentials of the app that may be the service's new one."""
    acknowledged: Acknowledgement | None = None
    resumed: Acknowledgement | None = None
    """An acknowledgement that was taken back."""
    hand_over: HandOver | None = None
    """The present or last hand-over of a new secret."""
    hands_over: bool = False
    """Whether people can hand over the values of new secrets."""
    late_since: datetime | None = None
    """If a pipeline is late: since when it has created no credential."""

    @property
    def item(self) -> str:
        """The item's id: the service id."""
        return self.service.id

    @property
    def assumed(self) -> bool:
        """Nobody has confirmed yet which credential the service uses."""
        return self.in_use_record is not None and self.in_use_record.assumed

    @property
    def stopgap(self) -> bool:
        """The credential in use is lost, and the replacement is not newer than that one.

        It helps while its value is known, but the service needs a new one. If nothing is known of
        the lost one, only what started after it was recorded is newer.
        """
        other, record = self.replacement, self.in_use_record
        if other is None or record is None or self.loss == Loss.NONE or self.upcoming:
            return False
        if self.in_use is not None:
            return not started_after(other, self.in_use)
        return other.starts is None or other.starts <= record.at

    @property
    def shown_not_working(self) -> bool:
        """Sign-ins showed that the service uses what is lost, and nothing can replace it.

        A confirmation by a person may be a mistake, and a credential of no service may be in use.
        """
        record = self.in_use_record
        lost = self.loss != Loss.NONE and record is not None and record.evidence
        return lost and not self.candidates and (self.replacement is None or self.upcoming)

    @property
    def handed_over(self) -> HandOver | None:
        """The hand-over whose value the installer can open and use: its secret still exists."""
        record = self.hand_over
        if record is None or not record.kept or self.stopgap:
            return None
        new = (self.replacement, *self.candidates)
        return record if any(c is not None and c.key_id == record.key_id for c in new) else None

    @property
    def value_missing(self) -> bool:
        """The hand-over of the new secret failed, or ended before anybody opened its value."""
        record, new = self.hand_over, self.replacement
        if record is None or record.opened or new is None or new.key_id != record.key_id:
            return False
        failed = record.state == HandOverState.KEEPING and bool(record.why)
        return failed or record.ending in {Ending.WITHDRAWN, Ending.EXPIRED, Ending.NOT_KEPT}

    @property
    def needs_new_credential(self) -> bool:
        """Somebody has to create a credential for the service."""
        if self.handed_over is not None:
            return False
        lost = {Standing.EXPIRING, Standing.MISSING, Standing.EXPIRED}
        return self.stopgap or (self.standing in lost and not self.upcoming)

    @property
    def shorter(self) -> bool:
        """The replacement expires before the credential in use."""
        if self.replacement is None or self.in_use is None or self.replacement.ends is None:
            return False
        return self.in_use.ends is None or self.replacement.ends < self.in_use.ends


@dataclass(frozen=True, slots=True)
class Request:
    """What an installer asks a renewer for, in one mail."""

    due: tuple[ServiceView, ...]
    """At least one; those that lost their credential first, then by expiry."""
    joining: tuple[ServiceView, ...] = ()
    """Not due yet, but soon: asked for in the same mail."""

    @property
    def services(self) -> tuple[ServiceView, ...]:
        """Every service that it asks for, in the order of the mail."""
        return (*self.due, *self.joining)

    @property
    def first(self) -> ServiceView:
        """The service that expires first."""
        return self.due[0]

    @property
    def runbook(self) -> Runbook | None:
        """The runbook whose *Request* is used: the first that there is."""
        runbooks = (view.service.runbook for view in self.services)
        return next((runbook for runbook in runbooks if runbook is not None), None)


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
    """The services whose rules all match it, so that none of them gets it."""
    wanted_by: tuple[Service, ...] = ()
    """Services of the app that have no credential: it may be the new one of any of these."""
    superseded: bool = False
    """It was over before it was seen, and the app's only service uses a newer one: no news."""

    @property
    def item(self) -> str:
        """The item's id."""
        return item_id(ItemKind.CREDENTIAL, self.credential.key_id)


@dataclass(frozen=True, slots=True)
class AssignedView:
    """A credential that a person has assigned to services, or to none: then it is ignored."""

    credential: Credential
    app: AppRecord
    given: Assignment
    kept_by: tuple[Service, ...] = ()
    """Services that use it or used it before: while there are any, it stays assigned."""

    @property
    def ignored(self) -> bool:
        """Whether it is assigned to no service: nobody is notified about it."""
        return not self.given.services


@dataclass(frozen=True, slots=True)
class AppView:
    """A watched app: whether it exists and can be signed in to, or its redirect URIs."""

    watched: WatchedApp
    app: AppRecord
    aspect: str
    """`app`, `redirect_uris` or `failure`; each is an item of its own."""
    standing: Standing
    """`app_problem` or `healthy`; missing redirect URIs have severity `warning` only."""
    severity: Severity
    problems: tuple[str, ...]
    situation: str
    days_left: None = None

    @property
    def item(self) -> str:
        """The item's id: the aspect and the app's key."""
        return item_id(ItemKind(self.aspect), self.watched.key)


@dataclass(frozen=True, slots=True)
class LeftoverView:
    """An older credential of a service that was confirmed on a newer one."""

    owner: ServiceView
    credential: Credential
    deletable: bool
    """It can be deleted; otherwise the item is about its last days."""
    severity: Severity
    days_left: int | None
    standing: Standing = Standing.HEALTHY
    situation: str = ""

    @property
    def item(self) -> str:
        """The item's id."""
        kind = ItemKind.DELETABLE if self.deletable else ItemKind.LEFTOVER
        return item_id(kind, self.owner.service.id, self.credential.key_id)


@dataclass(frozen=True, slots=True)
class RemovedView:
    """A service or channel that is in the ledger but no longer on the watchlist."""

    item: str
    standing: Standing = Standing.HEALTHY
    severity: Severity = Severity.NOTICE
    days_left: int | None = None
    situation: str = "removed"


@dataclass(frozen=True, slots=True)
class WatcherView:
    """The status of the program itself: reading, a channel, or the weekly status."""

    aspect: Literal["reading", "channel", "weekly", "fewer", "failure"]
    subject: str
    """The name of the channel; `tenant` for the inventory; else empty."""
    standing: Standing
    """`failing` or `healthy`."""
    severity: Severity
    situation: str
    since: datetime | None = None
    problems: tuple[str, ...] = ()
    services: tuple[ServiceView, ...] = ()
    """For the weekly status: every service that names the channel."""
    notified: tuple[InventoryView, ...] = ()
    """For the weekly status: what else the channel was notified about, soonest expiry first."""
    failing: tuple["WatcherView", ...] = ()
    """For the weekly status: the other channels that cannot be reached."""
    label: str = ""
    """What people call the channel; empty: its name."""
    days_left: None = None

    @property
    def item(self) -> str:
        """The item's id: the aspect and the subject."""
        return item_id(ItemKind(self.aspect), self.subject)


type View = (
    ServiceView | UnclaimedView | AppView | LeftoverView | RemovedView | WatcherView | InventoryView
)
