"""Find the longest life that a policy allows, in the texts with which Graph refuses a longer one.

What was seen of these texts names the policy only; a length in them is read where there is one.
"""

import re
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import NamedTuple

_ISO = re.compile(r"\bP(?=\d)(?:(\d{1,4})Y)?(?:(\d{1,4})M)?(?:(\d{1,4})W)?(?:(\d{1,5})D)?\b")
_WORDS = re.compile(r"\b(\d{1,5})[ -]?(day|week|month|year)s?\b", re.IGNORECASE)
_SPAN = re.compile(r"\b(\d{1,5})\.00:00:00\b")
_DAYS = {"day": 1, "week": 7}
_MONTHS = {"month": 1, "year": 12}


class Life(NamedTuple):
    """A length of time."""

    said: str
    """As people read it, such as "180 days"."""
    months: int
    """How many whole months fit in, from now on."""


def longest_life(body: bytes, now: datetime) -> Life | None:
    """Return the shortest length that an error or its details name; `None` if they name none."""
    found = _lives(body.decode("utf-8", "replace"), now)
    return min(found, key=lambda life: life.months, default=None)


def _lives(text: str, now: datetime) -> Iterator[Life]:
    for years, months, weeks, days in _ISO.findall(text):
        yield _life(_number(years) * 12 + _number(months), _number(weeks) * 7 + _number(days), now)
    for count, unit in _WORDS.findall(text):
        kind = unit.lower()
        yield _life(int(count) * _MONTHS.get(kind, 0), int(count) * _DAYS.get(kind, 0), now)
    for days in _SPAN.findall(text):
        yield _life(0, int(days), now)


def _number(text: str) -> int:
    return int(text or 0)


def _life(months: int, days: int, now: datetime) -> Life:
    counts = ((months, "month"), (days, "day"))
    parts = [f"{count} {unit}{'s' * (count != 1)}" for count, unit in counts if count]
    return Life(" and ".join(parts) or "0 days", months + _whole_months(days, now))


def _whole_months(days: int, now: datetime) -> int:
    """Return how many months from now end before that many days are over, with a day to spare."""
    last = (now + timedelta(days=days - 1)).date()
    months = (last.year - now.year) * 12 + last.month - now.month - (last.day < now.day)
    return max(0, months)
