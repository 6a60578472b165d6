"""The item for an app that was read and could not be evaluated: a fault of the program.

Its renewers are notified once, and once more when the app can be evaluated again.
"""

from collections.abc import Mapping

from shared.core.model.context import AppSnapshot, CheckContext
from shared.core.model.directory import AppRecord
from shared.core.model.item_id import ItemKind, item_id
from shared.core.model.views import AppView
from shared.core.model.vocabulary import Severity, Standing
from shared.core.model.watchlist import WatchedApp

ASPECT = ItemKind.FAILURE
AT_THE_LAST_CHECK = "the last check could not evaluate it"


def failure_views(
    at: CheckContext, snapshots: Mapping[str, AppSnapshot], failed: Mapping[str, str]
) -> list[AppView]:
    """Return the items of the apps that fail now, or did at the last check.

    Only what was read at `at.now` shows that an app can be evaluated again.

    Args:
        at: The check.
        snapshots: The apps that are evaluated, by key.
        failed: Why an app, by its key, cannot be evaluated.
    """
    views = []
    for app in at.watchlist.apps:
        before = at.memory.items.get(item_id(ASPECT, app.key))
        why = failed.get(app.key, "")
        snapshot = snapshots.get(app.key)
        is_fresh = snapshot is not None and snapshot.record.read_at == at.now
        if not why and not is_fresh and before is not None and before.situation:
            why = AT_THE_LAST_CHECK
        if why or before is not None:
            views.append(_view(app, why, at))
    return views


def _view(watched: WatchedApp, why: str, at: CheckContext) -> AppView:
    """Return the item; nothing of it is from outside, which may be what fails."""
    record = AppRecord(
        watched.key,
        watched.client_id,
        object_id="",
        name=watched.name,
        found=True,
        disabled="",
        missing_redirect_uris=(),
        read_at=at.now,
    )
    return AppView(
        watched=watched,
        app=record,
        aspect=ASPECT,
        standing=Standing.APP_PROBLEM if why else Standing.HEALTHY,
        severity=Severity.CRITICAL if why else Severity.OK,
        problems=(why,) if why else (),
        situation="failing" if why else "",
    )
