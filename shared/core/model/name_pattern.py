"""Patterns for names in a watchlist: `*` matches any text, and every other character is itself.

Case is ignored. `?`, `[` and `]` are letters of a name such as "[TEST] sandbox".
"""

import re
from collections.abc import Iterable
from fnmatch import translate
from functools import lru_cache


def matches_name(pattern: str, name: str) -> bool:
    """Return whether a pattern matches a whole name."""
    return _compiled(pattern).match(name.casefold()) is not None


def any_of(patterns: Iterable[str]) -> re.Pattern[str]:
    """Return one expression for case-folded names; without patterns, one that never matches."""
    return re.compile("|".join(map(_expression, patterns)) or r"(?!)")


def _expression(pattern: str) -> str:
    return translate(pattern.casefold().replace("[", "[[]").replace("?", "[?]"))


@lru_cache(maxsize=1_000)
def _compiled(pattern: str) -> re.Pattern[str]:
    return re.compile(_expression(pattern))
