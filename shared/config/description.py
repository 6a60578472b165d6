"""How messages describe a value that is not accepted, without showing a credential."""

from collections.abc import Iterable
from difflib import get_close_matches

from shared.core.blank import is_blank

_MAX_CHARS = 60
_LARGE = 10**12  # Python refuses to write very long numbers in decimal


def describe(value: object) -> str:  # noqa: PLR0911  (one result a kind)
    """Return a raw value in full if it is short and harmless, otherwise its kind."""
    match value:
        case None:
            return "not set"
        case bool():
            return str(value).lower()
        case int() | float():
            return str(value) if abs(value) < _LARGE else "a large number"
        case str():
            return _describe_text(value)
        case list() if all(isinstance(element, int) for element in value):
            return _short(f"[{', '.join(map(describe, value))}]", "a long list")
        case list() | dict():
            return "a list" if isinstance(value, list) else "a table"
        case _:
            return "a date or a time without quotation marks"


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """Return a question with the most similar known word; empty if none is similar."""
    by_folded = {name.casefold(): name for name in known}
    similar = get_close_matches(word.casefold(), by_folded, n=1)
    return f"Did you mean {describe(by_folded[similar[0]])}?" if similar else ""


def _describe_text(value: str) -> str:
    if is_blank(value):
        return "empty text"
    return "a URL" if "://" in value else _short(repr(value), "a long text")


def _short(text: str, otherwise: str) -> str:
    return text if len(text) <= _MAX_CHARS else otherwise
