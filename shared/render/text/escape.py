"""Text from outside reaches people as one short, visible line; nothing in it can act, hide or turn the reading direction."""

import re
import unicodedata

MAX_CHARS = 80
LOOKED_AT = 20
"""How many times the wanted length is looked at: a text may begin with what nobody sees, but not cost the time of 100 KB of it."""

_SPACES = re.compile(r"\s+")
_CARD_FUNCTION = re.compile(r"\{(?=\{)")
_MARKDOWN = re.compile(r"([\\`*_~\[\]<>])")
_MENTION = re.compile(r"<(?=/?at\b)", re.IGNORECASE)


def clean(text: str, limit: int = MAX_CHARS) -> str:
    """Give untrusted `text` as one line of at most `limit` characters, for any medium; that medium's own escaping comes after.

    Control characters and line breaks become spaces, halves of surrogate pairs a replacement mark. Format characters
    (Unicode category Cf: bidirectional overrides, zero-width characters, tags) are taken out.
    """
    head = text[: limit * LOOKED_AT]
    visible = head if head.isprintable() else "".join(_visible(character) for character in head)
    line = _SPACES.sub(" ", visible).strip()
    return (
        line if len(line) <= limit and len(head) == len(text) else line[: limit - 1].rstrip() + "…"
    )


def inert(text: str) -> str:
    """Part with a space what a card would act on even as plain text: `{{DATE(...)}}`, `{{TIME(...)}}` and `<at>`.

    The functions are part of Adaptive Cards' templating of text; mentions are Teams' own.
    """
    return _MENTION.sub("< ", _CARD_FUNCTION.sub("{ ", text))


def literal(text: str) -> str:
    """Escape a line that begins with our own words so that Markdown shows it as it is."""
    return _MARKDOWN.sub(r"\\\1", text)


def plain(text: str, limit: int = 300) -> str:
    """Put text from outside on one line without control characters, cut at `limit` characters."""
    line = " ".join(
        "".join(character if character.isprintable() else " " for character in text).split()
    )
    return line if len(line) <= limit else line[: limit - 1] + "…"


def _visible(character: str) -> str:
    match unicodedata.category(character):
        case "Cc" | "Zl" | "Zp":
            return " "
        case "Cf":
            return ""
        case "Cs":
            return "\N{REPLACEMENT CHARACTER}"
        case _:
            return character
