"""The overall severity: the worst item, and never `ok` while the data is incomplete or old."""

from shared.core.model.check_record import Outcome
from shared.core.model.judgement import Judgement
from shared.core.model.vocabulary import Severity
from shared.core.model.watchlist import WatchedApp, Watchlist
from shared.core.results import Status

_INCOMPLETE = {None, Outcome.FAILED, Outcome.PARTIAL}


def worst_severity(status: Status, watchlist: Watchlist) -> Severity:
    """Return the worst severity; at least `warning` if a check is late, failed or incomplete."""
    incomplete = (
        status.stale
        or status.last_checks.outcome in _INCOMPLETE
        or bool(status.unreadable)
        or bool(unread_apps(watchlist, status.judgement))
        or bool(status.failed_items)
    )
    lowest = Severity.WARNING if incomplete else Severity.OK
    return max(lowest, status.judgement.worst, key=lambda severity: severity.rank)


def unread_apps(watchlist: Watchlist, judgement: Judgement) -> list[WatchedApp]:
    """Return the watched apps that have never been read completely."""
    return [app for app in watchlist.apps if app.key not in judgement.concluded]
