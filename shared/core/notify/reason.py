"""Why an item is due to a channel, given the last message to the channel about it.

Every rung is sent at least once to each channel if the program runs at all during the rung, and
once if nothing crashes. This follows from dates: a rung is due when it was crossed since the
last message. So any number of missed days gives one message, and only the last one is stored.
"""

from datetime import datetime, timedelta

from shared.core.judge.quiet_week import is_quiet, last_quiet_day
from shared.core.judge.rotation import reminders
from shared.core.judge.rungs import reachable_rungs
from shared.core.model.context import CheckContext
from shared.core.model.days import days_between
from shared.core.model.inventory import InventoryView
from shared.core.model.memory import ItemState
from shared.core.model.notification import Notification
from shared.core.model.views import (
    AppView,
    LeftoverView,
    ServiceView,
    UnclaimedView,
    View,
    WatcherView,
)
from shared.core.model.vocabulary import Loss, Reason, Standing
from shared.core.model.watchlist import Watchlist
from shared.core.notify.action import NEWS_WHEN_WELL, needs_action
from shared.core.notify.last_message import (
    is_news,
    is_notified_on_day,
    is_snooze_news,
    rung_crossed,
)

LEFTOVER_LADDER = (7, 1, 0)
ACKNOWLEDGED_ABOVE = 7
"""An acknowledgement pauses the reminders above this rung."""
DAILY_REMINDERS = 7


def reason_due(
    view: View, state: ItemState | None, last: Notification | None, at: CheckContext
) -> Reason | None:
    """Return why an item is due to a channel; `None` if it is not due.

    Args:
        view: The item.
        state: Its situation, with the changes of this check.
        last: The last message to the channel about the item.
        at: The check.
    """
    if isinstance(view, LeftoverView):
        return _reason_of_leftover(view, last, at)
    if state is None:
        return None
    if isinstance(view, ServiceView | AppView | WatcherView) and view.standing == Standing.HEALTHY:
        return _reason_when_well(state, last, at)
    # an introduction only says that a service is watched; its status was never sent
    if last is None or last.reason == Reason.INTRODUCED or is_news(state.since, last, at.now):
        return state.reason
    snooze = _reason_of_snooze(view, last, at)
    acknowledged = isinstance(view, ServiceView) and view.acknowledged is not None
    # A notice of a snooze has no next step, so a reminder that no snooze can pause comes first.
    return _reason_by_date(view, last, at, paused=acknowledged or snooze is not None) or snooze


def _reason_when_well(
    state: ItemState, last: Notification | None, at: CheckContext
) -> Reason | None:
    """Return the reason to notify that all is well: only a channel that got a warning."""
    warned = last is not None and last.standing != Standing.HEALTHY
    if last is None or not warned or not is_news(state.since, last, at.now):
        return None
    return state.reason if state.reason in NEWS_WHEN_WELL else None


def _reason_of_snooze(view: View, last: Notification, at: CheckContext) -> Reason | None:
    """Return the reason to notify that a person paused the reminders, or that they go on."""
    if not isinstance(view, ServiceView) or not is_snooze_news(view, last, at.now):
        return None
    return Reason.RESUMED if view.acknowledged is None else Reason.SNOOZED


def _reason_by_date(
    view: View, last: Notification, at: CheckContext, *, paused: bool
) -> Reason | None:
    zone = at.watchlist.zone
    if isinstance(view, WatcherView):
        daily = view.aspect == "reading" and not is_notified_on_day(last, at.now, zone)
        return Reason.CHECK_FAILING if daily else None
    crossed = rung_crossed(ladder(view, at.watchlist), _end(view), last.at, at.now, zone)
    if crossed is not None and not (paused and crossed > ACKNOWLEDGED_ABOVE):
        return Reason.RUNG
    if needs_action(view) and _is_reminder_due(last, at, weekly=paused):
        return Reason.STILL_WAITING
    return None


def _reason_of_leftover(
    view: LeftoverView, last: Notification | None, at: CheckContext
) -> Reason | None:
    record, now = view.owner.in_use_record, at.now
    if record is None:
        return None
    if view.deletable:  # once after each confirmation
        return Reason.LEFTOVER if last is None or last.at < record.at else None
    if is_quiet(record, now, at.watchlist.zone):
        return None
    since = last.at if last is not None and last.at <= now else record.at
    if since > now:  # written while the clock was ahead, so every rung counts
        since = now - timedelta(days=LEFTOVER_LADDER[0] + 1)
    elif record.settled and record.at <= now:  # a rung of the quiet week is not sent later
        since = max(since, last_quiet_day(record, at.watchlist.zone))
    crossed = rung_crossed(LEFTOVER_LADDER, _end(view), since, now, at.watchlist.zone)
    return Reason.LEFTOVER if crossed is not None else None


def _is_reminder_due(last: Notification, at: CheckContext, *, weekly: bool) -> bool:
    """Return whether to remind: daily for seven days, then weekly, by calendar days."""
    if last.action_needed_since is None:
        return False
    zone = at.watchlist.zone
    since_first = days_between(last.action_needed_since, at.now, zone)
    since_last = days_between(last.at, at.now, zone)
    return since_last >= (7 if weekly or since_first > DAILY_REMINDERS else 1)


def ladder(view: View, watchlist: Watchlist) -> tuple[int, ...]:
    """Return the reminders that an item can still reach, largest first."""
    match view:
        case ServiceView() if view.loss == Loss.NONE:
            return reminders(view.service, view.in_use, watchlist.zone)
        case UnclaimedView() if view.situation == "open":
            return watchlist.ladder
        case LeftoverView() if not view.deletable:
            return LEFTOVER_LADDER
        case InventoryView() if view.situation == "open" and watchlist.inventory is not None:
            return reachable_rungs(
                watchlist.inventory.ladder, view.listed.credential, watchlist.zone
            )
        case _:
            return ()


def _end(view: View) -> datetime | None:
    match view:
        case ServiceView():
            return view.in_use.ends if view.in_use is not None else None
        case UnclaimedView() | LeftoverView():
            return view.credential.ends
        case _:
            return None
