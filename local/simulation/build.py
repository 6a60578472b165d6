"""Short ways to build watchlists, apps and credentials as values."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import UTC, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from shared.core.inventory.noise import NOISE
from shared.core.model.directory import Credential, Kind
from shared.core.model.inventory import Holder, InventoryApp
from shared.core.model.owners import Owner
from shared.core.model.secret import Secret
from shared.core.model.watchlist import (
    Claim,
    InventoryRules,
    Service,
    TeamsChannel,
    WatchedApp,
    Watchlist,
)

CHICAGO = ZoneInfo("America/Chicago")
CLIENT_ID = "6f1c2f5e-8a04-4d0b-9d5e-0c7a5a2b13d6"
OBJECT_ID = "0b1d2c3e-0000-4000-8000-000000000001"
CALLBACK = "https://library.example/admin/oauth/azure/callback"
RULES = InventoryRules(tell=("its",), noise=tuple(rule.id for rule in NOISE))


def at(text: str) -> datetime:
    """Parse an instant such as `2026-12-13T09:15Z`."""
    return datetime.fromisoformat(text).astimezone(UTC)


def noon(now: datetime, days: int) -> datetime:
    """Return noon in Chicago (UTC), `days` after the present day there."""
    day = now.astimezone(CHICAGO).date() + timedelta(days=days)
    return datetime.combine(day, time(12), CHICAGO).astimezone(UTC)


def secret(
    key_id: str,
    name: str = "",
    *,
    ends: str | None,
    starts: str = "2024-01-01T00:00Z",
    hint: str = "q7X",
) -> Credential:
    """Return a client secret."""
    return Credential(key_id, Kind.SECRET, name, hint, at(starts), at(ends) if ends else None)


def service(name: str, **changes: Any) -> Service:  # noqa: ANN401  (fields of the value)
    """Return a service that claims the credentials whose names begin with its name."""
    plain = Service(
        id=name.lower(),
        name=name,
        breaks=f"Outlook calendars stop syncing with {name}.",
        renewer=("its",),
        installer=("admins",),
        claim=Claim("name", f"{name}*"),
    )
    return replace(plain, **changes)


def watchlist(
    *services: Service,
    check_at: time = time(8),
    channels: Iterable[str] = ("its", "admins"),
    weekly: bool = False,
    **changes: Any,  # noqa: ANN401  (as above)
) -> Watchlist:
    """Return a watchlist of one app, with the services LibCal and LibStaffer by default."""
    services = services or (service("LibCal"), service("LibStaffer"))
    plain = Watchlist(
        zone=CHICAGO,
        check_at=check_at,
        ladder=(90, 60, 30, 14, 7, 3, 1, 0),
        channels={
            name: TeamsChannel(name, Secret("https://flow.example/"), weekly=weekly)
            for name in channels
        },
        apps=(WatchedApp("LibApps Outlook sync", CLIENT_ID, services),),
    )
    return replace(plain, **changes)


def app(
    name: str,
    *ends: str,
    client_id: str = "",
    tags: Sequence[str] = (),
    holder: Holder = Holder.APPLICATION,
) -> InventoryApp:
    """Return an app of the inventory, with an unnamed secret for each end."""
    credentials = tuple(secret(f"{name}-{n}", ends=end) for n, end in enumerate(ends, 1))
    return InventoryApp(
        holder, client_id or f"client-{name}", f"object-{name}", name, credentials, tuple(tags)
    )


def owner(name: str, *, mail: bool = True, person: bool = True, disabled: bool = False) -> Owner:
    """Return an owner of an app."""
    return Owner(f"id-{name}", name, f"{name}@example.org" if mail else "", person, disabled)
