"""A section of items that are not services: as many as fit, and how many there are."""

from collections.abc import Sequence
from typing import NamedTuple

from shared.render.page.other_items import Item

ITEMS = 25
"""The most items of one kind on a page. Nothing limits how many the ledger has."""


class Section(NamedTuple):
    """The first items of a kind."""

    items: Sequence[Item]
    rest: str
    """A sentence about the items that are not shown; empty if there are none."""


def section(items: Sequence[Item]) -> Section:
    """Return the part of some items that a page shows."""
    rest = (
        f"The first {ITEMS} of {len(items):,} are shown, the others once these are dealt with. "
        "The status feed lists all."
    )
    return Section(items[:ITEMS], rest if len(items) > ITEMS else "")
