"""The whole tenant: what a page of it shows that matters, and what of that is new. Every credential is an item of its own.

A newer credential silences an older one only if it is on the same app, of the same kind and of the same non-empty name,
and never the one that the app is known to sign with. Only what is due, has ended within `MAX_EXPIRED_DAYS`, or could be told
of again is kept; everything else is only counted, so that the ledger grows with what is due and not with the tenant.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from datetime import datetime, time, timedelta
from typing import NamedTuple

from shared.core.inventory.noise import NoiseFilter
from shared.core.judge.standing import has_ended, has_started, started_after
from shared.core.model.directory import Credential
from shared.core.model.inventory import (
    Holder,
    InventoryApp,
    InventoryChanges,
    InventoryItem,
    InventoryMemory,
    InventoryScan,
)
from shared.core.model.memory import Notification
from shared.core.model.watchlist import InventoryRules, Watchlist

MAX_EXPIRED_DAYS = 90
"""What ended longer ago than this, by calendar days, is only counted."""
FEWER_RATIO = 0.8
"""A read with fewer credentials than this part of the last complete one is told."""


class ExpiryWindow(NamedTuple):
    """Ends that matter, by instant: both are included."""

    since: datetime
    until: datetime


def window(watchlist: Watchlist, rules: InventoryRules, now: datetime) -> ExpiryWindow:
    """Give the ends that matter now: those of local days within the ladder, and of `MAX_EXPIRED_DAYS` past ones."""
    today = now.astimezone(watchlist.zone).date()
    first = datetime.combine(today - timedelta(days=MAX_EXPIRED_DAYS), time.min, watchlist.zone)
    last = datetime.combine(today + timedelta(days=rules.ladder[0]), time.max, watchlist.zone)
    return ExpiryWindow(first.astimezone(now.tzinfo), last.astimezone(now.tzinfo))


class InventoryFilter:
    """Finds what matters in a tenant, one app at a time; made once a read."""

    def __init__(self, watchlist: Watchlist, rules: InventoryRules, now: datetime) -> None:
        """Leave out what the watchlist watches itself, what it excludes, and what is noise."""
        self._rules = rules
        self._now = now
        self.window = window(watchlist, rules, now)
        self._quiet = NoiseFilter(rules.noise, rules.exclude_names)
        self._watched = {(Holder.APPLICATION, app.client_id) for app in watchlist.apps} | {
            (Holder.SERVICE_PRINCIPAL, app.client_id)
            for app in watchlist.apps
            if app.service_principal
        }

    def listed(self, app: InventoryApp) -> Iterator[InventoryItem]:
        """Give the items of an app, as if they were seen for the first time."""
        if self._left_out(app):
            return
        since, until = self.window
        for credential in app.credentials:
            ends = credential.ends
            if (
                ends is None
                or not since <= ends <= until
                or self._quiet.credential(credential.name)
            ):
                continue
            if (
                credential.name
                and credential.key_id not in app.signing
                and _is_silenced(credential, app.credentials, self._now)
            ):
                continue
            yield InventoryItem(
                app.holder,
                app.client_id,
                app.object_id,
                app.name,
                credential,
                first_seen=self._now,
                since=self._now,
                ended=has_ended(credential, self._now),
            )

    def _left_out(self, app: InventoryApp) -> bool:
        client_id = app.client_id.casefold()
        return (
            (app.holder, client_id) in self._watched
            or client_id in self._rules.exclude_client_ids
            or bool(self._rules.exclude_tags and not self._rules.exclude_tags.isdisjoint(app.tags))
            or self._quiet.app(app.name)
        )


def _is_silenced(credential: Credential, there: Iterable[Credential], now: datetime) -> bool:
    return any(_silences(newer, credential, now) for newer in there)


def _silences(newer: Credential, older: Credential, now: datetime) -> bool:
    """Say whether `newer` takes the place of `older`: it has started, and works, or worked for as long."""
    same = newer.kind == older.kind and newer.name == older.name != ""
    if not same or not started_after(newer, older) or not has_started(newer, now):
        return False
    return not has_ended(newer, now) or (
        newer.ends is not None and older.ends is not None and newer.ends >= older.ends
    )


class ReadCounts(NamedTuple):
    """What a complete read of the tenant counted."""

    applications: int
    credentials: int
    unread: frozenset[str]
    """Client ids of apps that could not be understood: nothing is concluded about these."""
    nameless: bool = False
    """Of one not even the client id could be: it may be any, so nothing is concluded to be gone."""


def changes_of_read(
    found: Mapping[str, InventoryItem], counted: ReadCounts, memory: InventoryMemory, now: datetime
) -> InventoryChanges:
    """Say what a complete read at `now` found that is new. `found` are its items, as if they were seen for the first time."""
    listed = {item: _continued(each, memory.items.get(item), now) for item, each in found.items()}
    missed = {
        item
        for item, each in memory.items.items()
        if item not in listed and each.client_id.casefold() not in counted.unread
    }
    gone = set() if counted.nameless else missed
    return InventoryChanges(
        scan=_scanned(counted, memory.scan, now),
        items=tuple(each for item, each in listed.items() if memory.items.get(item) != each),
        gone=tuple(sorted(gone)),
        forgotten_notifications=tuple(
            sorted(key for key in memory.notifications if key[0] in gone)
        ),
    )


def changes_of_failure(error: str, memory: InventoryMemory, now: datetime) -> InventoryChanges:
    """Say what a read that failed leaves to remember: that it did, and nothing about any credential."""
    before = memory.scan or InventoryScan(tried_since=now)
    return InventoryChanges(scan=replace(before, error=error))


def _continued(found: InventoryItem, before: InventoryItem | None, now: datetime) -> InventoryItem:
    """Give the item with the past that it has. What a clock that was ahead has written counts for nothing."""
    if before is None or before.first_seen > now:
        return found
    since = before.since if before.ended == found.ended and before.since <= now else now
    return replace(found, first_seen=before.first_seen, since=since, audience=before.audience)


def _scanned(counted: ReadCounts, before: InventoryScan | None, now: datetime) -> InventoryScan:
    last = before or InventoryScan(tried_since=now)
    fewer = last.read_at is not None and counted.credentials < FEWER_RATIO * last.credentials
    return InventoryScan(
        tried_since=last.tried_since,
        read_at=now,
        applications=counted.applications,
        credentials=counted.credentials,
        fewer_at=now if fewer else last.fewer_at,
        fewer_than=last.credentials if fewer else last.fewer_than,
    )


def apply_inventory_changes(memory: InventoryMemory, facts: InventoryChanges) -> InventoryMemory:
    """Give the memory after `facts` were written."""
    gone, forgotten = set(facts.gone), set(facts.forgotten_notifications)
    kept = {item: each for item, each in memory.items.items() if item not in gone}
    return InventoryMemory(
        scan=facts.scan or memory.scan,
        items={**kept, **{each.item: each for each in facts.items}},
        notifications={
            key: told for key, told in memory.notifications.items() if key not in forgotten
        },
    )


def apply_inventory_notifications(
    memory: InventoryMemory, told: Iterable[Notification]
) -> InventoryMemory:
    """Give the memory after a channel heard something."""
    return replace(
        memory,
        notifications={
            **memory.notifications,
            **{(each.item, each.channel): each for each in told},
        },
    )
