"""When the next message is sent if nobody acts: checks, simulated on candidate days.

The weekly status does not count, since nobody waits for it. Each app is examined alone, and only
until everything that is wanted is known.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import date

from shared.core.judge.judge import judge
from shared.core.judge.schedule import instant_on
from shared.core.model.context import AppSnapshot, CheckContext
from shared.core.model.judgement import Judgement
from shared.core.model.message import NextMessages
from shared.core.model.views import AppView, LeftoverView, ServiceView, UnclaimedView, View
from shared.core.model.vocabulary import Reason
from shared.core.notify.action import needs_action
from shared.core.notify.candidate_days import candidate_days
from shared.core.notify.due import messages_due
from shared.core.notify.hand_over import ends
from shared.core.notify.memory_by_app import MemoryByApp


def find_next_messages(
    judgement: Judgement, at: CheckContext, snapshots: Mapping[str, AppSnapshot]
) -> NextMessages:
    """Return when the next messages are sent.

    The memory of `at` must contain what this check found and whom it notified.
    """
    found, memory = NextMessages(), MemoryByApp(at, snapshots)
    views = defaultdict[str, list[View]](list)
    for view in judgement.views:
        views[_app_of(view)].append(view)
    for app in at.watchlist.apps:
        if (key := app.key) in snapshots:
            _search_app(views[key], memory.context_of(app), {key: snapshots[key]}, found)
    return found


def _search_app(
    views: Iterable[View],
    at: CheckContext,
    snapshots: Mapping[str, AppSnapshot],
    found: NextMessages,
) -> None:
    wanted = {view.item for view in views if not isinstance(view, AppView) or needs_action(view)}
    checks = {instant_on(day, at.watchlist) for day in candidate_days(views, at, snapshots)}
    for then in sorted(check for check in checks | ends(at) if check > at.now):
        day = then.astimezone(at.watchlist.zone).date()
        channels = (found.by_channel.get(name, date.max) for name in at.watchlist.channels)
        if wanted <= found.by_item.keys() and all(known <= day for known in channels):
            return
        later = at._replace(now=then)
        for message in messages_due(judge(later, snapshots), later):
            for notice in message.notices:
                if notice.reason != Reason.WEEKLY:
                    _keep_earliest(found.by_channel, message.channel, day)
                    _keep_earliest(found.by_item, notice.view.item, day)


def _keep_earliest(days: dict[str, date], key: str, day: date) -> None:
    days[key] = min(day, days.get(key, day))


def _app_of(view: View) -> str:
    match view:
        case LeftoverView():
            return view.owner.app.key
        case ServiceView() | UnclaimedView():
            return view.app.key
        case AppView():
            return view.watched.key
        case _:
            return ""
