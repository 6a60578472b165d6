"""Tables in Markdown."""

from collections.abc import Iterable, Sequence


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Return a table; it ends with a line break."""
    lines = [head, ["---"] * len(head), *rows]
    return "".join(f"|{'|'.join(_cell(each) for each in line)}|\n" for line in lines)


def code(text: str) -> str:
    """Return a text in code font."""
    return f"`{text}`"


def _cell(text: str) -> str:
    plain = " ".join(text.split()).replace("|", "\\|")
    return plain if plain == "---" else f" {plain} " if plain else " "
