"""NCRONTAB: schedules `{second} {minute} {hour} {day} {month} {day-of-week}` in UTC.

The grammar is that of the NCrontab library, which the host in Azure uses: five fields mean second
0, both day fields must match (cron on Unix needs only one of them), Sunday is 0 and never 7, names
may be short (`mon`, `Monday`). Two of its silent surprises are errors here: a range that runs
backwards (`FRI-MON`, which it reads as MON-FRI) and a step of 0 (which it reads as 1).
"""

import calendar
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

_MAX_GAP = timedelta(
    days=366 * 41
)  # 29 February on a given weekday, across a century year without one


class ScheduleError(ValueError):
    """The text is not a schedule. The message says why."""


@dataclass(frozen=True, slots=True)
class _Kind:
    """The values that a field of the expression accepts."""

    name: str
    least: int
    most: int
    names: Sequence[str] = ()

    def value(self, text: str) -> int:
        """Parse a number, or the beginning of a name."""
        number = int(text) if text.isascii() and text.isdigit() else self._named(text)
        if number is None or not self.least <= number <= self.most:
            names = f", or a name such as {self.names[1][:3].upper()}" if self.names else ""
            raise ScheduleError(
                f"the {self.name} {text!r} is not a number from {self.least} to {self.most}{names}"
            )
        return number

    def _named(self, text: str) -> int | None:
        found = (
            at
            for at, name in enumerate(self.names)
            if text and name.lower().startswith(text.lower())
        )
        return next((at + self.least for at in found), None)

    def values(self, text: str) -> frozenset[int]:
        """Parse a whole field: values, ranges and steps, with commas between them."""
        return frozenset(value for part in text.split(",") for value in self._part(part))

    def _part(self, text: str) -> range:
        span, slash, step = text.partition("/")
        first, dash, last = span.partition("-")
        if span == "*":
            low, high = self.least, self.most
        else:
            low = self.value(first)
            high = self.value(last) if dash else self.most if slash else low
        if low > high:
            raise ScheduleError(f"the {self.name} range {span!r} runs backwards")
        if slash and not (step.isascii() and step.isdigit() and int(step)):
            raise ScheduleError(f"the {self.name} step {text!r} is not a whole number above 0")
        return range(low, high + 1, int(step) if slash else 1)


_KINDS = (
    _Kind("second", 0, 59),
    _Kind("minute", 0, 59),
    _Kind("hour", 0, 23),
    _Kind("day", 1, 31),
    _Kind("month", 1, 12, calendar.month_name[1:]),
    _Kind("day of the week", 0, 6, [calendar.day_name[-1], *calendar.day_name[:-1]]),
)


@dataclass(frozen=True, slots=True)
class Schedule:
    """When a timer is due."""

    text: str
    seconds: frozenset[int]
    minutes: frozenset[int]
    hours: frozenset[int]
    days: frozenset[int]
    months: frozenset[int]
    weekdays: frozenset[int]

    def next_after(self, instant: datetime) -> datetime:
        """Return the first due second after `instant`; both in UTC."""
        at = instant.replace(microsecond=0) + timedelta(seconds=1)
        end = at + _MAX_GAP
        while at < end:
            if (
                at.month not in self.months
                or at.day not in self.days
                or at.isoweekday() % 7 not in self.weekdays
            ):
                at = at.replace(hour=0, minute=0, second=0) + timedelta(days=1)
            elif at.hour not in self.hours:
                at = at.replace(minute=0, second=0) + timedelta(hours=1)
            elif at.minute not in self.minutes:
                at = at.replace(second=0) + timedelta(minutes=1)
            elif at.second not in self.seconds:
                at += timedelta(seconds=1)
            else:
                return at
        raise ScheduleError(f"{self.text!r} never occurs")


def parse(text: str) -> Schedule:
    """Parse an expression of five or six fields. Raise `ScheduleError` if it is invalid."""
    parts = text.split()
    if len(parts) == len(_KINDS) - 1:
        parts.insert(0, "0")
    if len(parts) != len(_KINDS):
        fields = " ".join(f"{{{kind.name}}}" for kind in _KINDS)
        raise ScheduleError(f"{text!r} has {len(parts)} fields, not six: {fields}")
    try:
        schedule = Schedule(
            text, *(kind.values(part) for kind, part in zip(_KINDS, parts, strict=True))
        )
    except ScheduleError as error:
        raise ScheduleError(f"{text!r}: {error}") from None
    schedule.next_after(datetime(2000, 1, 1, tzinfo=UTC))
    return schedule
