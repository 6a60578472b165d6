"""The id of an item: what messages, ledger rows, JSON and calendar UIDs refer to.

The text of an id is stored: it must never change. Other modules keep it as `str`; only this
module knows how it is made up.
"""

from dataclasses import dataclass
from enum import StrEnum
from typing import Self


class ItemKind(StrEnum):
    """What an item is, by the prefix of its id."""

    SERVICE = ""
    """A service id has no prefix, and no colon."""
    CREDENTIAL = "credential"
    """An unclaimed credential of a watched app."""
    APP = "app"
    REDIRECT_URIS = "redirect_uris"
    FAILURE = "failure"
    """A watched app that was read and could not be evaluated."""
    LEFTOVER = "leftover"
    """The last days of an older credential: service id and key id."""
    DELETABLE = "delete"
    """An older credential that can be deleted: service id and key id."""
    CHANNEL = "channel"
    READING = "reading"
    WEEKLY = "weekly"
    FEWER = "fewer"
    TRIED = "tried"
    """An app (by key) that was never read; the item keeps when the first attempt was."""
    INTRODUCTION = "introduction"
    INVENTORY = "tenant"
    """A credential in the inventory: object id and key id."""
    UNREACHED = "unreached"
    """An owner whose mail fails; the item keeps since when."""
    UNKNOWN = "?"
    """Written by another version of the program."""


_PAIRS = frozenset({ItemKind.LEFTOVER, ItemKind.DELETABLE, ItemKind.INVENTORY})
_WITHOUT_PREFIX = frozenset({ItemKind.SERVICE, ItemKind.UNKNOWN})


@dataclass(frozen=True, slots=True)
class ItemId:
    """The kind of an item, and the ids after the prefix: two for a pair, else one."""

    kind: ItemKind
    parts: tuple[str, ...]

    def __str__(self) -> str:
        """Return the stored text."""
        prefix = () if self.kind in _WITHOUT_PREFIX else (self.kind,)
        return ":".join((*prefix, *self.parts))

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read the stored text. Every text is the id of some item; at worst of an unknown one."""
        prefix, colon, rest = text.partition(":")
        if not colon:
            return cls(ItemKind.SERVICE, (text,))
        if prefix not in _KIND_BY_PREFIX:
            return cls(ItemKind.UNKNOWN, (text,))
        kind = _KIND_BY_PREFIX[prefix]
        return cls(kind, tuple(rest.split(":", 1)) if kind in _PAIRS else (rest,))


_KIND_BY_PREFIX = {kind.value: kind for kind in ItemKind if kind not in _WITHOUT_PREFIX}


def item_id(kind: ItemKind, *parts: str) -> str:
    """Return the stored text of an id; a kind that has only one item has an empty part."""
    return str(ItemId(kind, parts or ("",)))


INTRODUCTION = item_id(ItemKind.INTRODUCTION)
"""The item under which the ledger keeps when a channel was introduced."""
INVENTORY_INTRODUCTION = item_id(ItemKind.INTRODUCTION, "tenant")
"""The same for the inventory."""
INVENTORY_LEFT_OUT = item_id(ItemKind.WEEKLY, "tenant")
"""The item of a message that says only what is left out of the inventory."""
UNREACHED = item_id(ItemKind.UNREACHED)
