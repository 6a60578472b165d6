"""The program watches itself: apps it cannot read, and channels it cannot reach.

An app is overdue when it was last read completely more than 26 hours ago, like a stale check;
people are notified once a day. A channel that failed in two checks is reported to the others.
"""

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from zoneinfo import ZoneInfo

from shared.core.judge.schedule import CLOCKS_DIFFER, STALE_AFTER
from shared.core.model.context import CheckContext, last_record_of
from shared.core.model.inventory_memory import InventoryMemory
from shared.core.model.item_id import ItemKind, item_id
from shared.core.model.memory import ChannelState, ItemState, Memory
from shared.core.model.views import RemovedView, WatcherView
from shared.core.model.vocabulary import Reason, Severity, Standing

FAILED_CHECKS = 2
"""A channel is reported after this many failed checks in a row. Hourly retries do not count:
an hour's disturbance is not worth a message to others."""


def watcher_views(at: CheckContext, unread: Mapping[str, str]) -> Iterator[WatcherView]:
    """Yield the status of reading and of every channel.

    Args:
        at: The check.
        unread: Why an app (by key) could not be read.
    """
    yield _reading_view(at, unread)
    for name in at.watchlist.channels:
        state = at.memory.channels.get(name, ChannelState(name))
        failing = state.failures >= FAILED_CHECKS
        yield WatcherView(
            aspect="channel",
            subject=name,
            standing=Standing.FAILING if failing else Standing.HEALTHY,
            severity=Severity.WARNING if failing else Severity.OK,
            situation="failing" if failing else "",
            since=state.failing_since,
            problems=(state.error,) if failing else (),
            label=at.watchlist.label(name),
        )


def _reading_view(at: CheckContext, unread: Mapping[str, str]) -> WatcherView:
    last_reads = {key: last for key in unread if (last := _last_read(key, at)) is not None}
    overdue = {key: last for key, last in last_reads.items() if _is_overdue(last, at.now)}
    return WatcherView(
        aspect="reading",
        subject="",
        standing=Standing.FAILING if overdue else Standing.HEALTHY,
        severity=Severity.CRITICAL if overdue else Severity.OK,
        situation="|".join(sorted(overdue)),
        since=min(overdue.values(), default=None),
        problems=tuple(unread[key] for key in overdue),
    )


def removed_channels(at: CheckContext) -> Iterator[RemovedView]:
    """Yield the channels that were used once and are no longer on the watchlist."""
    for name in sorted(at.memory.channels):
        if name not in at.watchlist.channels:
            yield RemovedView(item_id(ItemKind.CHANNEL, name))


def first_tries(unread: Iterable[str], at: CheckContext) -> Iterator[ItemState]:
    """Yield a state for each app (by key) whose first read failed: staleness counts from now."""
    for key in unread:
        if _last_read(key, at) is None:
            item = item_id(ItemKind.TRIED, key)
            yield ItemState(item, "", Standing.FAILING, at.now, Reason.CHECK_FAILING)


def is_notified_this_week(
    channel: str, memory: Memory | InventoryMemory, now: datetime, zone: ZoneInfo
) -> bool:
    """Return whether a channel got any message that `memory` knows since Monday, local time."""
    week = now.astimezone(zone).isocalendar()[:2]
    own = (each for each in memory.notifications.values() if each.channel == channel)
    return any(each.at.astimezone(zone).isocalendar()[:2] == week for each in own)


def fared(
    name: str, at: CheckContext, error: str, *, delivered: bool, retry: bool
) -> ChannelState | None:
    """Return the new state of a channel after a delivery; `None` if it did not change.

    A failed retry in an hourly run belongs to its check, so it does not count.
    """
    before = at.memory.channels.get(name, ChannelState(name))
    if not delivered and retry:
        return None
    if delivered:
        after = ChannelState(name)
    else:
        since = before.failing_since or at.now
        after = ChannelState(name, before.failures + 1, since, error)
    return after if after != at.memory.channels.get(name) else None


def _is_overdue(last_read: datetime, now: datetime) -> bool:
    return not -CLOCKS_DIFFER <= now - last_read <= STALE_AFTER


def _last_read(key: str, at: CheckContext) -> datetime | None:
    """Return when an app was last read completely, else first tried; `None` if never tried."""
    watched = next((app for app in at.watchlist.apps if app.key == key), None)
    known = last_record_of(watched, at.memory) if watched is not None else None
    if known is not None:
        return known.read_at
    tried = at.memory.items.get(item_id(ItemKind.TRIED, key))
    return tried.since if tried is not None else None
