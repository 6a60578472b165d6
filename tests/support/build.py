"""Short ways to say what is watched and what is there, as values."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from shared.core.model.directory import Credential
from shared.core.model.secret import Secret
from shared.core.model.vocabulary import Kind
from shared.core.model.watchlist import Claim, Service, TeamsChannel, WatchedApp, Watchlist

CHICAGO = ZoneInfo("America/Chicago")
CLIENT_ID = "6f1c2f5e-8a04-4d0b-9d5e-0c7a5a2b13d6"
OBJECT_ID = "0b1d2c3e-0000-4000-8000-000000000001"
CALLBACK = "https://library.example/admin/oauth/azure/callback"


def at(text: str) -> datetime:
    """Read an instant such as `2026-12-13T09:15Z`."""
    return datetime.fromisoformat(text).astimezone(UTC)


def noon(now: datetime, days: int) -> datetime:
    """Give noon in Chicago, on the day there that is `days` after the present one."""
    return datetime.combine(
        now.astimezone(CHICAGO).date() + timedelta(days=days), time(12), CHICAGO
    ).astimezone(UTC)


def secret(
    key_id: str,
    name: str = "",
    *,
    ends: str | None,
    starts: str = "2024-01-01T00:00Z",
    hint: str = "q7X",
) -> Credential:
    return Credential(key_id, Kind.SECRET, name, hint, at(starts), at(ends) if ends else None)


def service(name: str, **changes: Any) -> Service:  # noqa: ANN401  (fields of the value)
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
    app = WatchedApp(
        "LibApps Outlook sync", CLIENT_ID, services or (service("LibCal"), service("LibStaffer"))
    )
    plain = Watchlist(
        zone=CHICAGO,
        check_at=check_at,
        ladder=(90, 60, 30, 14, 7, 3, 1, 0),
        channels={
            name: TeamsChannel(name, Secret("https://flow.example/"), weekly=weekly)
            for name in channels
        },
        apps=(app,),
    )
    return replace(plain, **changes)
