"""The part of the memory that is about one app, so that each app can be judged alone.

Judging every app with the whole memory would take time with the square of their number.
"""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import replace

from shared.core.model.context import AppSnapshot, CheckContext
from shared.core.model.item_id import INTRODUCTION, ItemId, ItemKind
from shared.core.model.memory import CredentialRecord, ItemState
from shared.core.model.notification import Notification
from shared.core.model.watchlist import WatchedApp


class MemoryByApp:
    """The memory of a check, divided by the app that each row is about."""

    def __init__(self, at: CheckContext, snapshots: Mapping[str, AppSnapshot]) -> None:
        """Divide the memory of `at`; `snapshots` (by app key) says which credential is where."""
        self._at = at
        apps = at.watchlist.apps
        self._by_service = {service.id: app.key for app in apps for service in app.services}
        self._by_key_id = {
            credential.key_id: key
            for key, snapshot in snapshots.items()
            for credential in snapshot.credentials
        }
        self._records = defaultdict[str, dict[str, CredentialRecord]](dict)
        for key_id, record in at.memory.credential_records.items():
            self._records[record.app][key_id] = record
        self._items = defaultdict[str, dict[str, ItemState]](dict)
        for item, state in at.memory.items.items():
            self._items[self._app_of(item)][item] = state
        self._notifications = defaultdict[str, dict[tuple[str, str], Notification]](dict)
        for key, notification in at.memory.notifications.items():
            self._notifications[self._app_of(key[0])][key] = notification

    def _app_of(self, item: str) -> str:
        """Return the key of the app that an item is about; an introduction is about all apps."""
        match ItemId.parse(item):
            case ItemId(ItemKind.CREDENTIAL, (key_id,)):
                return self._by_key_id.get(key_id, "")
            case ItemId(ItemKind.LEFTOVER | ItemKind.DELETABLE, (service, *_)):
                return self._by_service.get(service, "")
            case ItemId(
                ItemKind.APP | ItemKind.REDIRECT_URIS | ItemKind.FAILURE | ItemKind.TRIED, (key,)
            ):
                return key
            case _:
                return self._by_service.get(item, item)

    def context_of(self, app: WatchedApp) -> CheckContext:
        """Return the check as if there were only one app.

        Nothing else decides when a message about the app is due.
        """
        at, key = self._at, app.key
        named = {name for service in app.services for name in service.channels}
        in_use, over = at.memory.in_use_records, at.memory.hand_overs
        services = [service.id for service in app.services]
        watchlist = replace(
            at.watchlist,
            apps=(app,),
            channels={k: v for k, v in at.watchlist.channels.items() if k in named},
        )
        memory = replace(
            at.memory,
            in_use_records={each: in_use[each] for each in services if each in in_use},
            credential_records=self._records[key],
            items={**self._items[key], **self._items[INTRODUCTION]},
            notifications={**self._notifications[key], **self._notifications[INTRODUCTION]},
            channels={},
            hand_overs={each: over[each] for each in services if each in over},
        )
        return at._replace(watchlist=watchlist, memory=memory)
