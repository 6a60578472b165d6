"""Text from outside as a reader may see it."""

import unicodedata


def visible(text: str) -> str:
    """Return `text` without characters that act, hide or turn the reading direction.

    Control characters and line breaks become spaces. Format characters (Unicode category Cf) are
    removed. Halves of surrogate pairs, unassigned and private-use characters become U+FFFD.
    """
    return text if text.isprintable() else "".join(map(_visible, text))


def _visible(character: str) -> str:
    match unicodedata.category(character):
        case "Cc" | "Zl" | "Zp":
            return " "
        case "Cf":
            return ""
        case "Cs" | "Cn" | "Co":
            return "\N{REPLACEMENT CHARACTER}"
        case _:
            return character
