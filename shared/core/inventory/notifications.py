"""What the ledger keeps once a message about the inventory was delivered, or failed."""

from shared.core.inventory.context import InventoryContext
from shared.core.model.item_id import INVENTORY_INTRODUCTION, INVENTORY_LEFT_OUT, UNREACHED
from shared.core.model.message import Message
from shared.core.model.notification import Notification
from shared.core.model.owners import OWNER
from shared.core.model.vocabulary import Reason, Standing


def inventory_notifications(message: Message, at: InventoryContext) -> tuple[Notification, ...]:
    """Return what the ledger keeps once `message` was delivered."""
    rows = [(each.view.item, each.view.standing, each.reason) for each in message.notices]
    if message.inventory is not None and message.inventory.first:
        rows.append((INVENTORY_INTRODUCTION, Standing.HEALTHY, Reason.INTRODUCED))
    if not rows and message.inventory is not None and message.inventory.left_out is not None:
        rows.append((INVENTORY_LEFT_OUT, Standing.HEALTHY, Reason.WEEKLY))
    if at.unreached_since(message.channel) is not None:
        rows.append((UNREACHED, Standing.HEALTHY, Reason.RECOVERED))
    return tuple(
        Notification(item, message.channel, at.now, standing, reason)
        for item, standing, reason in rows
    )


def unreached(message: Message, at: InventoryContext) -> tuple[Notification, ...]:
    """Return what the ledger keeps once `message` to an owner failed: since when mail fails."""
    channel = message.channel
    if not channel.startswith(OWNER) or at.unreached_since(channel) is not None:
        return ()
    reason = Reason.CHANNEL_FAILED
    return (Notification(UNREACHED, channel, at.now, Standing.FAILING, reason),)
