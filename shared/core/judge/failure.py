"""The item for an app that was read and could not be evaluated: a fault of the program.

Its renewers are notified once, and once more when the app can be evaluated again.
"""

from collections.abc import Mapping

from shared.core.model.context import CheckContext
from shared.core.model.directory import AppRecord
from shared.core.model.item_id import ItemKind, item_id
from shared.core.model.views import AppView
from shared.core.model.vocabulary import Severity, Standing
from shared.core.model.watchlist import WatchedApp

ASPECT = ItemKind.FAILURE


def failure_views(at: CheckContext, failed: Mapping[str, str]) -> list[AppView]:
    """Return the items of the apps that fail now, or did at the last check.

    Args:
        at: The check.
        failed: Why an app, by its key, cannot be evaluated.
    """
    return [
        _view(app, failed.get(app.key, ""), at)
        for app in at.watchlist.apps
        if app.key in failed or item_id(ASPECT, app.key) in at.memory.items
    ]


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
