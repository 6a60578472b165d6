"""The status of reading the tenant, and what is due about it."""

from collections.abc import Iterator, Mapping
from datetime import datetime

from shared.core.inventory.context import InventoryContext
from shared.core.judge.schedule import STALE_AFTER
from shared.core.model.inventory_memory import InventoryScan
from shared.core.model.item_id import INVENTORY_INTRODUCTION
from shared.core.model.message import Notice
from shared.core.model.views import WatcherView
from shared.core.model.vocabulary import Reason, Role, Severity, Standing
from shared.core.notify.last_message import is_notified_on_day

COPY = frozenset({Role.COPY})


def reading_view(scan: InventoryScan, now: datetime) -> WatcherView:
    """Return whether the tenant can be read.

    Reading fails once the last complete read, or the first attempt, is as old as a stale check.
    """
    last = scan.read_at or scan.tried_since
    failing = bool(scan.error) and now - last > STALE_AFTER
    return WatcherView(
        aspect="reading",
        subject="tenant",
        standing=Standing.FAILING if failing else Standing.HEALTHY,
        severity=Severity.CRITICAL if failing else Severity.OK,
        situation="failing" if failing else "",
        since=last if failing else None,
        problems=(scan.error,) if failing else (),
    )


def notices_about_reading(channel: str, at: InventoryContext) -> Iterator[Notice]:
    """Yield what is due about the read itself.

    It fails (daily), works again, found far fewer credentials, or some that cannot be evaluated.
    """
    reading = reading_view(at.scan, at.now)
    last = at.last_message(reading.item, channel)
    warned = last is not None and last.standing != Standing.HEALTHY
    today = last is not None and is_notified_on_day(last, at.now, at.watchlist.zone)
    if reading.standing == Standing.FAILING:
        if not warned or not today:
            yield Notice(reading, Reason.CHECK_FAILING, COPY)
    elif last is not None and last.standing == Standing.FAILING and not at.scan.error:
        yield Notice(reading, Reason.RECOVERED, COPY)
    failure = _failure_view(at.failed)
    if _is_failure_due(failure, channel, at):
        yield Notice(failure, Reason.CHECK_FAILING if at.failed else Reason.RECOVERED, COPY)
    fewer = _fewer_view(at.scan)
    if _is_fewer_due(fewer.item, channel, at):
        yield Notice(fewer, Reason.FEWER_RATIO, COPY)


def _failure_view(failed: Mapping[str, str]) -> WatcherView:
    return WatcherView(
        aspect="failure",
        subject="tenant",
        standing=Standing.FAILING if failed else Standing.HEALTHY,
        severity=Severity.CRITICAL if failed else Severity.OK,
        situation="",
        problems=tuple(f"{item}: {why}" for item, why in failed.items()),
    )


def _is_failure_due(failure: WatcherView, channel: str, at: InventoryContext) -> bool:
    """Return whether the standing is news: a failure is sent once, and once that it is over.

    A read that failed shows neither.
    """
    if at.scan.error:
        return False
    last = at.last_message(failure.item, channel)
    before = Standing.HEALTHY if last is None else last.standing
    return before != failure.standing


def _fewer_view(scan: InventoryScan) -> WatcherView:
    counts = f"{scan.credentials:,} credentials were read, {scan.fewer_than:,} the time before"
    return WatcherView(
        aspect="fewer",
        subject="tenant",
        standing=Standing.FAILING,
        severity=Severity.WARNING,
        situation="",
        since=scan.fewer_at,
        problems=(counts,),
    )


def _is_fewer_due(item: str, channel: str, at: InventoryContext) -> bool:
    fewer_at = at.scan.fewer_at
    introduced = at.last_message(INVENTORY_INTRODUCTION, channel)
    last = at.last_message(item, channel)
    if fewer_at is None or introduced is None or introduced.at >= fewer_at:
        return False
    return last is None or last.at < fewer_at
