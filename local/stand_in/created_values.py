"""The values of client secrets that stand-ins create or keep; tests search all output for them."""

from secrets import choice
from string import ascii_letters, digits

MARK = "canary-"
KEPT: set[str] = set()
"""Every value without the mark that a stand-in of this process has had."""
_ALPHABET = ascii_letters + digits + "-_"
_LENGTH = 40


def new_value(hint: str = "") -> str:
    """Return a new value of 40 characters, as Entra makes them; it begins with `hint`.

    The mark in it is for `tests.support.secret_scan`, which finds it in other processes too.
    """
    start = hint or "".join(choice(ascii_letters + digits) for _ in range(3))
    start += f"8Q~{MARK}"
    return start + "".join(choice(_ALPHABET) for _ in range(_LENGTH - len(start)))


def note(value: str) -> str:
    """Remember a value that the search would not know by its mark, and return it."""
    if MARK not in value:
        KEPT.add(value)
    return value
