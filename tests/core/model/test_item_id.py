"""The ids of items: their text is stored, so it never changes."""

import pytest

from shared.core.model.item_id import (
    INTRODUCTION,
    INVENTORY_INTRODUCTION,
    UNREACHED,
    ItemId,
    ItemKind,
    item_id,
)

STORED = {
    "libcal": ItemId(ItemKind.SERVICE, ("libcal",)),
    "credential:k1": ItemId(ItemKind.CREDENTIAL, ("k1",)),
    "app:libcal": ItemId(ItemKind.APP, ("libcal",)),
    "redirect_uris:libcal": ItemId(ItemKind.REDIRECT_URIS, ("libcal",)),
    "failure:libcal": ItemId(ItemKind.FAILURE, ("libcal",)),
    "leftover:libcal:k1": ItemId(ItemKind.LEFTOVER, ("libcal", "k1")),
    "delete:libcal:k1": ItemId(ItemKind.DELETABLE, ("libcal", "k1")),
    "channel:its": ItemId(ItemKind.CHANNEL, ("its",)),
    "reading:": ItemId(ItemKind.READING, ("",)),
    "reading:tenant": ItemId(ItemKind.READING, ("tenant",)),
    "weekly:": ItemId(ItemKind.WEEKLY, ("",)),
    "fewer:tenant": ItemId(ItemKind.FEWER, ("tenant",)),
    "tried:libcal": ItemId(ItemKind.TRIED, ("libcal",)),
    "introduction:": ItemId(ItemKind.INTRODUCTION, ("",)),
    "introduction:tenant": ItemId(ItemKind.INTRODUCTION, ("tenant",)),
    "tenant:o1:k1": ItemId(ItemKind.INVENTORY, ("o1", "k1")),
    "unreached:": ItemId(ItemKind.UNREACHED, ("",)),
    "later:x:y": ItemId(ItemKind.UNKNOWN, ("later:x:y",)),
    ":x": ItemId(ItemKind.UNKNOWN, (":x",)),
    "?:x": ItemId(ItemKind.UNKNOWN, ("?:x",)),
}


@pytest.mark.parametrize(("text", "item"), STORED.items())
def test_the_stored_text_of_an_id_is_read_and_written(text: str, item: ItemId) -> None:
    assert ItemId.parse(text) == item
    assert str(item) == text
    assert item_id(item.kind, *item.parts) == text


def test_every_kind_has_a_stored_text() -> None:
    assert {item.kind for item in STORED.values()} == set(ItemKind)


def test_ids_without_parts_end_with_a_colon() -> None:
    found = (INTRODUCTION, INVENTORY_INTRODUCTION, UNREACHED)
    assert found == ("introduction:", "introduction:tenant", "unreached:")
