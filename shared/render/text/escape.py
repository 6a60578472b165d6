"""Clean text from outside: names, notes and errors that other people or services wrote.

`clean` makes one visible line for people; nothing in it can act, hide or turn the reading
direction. `storable` is for the ledger: rules match stored names, so it changes only what a
table cannot hold. Both cut at a limit of the caller, with an ellipsis as the last character.
"""

import re

from shared.core.blank import is_blank
from shared.core.visible import visible

MAX_CHARS = 80
MAX_NAME_CHARS = 120
"""For names of apps and people in the inventory."""
MAX_WATCHLIST_TEXT_CHARS = 300
"""How much of a text of the watchlist or of Entra's notes is shown."""
MAX_ERROR_CHARS = 300
"""For the text of an error that a library or a service wrote."""
SCANNED_LENGTHS = 20
"""`clean` looks at this many times `limit` characters: the start of a text may be invisible."""

_SPACES = re.compile(r"\s+")
_CARD_FUNCTION = re.compile(r"\{(?=\{)")
_MARKDOWN = re.compile(r"([\\`*_~\[\]<>])")
_MENTION = re.compile(r"<(?=/?at\b)", re.IGNORECASE)
_NOT_STORABLE = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff]")


def clean(text: str, limit: int = MAX_CHARS) -> str:
    """Return untrusted `text` as one visible line of at most `limit` characters.

    Control characters and line breaks become spaces. Format characters (Unicode category Cf:
    bidirectional overrides, zero-width characters, tags) are removed. Halves of surrogate pairs,
    unassigned and private-use characters become U+FFFD: a reader may see nothing in their place.
    A line of blank letters is empty. The escaping of a medium (card, HTML, CSV) comes after this.
    """
    head = text[: limit * SCANNED_LENGTHS]
    line = _SPACES.sub(" ", visible(head)).strip()
    if is_blank(line):
        return ""
    if len(line) <= limit and len(head) == len(text):
        return line
    return line[: limit - 1].rstrip() + "…"


def storable(text: str, limit: int) -> str:
    """Return `text` in at most `limit` characters, with U+FFFD for what a table cannot hold.

    These are control characters, except tab and line feed, and halves of surrogate pairs.
    """
    kept = _NOT_STORABLE.sub("\N{REPLACEMENT CHARACTER}", text[: limit + 1])
    return kept if len(kept) <= limit else kept[: limit - 1] + "…"


def inert(text: str) -> str:
    """Insert a space into what a card acts on even in plain text.

    `{{DATE(...)}}` and `{{TIME(...)}}` are functions of Adaptive Cards, `<at>` is a mention
    in Teams.
    """
    return _MENTION.sub("< ", _CARD_FUNCTION.sub("{ ", text))


def literal(text: str) -> str:
    """Escape Markdown in a line that begins with our own words."""
    return _MARKDOWN.sub(r"\\\1", text)
