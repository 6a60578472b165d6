"""What judging starts from: the watchlist, the ledger, one instant, and the apps as read."""

from collections.abc import Mapping
from datetime import datetime
from types import MappingProxyType
from typing import NamedTuple

from shared.core.model.check_record import LastChecks
from shared.core.model.directory import AppRecord, Credential
from shared.core.model.inventory import InventoryView
from shared.core.model.memory import Memory
from shared.core.model.watchlist import WatchedApp, Watchlist


class CheckContext(NamedTuple):
    """The watchlist, the memory and the instant of a check."""

    watchlist: Watchlist
    memory: Memory
    now: datetime
    last_checks: LastChecks = LastChecks()
    notified: Mapping[str, tuple[InventoryView, ...]] = MappingProxyType({})
    """By channel: the credentials of the tenant for its weekly status, if one may be due."""


class AppSnapshot(NamedTuple):
    """A watched app with the credentials that are on it."""

    record: AppRecord
    credentials: tuple[Credential, ...]


def last_record_of(watched: WatchedApp, memory: Memory) -> AppRecord | None:
    """Return the last complete read of an app, by its client id, else by its key.

    The client id comes first because another first service gives the app another key.
    """
    same = (app for app in memory.apps.values() if app.client_id == watched.client_id)
    return max(same, key=lambda app: app.read_at, default=memory.apps.get(watched.key))
