"""The status and the forecast of the watched apps, from what the ledger knows."""

from datetime import date

from shared.core.judge.judge import judge
from shared.core.judge.schedule import is_stale
from shared.core.judge.snapshot import recalled_snapshot
from shared.core.model.context import AppSnapshot, CheckContext
from shared.core.model.memory import Memory
from shared.core.model.watchlist import WatchedApp
from shared.core.notify.forecast import forecast, horizon
from shared.core.notify.next_message import find_next_messages
from shared.core.results import Forecast, Status


def status_of(at: CheckContext) -> Status:
    """Return the status of the apps as they were last read."""
    snapshots = _recalled(at)
    judgement = judge(at, snapshots)
    expected = find_next_messages(judgement, at, snapshots)
    stale = is_stale(at.last_checks, at.now)
    return Status(judgement, at.last_checks, expected, stale, unreadable=at.memory.unreadable)


def forecast_of(at: CheckContext, until: date | None) -> Forecast:
    """Return the messages up to a local day, by default 30 days after the last expiry."""
    snapshots = _recalled(at)
    last = until or horizon(at, snapshots)
    return Forecast(judge(at, snapshots), at, last, forecast(at, snapshots, last))


def _recalled(at: CheckContext) -> dict[str, AppSnapshot]:
    """Return the watched apps as the ledger knows them, by app key."""
    apps = (app for app in at.watchlist.apps if not _lacks_a_row(app, at.memory))
    snapshots = {app.key: recalled_snapshot(app, at.memory) for app in apps}
    return {key: each for key, each in snapshots.items() if each is not None}


def _lacks_a_row(app: WatchedApp, memory: Memory) -> bool:
    """Return whether a credential in use is in a row that cannot be read, and so not deleted."""
    records = (memory.in_use_records.get(service.id) for service in app.services)
    key_ids = {each.key_id for each in records if each} - memory.credential_records.keys()
    return any(row.key.endswith(key_id) for row in memory.unreadable for key_id in key_ids)
