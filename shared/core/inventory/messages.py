"""Messages about the inventory, to the channels of `[tenant] tell` and to owners."""

from collections.abc import Iterator, Mapping, Sequence

from shared.core.inventory.context import InventoryContext
from shared.core.inventory.judge import inventory_view
from shared.core.inventory.reading import notices_about_reading
from shared.core.inventory.reason import reason_due
from shared.core.judge.self_watch import is_notified_this_week
from shared.core.model.item_id import INVENTORY_INTRODUCTION
from shared.core.model.left_out import LeftOut
from shared.core.model.message import InventoryNews, Message, Notice
from shared.core.model.owners import Owner


def messages_to_channels(
    due: Mapping[str, Sequence[Notice]], at: InventoryContext
) -> Iterator[Message]:
    """Yield the messages to the channels; the first one is sent even if nothing is due."""
    scan = at.scan
    for channel in at.rules.tell:
        introduced = at.last_message(INVENTORY_INTRODUCTION, channel) is not None
        first = not introduced and scan.read_at is not None
        notices = (*notices_about_reading(channel, at), *due.get(channel, ()))
        counted = scan.left_out if scan.left_out is not None and any(scan.left_out) else None
        told = is_notified_this_week(channel, at.memory, at.now, at.watchlist.zone)
        left_out = counted if first or not told else None
        if notices or first or _is_weekly(left_out, channel, at):
            owners_next = _apps_for_owners(at) if first else 0
            news = InventoryNews(scan.applications, scan.credentials, first, owners_next, left_out)
            yield _message(channel, notices, news, at)


def message_to_owner(owner: Owner, notices: Sequence[Notice], at: InventoryContext) -> Message:
    """Return the message to one owner about their apps."""
    name = owner.name or owner.mail
    news = InventoryNews(at.scan.applications, at.scan.credentials, owner=name)
    return _message(owner.channel, notices, news, at)


def _is_weekly(left_out: LeftOut | None, channel: str, at: InventoryContext) -> bool:
    """Return whether a message only says what is left out.

    Noise rules alone are no reason for one. While the tenant cannot be read, there is none.
    """
    if left_out is None or at.scan.error or not at.watchlist.channels[channel].weekly:
        return False
    return left_out.by_watchlist > 0


def _apps_for_owners(at: InventoryContext) -> int:
    """Return the number of apps whose owners are notified from the next day on."""
    if not at.rules.owners or at.introduced:
        return 0
    items = at.memory.items.values()
    return len({each.object_id for each in items if reason_due(inventory_view(each, at), None, at)})


def _message(
    channel: str, notices: Sequence[Notice], news: InventoryNews, at: InventoryContext
) -> Message:
    return Message(
        channel,
        at.now,
        at.watchlist.zone,
        tuple(notices),
        inventory=news,
        tenant_name=at.watchlist.name,
        label=at.watchlist.label(channel),
    )
