"""Read apps once more whose losses may only be a read that lags behind."""

from collections.abc import Callable, Iterable, Mapping, Sequence

from shared.core.judge.second_look import may_lag
from shared.core.model.context import CheckContext
from shared.core.model.watchlist import WatchedApp
from shared.core.spare import spare
from shared.ports.directory import AppQuery, Directory, DirectoryReading


def queries(apps: Iterable[WatchedApp]) -> Sequence[AppQuery]:
    """Return what to read of `apps`."""
    return [AppQuery(app.client_id, app.service_principal) for app in apps]


def with_second_read(
    reading: DirectoryReading,
    apps: Iterable[WatchedApp],
    directory: Directory,
    at: CheckContext,
    *,
    seconds_left: Callable[[], float],
) -> DirectoryReading:
    """Return a reading in which no loss rests on one read that may lag behind.

    The second read of an app counts, whatever it shows. If it fails, the app is unread: whether
    anything is lost is not known then.
    """

    def doubts(some: Mapping[str, WatchedApp], _: Mapping[str, str]) -> list[WatchedApp]:
        return [app for app in some.values() if may_lag(app, reading.apps[app.client_id], at)]

    doubtful = spare(doubts, {app.key: app for app in apps if app.client_id in reading.apps})
    if not doubtful:
        return reading
    return merged(reading, directory.read(queries(doubtful), seconds=seconds_left()))


def merged(first: DirectoryReading, second: DirectoryReading) -> DirectoryReading:
    """Return the first reading, with the apps of the second as the second shows them."""
    kept = {key: app for key, app in first.apps.items() if key not in second.failures}
    return DirectoryReading(
        {**kept, **second.apps},
        {**first.failures, **second.failures},
        first.requests + second.requests,
    )
