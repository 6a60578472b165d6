"""Which messages about the inventory are due now, to channels and to owners."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from shared.core.inventory.audience import audience_of, for_channels, is_urgent
from shared.core.inventory.context import InventoryContext
from shared.core.inventory.judge import inventory_view, inventory_views, urgency
from shared.core.inventory.messages import message_to_owner, messages_to_channels
from shared.core.inventory.reading import COPY
from shared.core.inventory.reason import reason_due
from shared.core.model.inventory import InventoryItem, InventoryView
from shared.core.model.message import Message, Notice
from shared.core.model.owners import AppOwners, Owner
from shared.core.model.vocabulary import Role

OWNERS_A_CHECK = 100
"""Owners who get mail in one check; the others wait for the next one.

Exchange sends 30 messages a minute from a mailbox.
"""
RENEWER = frozenset({Role.RENEWER})

type Notices = dict[str, list[Notice]]
"""What is due, by channel."""


@dataclass(frozen=True, slots=True)
class Plan:
    """The messages that are due, and the owners of their items."""

    messages: tuple[Message, ...]
    owners: Mapping[str, Owner]
    """By channel: the owners among the recipients."""
    listed: tuple[InventoryItem, ...] = ()
    """Items whose audience has changed; saved before anybody is notified."""
    withheld: int = 0
    """Owners who have to wait for the next check."""
    failed: Mapping[str, str] = field(default_factory=dict)
    """By item: why it cannot be evaluated."""


def to_look_up(at: InventoryContext) -> tuple[InventoryItem, ...]:
    """Return the items that are due, so that their owners must be known.

    None on the day of the first message, which goes to the channels alone.
    """
    if not at.rules.owners or not at.introduced:
        return ()
    known = (each for each in at.memory.items.values() if each.item not in at.unknown)
    return tuple(each for each in known if _is_due(each, at))


def plan(at: InventoryContext, owned: Mapping[str, AppOwners]) -> Plan:
    """Return the messages that are due.

    Args:
        at: The check.
        owned: The owners of the apps of `to_look_up`, by object id; absent: not known.
    """
    looked_up = {each.item for each in to_look_up(at)}
    due: Notices = defaultdict(list)
    owners: dict[str, Owner] = {}
    changed: list[InventoryItem] = []
    for view in (each for each in inventory_views(at) if each.item not in at.unknown):
        asked = view.item in looked_up
        app_owners = owned.get(view.listed.object_id) if asked else None
        if app_owners is not None:
            owners |= {owner.channel: owner for owner in app_owners.reachable}
        audience = audience_of(view, app_owners, at, looked_up=asked)
        for channel in audience:
            notice = _notice(view, channel, app_owners, at)
            if notice is not None:
                due[channel].append(notice)
        if app_owners is not None and audience != view.listed.audience:
            changed.append(replace(view.listed, audience=audience))
    late = _late_owners(due, owners, at)
    in_time = [name for name in due if name in owners and name not in late]
    to_owners = [message_to_owner(owners[name], due[name], at) for name in in_time]
    messages = (*messages_to_channels(due, at), *to_owners)
    return Plan(messages, owners, tuple(changed), len(late))


# Nothing is sent about items that a read did not see: the next good read sends what became due.
def _is_due(listed: InventoryItem, at: InventoryContext) -> bool:
    """Return whether an item is due to anybody in its last audience, or at all without one."""
    view = inventory_view(listed, at)
    if not listed.audience:
        return reason_due(view, None, at) is not None
    audience = {*listed.audience, *(at.rules.tell if is_urgent(view) else ())}
    last = (at.last_message(view.item, channel) for channel in audience)
    return any(reason_due(view, each, at) is not None for each in last)


def _notice(
    view: InventoryView, channel: str, owned: AppOwners | None, at: InventoryContext
) -> Notice | None:
    reason = reason_due(view, at.last_message(view.item, channel), at)
    if reason is None:
        return None
    if channel in at.rules.tell:
        return Notice(replace(view, owned=for_channels(owned, at)), reason, COPY)
    return Notice(replace(view, owned=owned), reason, RENEWER)


def _late_owners(due: Notices, owners: Mapping[str, Owner], at: InventoryContext) -> frozenset[str]:
    """Return the owners who have to wait: those with the least urgent items.

    Owners who wait for their first message come first. Owners whose mail fails come last: they
    would take the turns of others, check after check.
    """

    def turn(name: str) -> tuple[bool, bool, tuple[int, int, str]]:
        last = [at.last_message(notice.view.item, name) for notice in due[name]]
        return at.unreached_since(name) is not None, None not in last, min(_ranks(due[name]))

    recipients = sorted((name for name in due if name in owners), key=turn)
    return frozenset(recipients[OWNERS_A_CHECK:])


def _ranks(notices: Sequence[Notice]) -> list[tuple[int, int, str]]:
    views = (notice.view for notice in notices)
    return [urgency(view) for view in views if isinstance(view, InventoryView)]
