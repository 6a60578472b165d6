"""Which schedules the Functions host accepts: NCRONTAB, field by field.

The host turns off only the timer whose schedule it refuses, and everything else answers. The
grammar is that of its library (atifaziz/NCrontab: `CrontabFieldImpl`, `CrontabField`). What that
library reads in its own way is accepted as well: a range backwards, and a step of 0.

The hooks and the local host run this file as it is, so it needs Python 3.10 only and imports
nothing of `shared`.
"""

from __future__ import annotations

import re
from typing import NamedTuple

EXPECTED = "six fields (second minute hour day month weekday), such as 0 5 * * * *"
_MONTHS = "January February March April May June July August September October November December"
_WEEKDAYS = "Sunday Monday Tuesday Wednesday Thursday Friday Saturday"
_DAYS_OF_MONTH = (31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)
_MAX_NUMBER = 2**31 - 1
_SHOWN = re.compile(r"[0-9*/,+-]{1,20}|[A-Za-z,-]{1,12}")
"""A field that is shown: no credential is pasted that looks like this."""


class Mistake(NamedTuple):
    """Why the host refuses a schedule, or never runs it; and what it accepts."""

    found: str
    expected: str


class Refused(ValueError):
    """The host refuses a schedule. The text says why."""

    def __init__(self, found: str, expected: str = EXPECTED) -> None:
        """Set the mistake."""
        super().__init__(f"{found}; expected {expected}")
        self.mistake = Mistake(found, expected)


class _Kind(NamedTuple):
    """The values of one field."""

    name: str
    least: int
    most: int
    names: tuple[str, ...] = ()

    @property
    def expected(self) -> str:
        names = f", or a name such as {self.names[1][:3].upper()}" if self.names else ""
        return f"{self.least} to {self.most}{names}; also lists, ranges, steps and *"

    def values(self, text: str) -> set[int]:
        """Return the values of a field. Raise `Refused`."""
        try:
            return {value for part in text.split(",") for value in self._part(part)}
        except ValueError:
            shown = f' "{text}"' if _SHOWN.fullmatch(text) else ""
            raise Refused(f"a schedule with the {self.name}{shown}", self.expected) from None

    def _part(self, text: str) -> range:
        span, slash, step = text.partition("/")
        every = max(_step(step), 1) if slash else 1
        if span == "*":
            return range(self.least, self.most + 1, every)
        first, dash, last = span.partition("-")
        low = self._value(first)
        high = self._value(last) if dash else self.most if slash else low
        return range(min(low, high), max(low, high) + 1, every)

    def _value(self, text: str) -> int:
        if re.fullmatch("[0-9]+", text):
            value = int(text[-20:]) if not text[:-20].strip("0") else self.most + 1
        else:
            value = self._named(text)
        if not self.least <= value <= self.most:
            raise ValueError
        return value

    def _named(self, text: str) -> int:
        """Return the number of a name, of which the host needs the first letters only."""
        for number, name in enumerate(self.names, self.least):
            if text and name.lower().startswith(text.lower()):
                return number
        raise ValueError


_KINDS = (
    _Kind("second", 0, 59),
    _Kind("minute", 0, 59),
    _Kind("hour", 0, 23),
    _Kind("day", 1, 31),
    _Kind("month", 1, 12, tuple(_MONTHS.split())),
    _Kind("weekday", 0, 6, tuple(_WEEKDAYS.split())),
)


def mistake(text: str) -> Mistake | None:
    """Return the first mistake in a schedule, or `None` if the host runs it."""
    try:
        days, months = fields(text)[3:5]
    except Refused as refused:
        return refused.mistake
    if all(min(days) > _DAYS_OF_MONTH[month - 1] for month in months):
        return Mistake("a schedule for a day that its months do not have", EXPECTED)
    return None


def fields(text: str) -> list[set[int]]:
    """Return the values of each of the six fields. Raise `Refused`.

    With five fields the second is 0. Only spaces separate fields for the host.
    """
    parts = [part for part in text.split(" ") if part]
    if len(parts) == len(_KINDS) - 1:
        parts.insert(0, "0")
    if len(parts) != len(_KINDS):
        number = f"{len(parts)} fields" if len(parts) != 1 else "1 field"
        raise Refused(f"a schedule of {number}")
    return [kind.values(part) for kind, part in zip(_KINDS, parts, strict=True)]


def _step(text: str) -> int:
    """Return a step as .NET reads a whole number. Raises `ValueError`."""
    if not re.fullmatch("[+-]?[0-9]{1,10}", text) or abs(int(text)) > _MAX_NUMBER:
        raise ValueError
    return int(text)
