"""Why an item of the inventory is due: the rules of the watched apps, simplified."""

from shared.core.inventory.context import InventoryContext
from shared.core.judge.rungs import reachable_rungs
from shared.core.judge.severity import LONG_ENDED_DAYS
from shared.core.model.days import days_between
from shared.core.model.inventory import InventoryView
from shared.core.model.notification import Notification
from shared.core.model.vocabulary import Reason
from shared.core.notify.last_message import is_news, rung_crossed


def reason_due(
    view: InventoryView, last: Notification | None, at: InventoryContext
) -> Reason | None:
    """Return why an item is due to a channel after the `last` message; `None` if it is not."""
    if view.silenced:
        return None
    listed, zone = view.listed, at.watchlist.zone
    ends = listed.credential.ends
    # An app that was absent (deleted, disabled, excluded) is new to us, but may have been in use.
    here_since = min(listed.first_seen, at.scan.tried_since)
    if ends is not None and days_between(ends, here_since, zone) > LONG_ENDED_DAYS:
        return None
    rungs = reachable_rungs(at.rules.ladder, listed.credential, zone)
    if last is None or is_news(listed.since, last, at.now):
        if listed.ended:
            return Reason.EXPIRED
        return Reason.FIRST if rungs and view.days_left <= rungs[0] else None
    if listed.ended:
        return None
    crossed = rung_crossed(rungs, ends, last.at, at.now, zone)
    return Reason.RUNG if crossed is not None else None
