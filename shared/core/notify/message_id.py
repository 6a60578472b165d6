"""The id of a message, by which a receiver recognises one that is sent again.

It is made of what makes a message due: its channel, its items with their situation and the
reminder that they have reached, and what the ledger knows of the last message about them. That
changes once a delivery is recorded, so a retry has the same id on any day, and the next message
another.
"""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from hashlib import sha256

from shared.core.model.item_id import INTRODUCTION, INVENTORY_INTRODUCTION, INVENTORY_LEFT_OUT
from shared.core.model.message import Message
from shared.core.model.notification import Notification
from shared.core.model.views import View
from shared.core.model.watchlist import Watchlist
from shared.core.notify.reason import ladder

OF_THE_MESSAGE = (INTRODUCTION, INVENTORY_INTRODUCTION, INVENTORY_LEFT_OUT)
"""What a message without items can be about."""

type LastMessages = Mapping[tuple[str, str], Notification]
"""By item id and channel name."""


def with_id(message: Message, last: LastMessages, watchlist: Watchlist) -> Message:
    """Return the message with its id; `last` is what was delivered before it."""
    text = "\n".join("\t".join(part) for part in sorted(_parts(message, last, watchlist)))
    return replace(message, id=f"msg_{sha256(text.encode()).hexdigest()[:32]}")


def _parts(message: Message, last: LastMessages, watchlist: Watchlist) -> Iterator[tuple[str, ...]]:
    def told(item: str) -> str:
        row = last.get((item, message.channel))
        return row.at.isoformat() if row is not None else ""

    yield ("channel", watchlist.key, message.channel)
    if message.test:
        yield ("test", message.now.isoformat())
    for item in (*OF_THE_MESSAGE, *(view.item for view in message.watching)):
        yield ("told", item, told(item))
    for notice in message.notices:
        view = notice.view
        status = (view.standing, view.situation, view.severity, _reminder(view, watchlist))
        yield ("item", view.item, notice.reason, *status, told(view.item))
        for each in notice.news:
            yield ("hand_over", view.item, each.reason, each.at.isoformat())


def _reminder(view: View, watchlist: Watchlist) -> str:
    """Return the last reminder that an item has reached, in days; empty if there is none."""
    days = view.days_left
    if days is None:
        return ""
    reached = min((rung for rung in ladder(view, watchlist) if rung >= days), default=None)
    return "" if reached is None else str(reached)
