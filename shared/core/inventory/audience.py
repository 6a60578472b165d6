"""Who is notified of an item of the inventory: owners, or the channels of the watchlist.

An owner is notified about their own apps only; apps without a reachable owner go to the channels.
From seven days before the expiry on, the channels are notified too: nothing shows that an owner
still reads their mail.
The first message goes to the channels alone, so that nobody is surprised by a hundred mails.
"""

from dataclasses import replace

from shared.core.inventory.context import InventoryContext
from shared.core.model.days import days_between
from shared.core.model.inventory import InventoryView
from shared.core.model.owners import AppOwners
from shared.core.model.vocabulary import Severity, Standing


# The audience is remembered, so that owners are read only when a message is due, and a failed mail
# stays pending for that person. If all mail to owners fails, the channels are notified from the
# next day on.
def audience_of(
    view: InventoryView, owned: AppOwners | None, at: InventoryContext, *, looked_up: bool
) -> tuple[str, ...]:
    """Return the channels that an item concerns.

    If the owners could not be looked up (`owned` is `None`), the channels are notified now, and
    the owners once they are known. If mail to every owner fails, both are: the owners' message
    stays pending, and somebody has to know. If nobody looked them up, the item is not due.
    """
    if not at.rules.owners or not at.introduced:
        return at.rules.tell
    if not looked_up:
        return ()
    owners = tuple(owner.channel for owner in owned.reachable) if owned is not None else ()
    alone = not is_urgent(view) and any(_may_reach(owner, at) for owner in owners)
    return owners if alone else (*owners, *at.rules.tell)


def is_urgent(view: InventoryView) -> bool:
    """Return whether the channels get an item even if its owner does."""
    return view.severity == Severity.CRITICAL or view.standing == Standing.EXPIRED


def for_channels(owned: AppOwners | None, at: InventoryContext) -> AppOwners | None:
    """Return the owners of an app as the channels see them: with whether mail to them fails."""
    if owned is None or not owned.reachable:
        return owned
    since = [at.unreached_since(owner.channel) for owner in owned.reachable]
    return replace(owned, unreached=None not in since)


def _may_reach(owner: str, at: InventoryContext) -> bool:
    """Return whether mail to an owner works, or began to fail today."""
    since = at.unreached_since(owner)
    return since is None or days_between(since, at.now, at.watchlist.zone) <= 0
