"""The values of client secrets that stand-ins create or keep; tests search all output for them."""

from secrets import choice
from string import ascii_letters, digits

KEPT: set[str] = set()
"""Every value that a stand-in of this process has had."""
_ALPHABET = ascii_letters + digits + "-_"
_MARK = "8Q~canary-"
_LENGTH = 40


def new_value(hint: str = "") -> str:
    """Return a new value of 40 characters, as Entra makes them; it begins with `hint`.

    The mark in it is for `tests.support.secret_scan`, which finds it in other processes too.
    """
    start = hint or "".join(choice(ascii_letters + digits) for _ in range(3))
    rest = _LENGTH - len(start) - len(_MARK)
    return note(start + _MARK + "".join(choice(_ALPHABET) for _ in range(rest)))


def note(value: str) -> str:
    """Remember a value for the search of this process, and return it."""
    KEPT.add(value)
    return value
