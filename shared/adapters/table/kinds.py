"""Kinds of rows that a check remembers: the record of each kind, and its row key."""

from collections.abc import Mapping
from operator import attrgetter
from typing import NamedTuple

from shared.adapters.table.keys import key
from shared.core.model.decision import Acknowledgement, Assignment, InUse, PreviousCredential
from shared.core.model.directory import AppRecord
from shared.core.model.hand_over import HandOver
from shared.core.model.inventory import InventoryItem
from shared.core.model.memory import ChannelState, CredentialRecord, ItemState, Use
from shared.core.model.notification import Notification

type Remembered = (
    InUse
    | PreviousCredential
    | Assignment
    | Acknowledgement
    | CredentialRecord
    | AppRecord
    | ItemState
    | Notification
    | ChannelState
    | Use
    | InventoryItem
    | HandOver
)


class RowKind(NamedTuple):
    """A kind of row: its record, and the fields that make its key."""

    record: type[Remembered]
    names: tuple[str, ...]


KINDS: Mapping[str, RowKind] = {
    "acknowledgement": RowKind(Acknowledgement, ("service",)),
    "app": RowKind(AppRecord, ("key",)),
    "assignment": RowKind(Assignment, ("key_id",)),
    "channel": RowKind(ChannelState, ("name",)),
    "former": RowKind(PreviousCredential, ("service", "key_id")),
    "handover": RowKind(HandOver, ("service",)),
    "hold": RowKind(InUse, ("service",)),
    "item": RowKind(ItemState, ("item",)),
    "listed": RowKind(InventoryItem, ("object_id", "credential.key_id")),
    "sighting": RowKind(CredentialRecord, ("credential.key_id",)),
    "told": RowKind(Notification, ("item", "channel")),
    "use": RowKind(Use, ("key_id",)),
}
"""By the first part of the row key, as existing ledgers have it: do not rename these.

`listed` is in the partition of an inventory only.
"""
KEY_FIELDS: Mapping[type, tuple[str, ...]] = {kind.record: kind.names for kind in KINDS.values()}


def key_of(record: Remembered) -> str:
    """Return the row key of a record. Raises `LedgerError` if a table does not take it."""
    name, kind = next(each for each in KINDS.items() if isinstance(record, each[1].record))
    return key(name, *(attrgetter(field)(record) for field in kind.names))
