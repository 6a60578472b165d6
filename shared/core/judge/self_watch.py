"""The watcher watches itself: what it cannot read, whom it cannot reach, and a quiet line a week that it is alive.

An app is overdue when it was last read completely more than 26 hours ago, as a check is stale; that is told once a day
to the channels that still work. A channel that failed in two checks is named on the others.
"""

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from zoneinfo import ZoneInfo

from shared.core.judge.schedule import CLOCKS_DIFFER, STALE_AFTER
from shared.core.judge.snapshot import CheckContext, last_record_of
from shared.core.model.days import days_between
from shared.core.model.memory import ChannelState, ItemState, Notification
from shared.core.model.views import RemovedView, WatcherView
from shared.core.model.vocabulary import Reason, Severity, Standing

FAILED_CHECKS = 2
"""In so many checks in a row must a channel have failed before the others hear of it."""
TRIED = "tried:"
"""With the key of an app: an item that says since when we try to read what was never read."""


def watcher_views(at: CheckContext, unread: Mapping[str, str]) -> Iterator[WatcherView]:
    """Give the state of reading, and of every channel that was ever used; `unread` says why an app (by key) could not be read."""
    overdue = {key: why for key, why in unread.items() if _is_overdue(key, at)}
    yield WatcherView(
        aspect="reading",
        subject="",
        standing=Standing.FAILING if overdue else Standing.HEALTHY,
        severity=Severity.CRITICAL if overdue else Severity.OK,
        situation="|".join(sorted(overdue)),
        since=min(
            (since for key in overdue if (since := _last_read(key, at)) is not None), default=None
        ),
        problems=tuple(overdue.values()),
    )
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
        )


def removed_channels(at: CheckContext) -> Iterator[RemovedView]:
    """Give the channels that were used once and that the watchlist no longer has."""
    return (
        RemovedView(f"channel:{name}")
        for name in sorted(at.memory.channels)
        if name not in at.watchlist.channels
    )


def heard_this_week(channel: str, at: CheckContext) -> bool:
    """Say whether a channel heard anything since Monday, local time."""
    zone = at.watchlist.zone
    week = at.now.astimezone(zone).isocalendar()[:2]
    return any(
        told.channel == channel and told.at.astimezone(zone).isocalendar()[:2] == week
        for told in at.memory.notifications.values()
    )


def said_today(told: Notification, at: CheckContext) -> bool:
    """Say whether something was last told on the present local day."""
    return said_on_day(told, at.now, at.watchlist.zone)


def said_on_day(told: Notification, now: datetime, zone: ZoneInfo) -> bool:
    """Say whether something was last told on the local day of `now`."""
    return days_between(told.at, now, zone) == 0


def fared(
    name: str, at: CheckContext, error: str, *, delivered: bool, retry: bool
) -> ChannelState | None:
    """Give the new state of a channel after a message to it; `None` if nothing changed. Retries at later ticks belong to their check."""
    before = at.memory.channels.get(name)
    if delivered:
        after = ChannelState(name)
    elif retry:
        return None
    else:
        failures, since = (
            (before.failures, before.failing_since) if before is not None else (0, None)
        )
        after = ChannelState(name, failures + 1, since or at.now, error)
    return after if after != before else None


def _is_overdue(key: str, at: CheckContext) -> bool:
    last = _last_read(key, at)
    return last is not None and not -CLOCKS_DIFFER <= at.now - last <= STALE_AFTER


def _last_read(key: str, at: CheckContext) -> datetime | None:
    """When an app was last read completely; of one that never was, since when we try; `None` if this is the first time."""
    watched = next((app for app in at.watchlist.apps if app.key == key), None)
    known = last_record_of(watched, at.memory) if watched is not None else None
    tried = at.memory.items.get(f"{TRIED}{key}")
    return known.read_at if known is not None else tried.since if tried is not None else None


def first_tries(unread: Iterable[str], at: CheckContext) -> Iterator[ItemState]:
    """Note, of each app (by key) that could not be read and never was, that it was tried: from now on its silence counts."""
    for key in unread:
        if _last_read(key, at) is None:
            yield ItemState(f"{TRIED}{key}", "", Standing.FAILING, at.now, Reason.CHECK_FAILING)
