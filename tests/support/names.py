"""Names as tables: those that a test writes out, and those of a document."""

import re
from collections.abc import Mapping
from typing import Any

type Names = Mapping[str, set[str]]


def table(text: str) -> Names:
    """Return a table as names by place.

    A line is a place, a colon, and names separated by spaces. Lines of the same place add up.
    """
    found: dict[str, set[str]] = {}
    for line in text.strip().splitlines():
        place, names = re.split(r":(?: |$)", line.strip(), maxsplit=1)
        found.setdefault(place, set()).update(names.split())
    return found


def names_in(document: Any, place: str = "/") -> Names:  # noqa: ANN401  (any JSON)
    """Return the names of each object of a document by place. A list is one place."""
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
