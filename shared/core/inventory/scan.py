"""What a read of the tenant changes in the ledger."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import NamedTuple

from shared.core.model.inventory import InventoryItem
from shared.core.model.inventory_memory import (
    InventoryChanges,
    InventoryMemory,
    InventoryScan,
)
from shared.core.model.left_out import LeftOut

FEWER_RATIO = 0.8
"""A read with fewer credentials than this part of the previous one is reported."""


class ReadCounts(NamedTuple):
    """The totals of a complete read."""

    applications: int
    credentials: int
    unread: frozenset[str]
    """Client ids of apps that could not be decoded: their items stay as they are."""
    nameless: bool = False
    """Not even the client id of one app could be decoded, so no item counts as gone."""
    left_out: LeftOut = LeftOut()


def changes_of_read(
    found: Mapping[str, InventoryItem], counts: ReadCounts, memory: InventoryMemory, now: datetime
) -> InventoryChanges:
    """Return the changes of a complete read.

    Args:
        found: The items by id, as if each were seen for the first time.
        counts: The totals.
        memory: What was known before.
        now: When the check started.
    """
    listed = {item: _continued(each, memory.items.get(item), now) for item, each in found.items()}
    missing = {item: each for item, each in memory.items.items() if item not in listed}
    missed = {i for i, each in missing.items() if each.client_id.casefold() not in counts.unread}
    gone = set() if counts.nameless else missed
    changed = (each for item, each in listed.items() if memory.items.get(item) != each)
    return InventoryChanges(
        scan=_scan_after(counts, memory.scan, now),
        items=tuple(changed),
        gone=tuple(sorted(gone)),
        forgotten_notifications=tuple(sorted(k for k in memory.notifications if k[0] in gone)),
    )


def changes_of_failure(error: str, memory: InventoryMemory, now: datetime) -> InventoryChanges:
    """Return the changes of a read that failed: only the error."""
    before = memory.scan or InventoryScan(tried_since=now)
    return InventoryChanges(scan=replace(before, error=error))


def _continued(found: InventoryItem, before: InventoryItem | None, now: datetime) -> InventoryItem:
    """Return the item with its history, except what was written while the clock was ahead."""
    if before is None or before.first_seen > now:
        return found
    since = before.since if before.ended == found.ended and before.since <= now else now
    return replace(found, first_seen=before.first_seen, since=since, audience=before.audience)


def _scan_after(counts: ReadCounts, before: InventoryScan | None, now: datetime) -> InventoryScan:
    last = before or InventoryScan(tried_since=now)
    fewer = last.read_at is not None and counts.credentials < FEWER_RATIO * last.credentials
    return InventoryScan(
        tried_since=last.tried_since,
        read_at=now,
        applications=counts.applications,
        credentials=counts.credentials,
        fewer_at=now if fewer else last.fewer_at,
        fewer_than=last.credentials if fewer else last.fewer_than,
        left_out=counts.left_out,
    )
