"""The status and the forecast of the watched apps, from what the ledger knows."""

from collections.abc import Callable, Mapping
from datetime import date
from typing import NamedTuple

from shared.core.inventory.context import InventoryContext
from shared.core.inventory.judge import inventory_views
from shared.core.judge.judge import judge
from shared.core.judge.schedule import is_stale
from shared.core.judge.situation import last_situation
from shared.core.judge.snapshot import recalled_snapshot
from shared.core.model.check_record import Read
from shared.core.model.context import AppSnapshot, CheckContext
from shared.core.model.inventory import InventoryItem
from shared.core.model.memory import Memory
from shared.core.model.watchlist import Service, WatchedApp
from shared.core.notify.forecast import forecast, horizon
from shared.core.notify.next_message import find_next_messages
from shared.core.results import Forecast, InventoryStatus, Status
from shared.core.spare import spare
from shared.usecases.gather import Gathered

type Render[Found, Shown] = Callable[[Found], Shown]
"""Makes what people or programs read; it has no effects, because it may be called again."""


class Known(NamedTuple):
    """What a status is made of."""

    snapshots: Mapping[str, AppSnapshot]
    """By app key."""
    unread: Mapping[str, str] = {}
    """Why other apps, by key, could not be read."""
    failed: Mapping[str, str] = {}
    """Why other apps, by key, could not be evaluated."""
    read: Read | None = None
    """Set if the apps were read for this status."""


def itself[Found](found: Found) -> Found:
    """Return what was found, not rendered."""
    return found


def rendered[Shown](
    at: CheckContext,
    known: Known,
    inventory: InventoryContext | None,
    render: Render[Status, Shown],
) -> Shown:
    """Return the status, rendered.

    An app or a credential of the tenant that cannot be judged or rendered is set apart.
    """

    def render_some(
        parts: Mapping[str, AppSnapshot | InventoryItem], failed: Mapping[str, str]
    ) -> Shown:
        apps = {key: each for key, each in parts.items() if isinstance(each, AppSnapshot)}
        items = {key: each for key, each in parts.items() if isinstance(each, InventoryItem)}
        failed_apps = {key: why for key, why in failed.items() if key in known.snapshots}
        judgement = judge(at, apps, known.unread, {**known.failed, **failed_apps})
        return render(
            Status(
                judgement,
                at.last_checks,
                find_next_messages(judgement, at, apps),
                is_stale(at.last_checks, at.now),
                known.read,
                _inventory_status(inventory, items),
                {key: why for key, why in failed.items() if key not in failed_apps},
                at.memory.unreadable,
            )
        )

    parts: dict[str, AppSnapshot | InventoryItem] = {**known.snapshots}
    if inventory is not None:
        parts |= inventory.memory.items
    return spare(render_some, parts)


def forecast_of[Shown](
    at: CheckContext, until: date | None, render: Render[Forecast, Shown]
) -> Shown:
    """Return the messages up to a local day, by default 30 days after the last expiry, rendered.

    An app that cannot be judged or rendered is set apart.
    """

    def render_some(some: Mapping[str, AppSnapshot], failed: Mapping[str, str]) -> Shown:
        last = until or horizon(at, some)
        return render(Forecast(judge(at, some, {}, failed), at, last, forecast(at, some, last)))

    return spare(render_some, recalled(at))


def known_now(gathered: Gathered, seconds: float) -> tuple[CheckContext, Known]:
    """Return the apps as they were just read; `seconds` is how long that took."""
    judgement, snapshots = gathered.judgement, gathered.readings.snapshots
    read = gathered.read(seconds)
    return gathered.at, Known(snapshots, judgement.unread, judgement.failed, read)


def recalled(at: CheckContext) -> Mapping[str, AppSnapshot]:
    """Return the watched apps as the ledger knows them, by app key."""
    apps = (app for app in at.watchlist.apps if not _lacks_a_row(app, at.memory))
    snapshots = {app.key: recalled_snapshot(app, at.memory) for app in apps}
    return {key: each for key, each in snapshots.items() if each is not None}


def _inventory_status(
    at: InventoryContext | None, items: Mapping[str, InventoryItem]
) -> InventoryStatus | None:
    if at is None:
        return None
    views = tuple(inventory_views(at.only(items, {})))
    return InventoryStatus(at.memory.scan, views, at.memory.unreadable)


def _lacks_a_row(app: WatchedApp, memory: Memory) -> bool:
    """Return whether a credential in use is in a row that cannot be read, and so not deleted."""
    in_use = {_last_in_use(service, memory) for service in app.services}
    key_ids = in_use - {""} - memory.credential_records.keys()
    return any(row.key.endswith(key_id) for row in memory.unreadable for key_id in key_ids)


def _last_in_use(service: Service, memory: Memory) -> str:
    """Return the key id that a service used at the last check; empty if there was none."""
    if service.by_pipeline:
        last = last_situation(service.id, memory)
        return last.in_use if last is not None else ""
    record = memory.in_use_records.get(service.id)
    return record.key_id if record is not None else ""
