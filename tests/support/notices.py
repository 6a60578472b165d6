"""Builders of the results of a check, with two services of a library as the example."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any, Literal
from zoneinfo import ZoneInfo

from shared.core.model.days import days_between
from shared.core.model.decision import InUse, Person
from shared.core.model.directory import AppRecord, Credential, Kind
from shared.core.model.inventory import Holder, InventoryItem, InventoryView
from shared.core.model.message import Message, Notice
from shared.core.model.owners import AppOwners
from shared.core.model.views import (
    AppView,
    LeftoverView,
    RemovedView,
    ServiceView,
    UnclaimedView,
    View,
    WatcherView,
)
from shared.core.model.vocabulary import Loss, Reason, Role, Severity, Standing
from shared.core.model.watchlist import Claim, Runbook, Service, WatchedApp
from shared.core.notify.requests import requests

ZONE = ZoneInfo("America/Chicago")
NOW = datetime(2026, 11, 22, 14, 0, tzinfo=UTC)
CLIENT_ID = "5d1c0e7a-96b4-4f0e-8a51-2f6c9b3413d6"
PAGE_URL = "https://lapsewatch.example.org/api/page"
RENEWER = frozenset({Role.RENEWER})
INSTALLER = frozenset({Role.INSTALLER})
BOTH = RENEWER | INSTALLER
COPY = frozenset({Role.COPY})
PAT = Person("0b0f1f6e-0000-4000-8000-000000000001", "Pat Example")

RUNBOOK = Runbook(
    "runbooks/libcal.md",
    {
        "Request": (
            "Please create a new client secret for LibCal "
            "on the app whose client id ends in {{client_id_tail}}."
        ),
        "Create": (
            "1. Open Certificates & secrets.\n"
            "2. New client secret, named `{{suggested_name}}`.\n"
            "3. Copy the Value, not the ID."
        ),
        "Install": (
            "1. In LibCal, go to Admin > Integrations.\n"
            "2. Edit Client Secret: Value.\n"
            "3. Paste the new value and save."
        ),
        "Verify": (
            "1. Open Appointments > Integrations.\n2. Press Authorize with Microsoft Account."
        ),
        "Clean up": "1. Delete the old secret.",
    },
)
LIBCAL = Service(
    id="libcal",
    name="LibCal",
    breaks="Outlook calendars stop syncing with LibCal appointments and spaces.",
    renewer=("its",),
    installer=("libapps-admins",),
    claim=Claim("name", "LibCal*"),
    request_to="its-helpdesk@example.org",
    runbook=RUNBOOK,
    link="https://library.libcal.example/admin",
)
LIBSTAFFER = replace(
    LIBCAL, id="libstaffer", name="LibStaffer", claim=Claim("name", "LibStaffer*"), runbook=None
)
WATCHED = WatchedApp("LibApps Outlook sync", CLIENT_ID, (LIBCAL, LIBSTAFFER))
APP = AppRecord(
    "libcal",
    CLIENT_ID,
    "8c1f3a52-0000-4000-8000-0000000013d6",
    "LibApps Outlook sync",
    True,
    "",
    (),
    NOW,
)


def at(days: int) -> datetime:
    """Return 03:15 in Chicago, `days` local days from now."""
    return (NOW.astimezone(ZONE).replace(hour=3, minute=15) + timedelta(days=days)).astimezone(UTC)


def credential(
    name: str = "LibCal 2024",
    ends: int | None = 21,
    *,
    hint: str = "q7X",
    kind: Kind = Kind.SECRET,
    starts: int = -700,
) -> Credential:
    """Return a credential that expires in `ends` days (`None`: never)."""
    key_id = f"00000000-0000-4000-8000-{abs(hash_of(name)):012d}"
    return Credential(
        key_id,
        kind,
        name,
        hint if kind == Kind.SECRET else "",
        at(starts),
        None if ends is None else at(ends),
    )


def hash_of(name: str) -> int:
    """Return a number that is the same in every run."""
    return sum(place * ord(letter) for place, letter in enumerate(name, 1))


NEW = credential("LibCal 2026", 723, hint="Zr2", starts=-1)


def service_view(
    standing: Standing = Standing.EXPIRING,
    in_use: Credential | None = None,
    *,
    severity: Severity | None = None,
    over: Loss = Loss.NONE,
    assumed: bool = False,
    confirmed: bool = False,
    **more: object,
) -> ServiceView:
    """Return a service that uses `in_use` (by default "LibCal 2024", 21 days left)."""
    in_use = in_use or credential()
    days_left = days_between(NOW, in_use.ends, ZONE) if in_use.ends else None
    hold = InUse("libcal", in_use.key_id, assumed, at(-1), PAT if confirmed else None)
    view = ServiceView(
        service=LIBCAL,
        app=APP,
        standing=standing,
        severity=severity or _severity(standing, over, days_left),
        in_use=in_use,
        in_use_record=hold,
        replacement=None,
        upcoming=False,
        leftovers=(),
        shared=frozenset(),
        loss=over,
        days_left=days_left,
        situation="",
    )
    return replace(view, **more)  # type: ignore[arg-type]  # the fields of the dataclass, by name


def unmatched(*candidates: Credential) -> ServiceView:
    """Return a service whose claim matches no credential."""
    view = service_view(Standing.UNMATCHED, severity=Severity.WARNING)
    return replace(view, in_use=None, in_use_record=None, days_left=None, candidates=candidates)


def unclaimed(
    found: Credential | None = None,
    standing: Standing = Standing.HEALTHY,
    severity: Severity = Severity.NOTICE,
    *,
    rivals: tuple[Service, ...] = (),
    wanted_by: tuple[Service, ...] = (),
) -> UnclaimedView:
    """Return a credential that is not assigned to a service."""
    found = found or credential("Test by the intern", 400, hint="a_b")
    days_left = days_between(NOW, found.ends, ZONE) if found.ends else None
    return UnclaimedView(
        found, APP, WATCHED, standing, severity, days_left, "open", NOW, rivals, wanted_by
    )


def app_view(*problems: str, aspect: str = "app", app: AppRecord = APP) -> AppView:
    """Return a watched app with its problems."""
    severity = Severity.WARNING if aspect == "redirect_uris" else Severity.CRITICAL
    standing = Standing.APP_PROBLEM if problems and aspect == "app" else Standing.HEALTHY
    return AppView(
        WATCHED, app, aspect, standing, severity if problems else Severity.OK, problems, ""
    )


def leftover(days: int, *, deletable: bool = False) -> LeftoverView:
    """Return the old secret of a service that is confirmed to use a newer one."""
    owner = service_view(Standing.HEALTHY, NEW, confirmed=True)
    severity = Severity.NOTICE if deletable else Severity.WARNING
    return LeftoverView(owner, credential(ends=days), deletable, severity, days)


def removed(item: str = "libwizard") -> RemovedView:
    """Return a service (or `channel:` and a channel) that was removed from the watchlist."""
    return RemovedView(item)


def reading(*problems: str) -> WatcherView:
    """Return the status of reading the apps, failing since two days if there are problems."""
    standing, severity = (
        (Standing.FAILING, Severity.CRITICAL) if problems else (Standing.HEALTHY, Severity.OK)
    )
    return WatcherView(
        "reading", "", standing, severity, "", at(-2) if problems else None, problems
    )


def channel(*problems: str) -> WatcherView:
    """Return the status of the channel "libapps-admins", since yesterday if it fails."""
    standing, severity = (
        (Standing.FAILING, Severity.WARNING) if problems else (Standing.HEALTHY, Severity.OK)
    )
    return WatcherView(
        "channel", "libapps-admins", standing, severity, "", at(-1) if problems else None, problems
    )


def weekly(*services: ServiceView, **more: Any) -> WatcherView:  # noqa: ANN401  (fields of the value)
    """Return the weekly status."""
    return WatcherView("weekly", "", Standing.HEALTHY, Severity.OK, "", services=services, **more)


def notice(view: View, reason: Reason = Reason.RUNG, roles: frozenset[Role] = BOTH) -> Notice:
    """Return a notice."""
    return Notice(view, reason, roles)


def message(*notices: Notice, **more: object) -> Message:
    """Return a message to the channel "its", sent at `NOW`."""
    views = (each.view for each in notices)
    made = requests(view for view in views if isinstance(view, ServiceView))
    return replace(Message("its", NOW, ZONE, notices, requests=made), **more)  # type: ignore[arg-type]  # the fields of the dataclass, by name


def _severity(standing: Standing, over: Loss, days_left: int | None) -> Severity:
    if over != Loss.NONE or standing in {Standing.MISSING, Standing.EXPIRED}:
        return Severity.CRITICAL
    if standing == Standing.HEALTHY:
        return Severity.OK
    if days_left is None or days_left > 30:
        return Severity.NOTICE
    return Severity.WARNING if days_left > 7 else Severity.CRITICAL


def inventory_view(app_name: str, ends: int, *, owned: AppOwners | None = None) -> InventoryView:
    """Return a credential of the tenant that expires in `ends` days."""
    held = credential("key 1", ends)
    listed = InventoryItem(
        Holder.APPLICATION,
        CLIENT_ID,
        f"object-{hash_of(app_name)}",
        app_name,
        held,
        NOW,
        NOW,
        ended=ends < 0,
    )
    severity = Severity.WARNING if ends < 0 or ends > 7 else Severity.CRITICAL
    return InventoryView(
        listed, Standing.EXPIRED if ends < 0 else Standing.EXPIRING, severity, ends, owned
    )


def tenant_watcher(aspect: Literal["reading", "fewer"], problem: str) -> WatcherView:
    """Return the failure to read the tenant, or far fewer credentials in it."""
    severity = Severity.CRITICAL if aspect == "reading" else Severity.WARNING
    return WatcherView(aspect, "tenant", Standing.FAILING, severity, "failing", at(-2), (problem,))
