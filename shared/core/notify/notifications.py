"""What the ledger keeps once a message was delivered."""

from collections.abc import Mapping

from shared.core.judge.situation import Situation
from shared.core.model.context import CheckContext
from shared.core.model.item_id import INTRODUCTION
from shared.core.model.memory import ItemState
from shared.core.model.message import Message, Notice
from shared.core.model.notification import Notification
from shared.core.model.vocabulary import Loss, Reason, Standing
from shared.core.notify.action import needs_action

NEEDS_ACTION = frozenset({Standing.MISSING, Standing.EXPIRED, Standing.APP_PROBLEM})


def notifications_for(message: Message, at: CheckContext) -> tuple[Notification, ...]:
    """Return what the ledger keeps once `message` was delivered."""
    rows = {each.view.item: _notification(each, message.channel, at) for each in message.notices}
    if message.introduction:
        for item in (INTRODUCTION, *(view.item for view in message.watching)):
            introduced = Notification(
                item, message.channel, at.now, Standing.HEALTHY, Reason.INTRODUCED
            )
            rows.setdefault(item, introduced)
    return tuple(rows.values())


def _notification(notice: Notice, channel: str, at: CheckContext) -> Notification:
    item = notice.view.item
    since = None
    if needs_action(notice.view):
        before = at.memory.notifications.get((item, channel))
        continued = before is not None and _needed_action(item, at.memory.items)
        since = before.action_needed_since if before is not None and continued else None
        # a time in the future was written while the clock was ahead
        since = since if since is not None and since <= at.now else at.now
    return Notification(
        item=item,
        channel=channel,
        at=at.now,
        standing=notice.view.standing,
        reason=notice.reason,
        action_needed_since=since,
    )


def _needed_action(item: str, items: Mapping[str, ItemState]) -> bool:
    """Return whether the item already needed action before this check."""
    state = items.get(item)
    if state is None:
        return False
    situation = Situation.read(state.situation)
    lost = situation is not None and situation.loss != Loss.NONE
    return state.standing in NEEDS_ACTION or lost
