"""Text that shows nothing: it cannot be a name or a reason."""

import unicodedata

_EMPTY_GLYPHS = frozenset(
    "\u115f\u1160\u2800\u3164\uffa0\ufffc\U000133fc\U00013441\U00013442\U0001d159"
)
"""Fillers of Hangul, the empty Braille cell and others: they count as letters or symbols."""
_SHOW_NOTHING = frozenset("CMZ")
"""Unicode categories: control and format characters, combining marks alone, separators."""


def is_blank(text: str) -> bool:
    """Return whether a reader sees nothing in `text`: every character in it is invisible."""
    return all(
        character in _EMPTY_GLYPHS or unicodedata.category(character)[0] in _SHOW_NOTHING
        for character in text
    )
