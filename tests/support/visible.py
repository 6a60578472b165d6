"""Characters that a person cannot see in a text file, made visible."""

from collections.abc import Iterable

PRINTABLE_BUT_UNSEEN = "\N{COMBINING GRAPHEME JOINER}"


def visible(text: str) -> str:
    """Return `text` with line breaks and invisible characters written as ⟨U+202E⟩."""
    return "".join(
        char if char.isprintable() and char not in PRINTABLE_BUT_UNSEEN else f"⟨U+{ord(char):04X}⟩"
        for char in text
    )


def visible_lines(text: str) -> list[str]:
    """Return the lines of `text`, each made visible. Only a line feed ends a line."""
    return [visible(line) for line in text.split("\n")]


def indented(lines: Iterable[str]) -> list[str]:
    """Return the lines one level deeper; empty ones stay empty."""
    return [f"  {line}" if line else "" for line in lines]
