"""Names as tables: what a test spells out, and what is found in a document."""

import re
from collections.abc import Mapping
from typing import Any

type Names = Mapping[str, set[str]]


def table(text: str) -> Names:
    """Read a table: on each line a place, a colon, and the names that are there, parted by spaces."""
    lines = (re.split(r":(?: |$)", line.strip(), maxsplit=1) for line in text.strip().splitlines())
    return {place: set(names.split()) for place, names in lines}


def names_in(document: Any, place: str = "/") -> Names:  # noqa: ANN401  (any JSON)
    """Give the names of each object of a document by its place; the objects of a list are in one place."""
    found: dict[str, set[str]] = {}
    if isinstance(document, dict):
        found[place] = set(document)
    inner = (
        document.items()
        if isinstance(document, dict)
        else [("", each) for each in document]
        if isinstance(document, list)
        else []
    )
    for name, value in inner:
        for deeper, names in names_in(
            value, f"{place.rstrip('/')}/{name}" if name else place
        ).items():
            found.setdefault(deeper, set()).update(names)
    return found
