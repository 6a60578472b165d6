"""NCRONTAB: schedules `{second} {minute} {hour} {day} {month} {day-of-week}` in local time.

The grammar is that of the NCrontab library, which the host in Azure uses: five fields mean second
0, both day fields must match, Sunday is 0 and never 7, names may be short (`mon`, `Monday`), a
range that runs backwards is read forwards (`FRI-MON` as MON-FRI), and a step below 1 as 1. It is
by hand because croniter and cronsim have another grammar and another rule for daylight saving time.
"""

import calendar
import os
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, tzinfo
from zoneinfo import ZoneInfo

from local.functions_host.time_span import time_span

NO_TIME = datetime.max.replace(microsecond=0, tzinfo=UTC)
"""When a schedule is due that never occurs, such as 31 February."""
_MAX_GAP = timedelta(days=366 * 41)  # 29 February on a weekday, across a century without one


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
        if slash and not re.fullmatch(r"[+-]?\d+", step, re.ASCII):
            raise ScheduleError(f"the {self.name} step {text!r} is not a whole number")
        low, high = min(low, high), max(low, high)
        return range(low, high + 1, max(1, int(step)) if slash else 1)


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
    """When a timer is due: `cron`, or every `period`."""

    text: str
    cron: tuple[frozenset[int], ...]
    period: timedelta | None = None
    zone: tzinfo = UTC

    def next_after(self, instant: datetime) -> datetime:
        """Return the first due second after `instant`, in UTC.

        Where the clock goes back, a schedule runs through the hour twice if it has neighbouring
        seconds, minutes or hours, and otherwise once (azure-webjobs-sdk-extensions,
        `CronSchedule.TryAdjustAmbiguousTime`).
        """
        if self.period is not None:
            # not beyond the last year
            return instant.astimezone(UTC) + min(self.period, NO_TIME - instant)
        if instant >= NO_TIME:
            return NO_TIME
        now = instant.astimezone(self.zone)
        due = self._due(now.replace(tzinfo=None))
        if due.replace(tzinfo=UTC) == NO_TIME:
            return NO_TIME
        at = _standard(due, self.zone)
        interval = any(value + 1 in values for values in self.cron[:3] for value in values)
        behind = _offset(at) - _offset(now)
        if behind and (_twice(at) or (interval and _twice(now))):
            return at.astimezone(UTC) + behind
        while _twice(at) and not interval:
            due = self._due(due)
            at = _standard(due, self.zone)
        return at.astimezone(UTC)

    def _due(self, instant: datetime) -> datetime:
        """Return the first match after `instant`, both without a zone."""
        seconds, minutes, hours, days, months, weekdays = self.cron
        at = instant.replace(microsecond=0) + timedelta(seconds=1)
        end = at + _MAX_GAP
        while at < end:
            if at.month not in months or at.day not in days or at.isoweekday() % 7 not in weekdays:
                at = at.replace(hour=0, minute=0, second=0) + timedelta(days=1)
            elif at.hour not in hours:
                at = at.replace(minute=0, second=0) + timedelta(hours=1)
            elif at.minute not in minutes:
                at = at.replace(second=0) + timedelta(minutes=1)
            elif at.second not in seconds:
                at += timedelta(seconds=1)
            else:
                return at
        return NO_TIME.replace(tzinfo=None)


def parse(text: str, zone: tzinfo = UTC) -> Schedule:
    """Parse an expression of five or six fields, or a time span. Raise `ScheduleError`."""
    if period := time_span(text):
        return Schedule(text, (), period, zone)
    parts = [part for part in text.split(" ") if part]
    if len(parts) == len(_KINDS) - 1:
        parts.insert(0, "0")
    if len(parts) != len(_KINDS):
        fields = " ".join(f"{{{kind.name}}}" for kind in _KINDS)
        raise ScheduleError(f"{text!r} has {len(parts)} fields, not six: {fields}")
    try:
        cron = tuple(kind.values(part) for kind, part in zip(_KINDS, parts, strict=True))
    except ScheduleError as error:
        raise ScheduleError(f"{text!r}: {error}") from None
    return Schedule(text, cron, None, zone)


def local_zone() -> tzinfo:
    """Return the time zone of the setting `TZ`; UTC if it is missing or not known, as in Azure."""
    try:
        return ZoneInfo(os.environ["TZ"].removeprefix(":"))
    except (KeyError, ValueError, OSError):  # ZoneInfoNotFoundError is a KeyError
        return UTC


def _standard(due: datetime, zone: tzinfo) -> datetime:
    """Return a local time in its zone: the later of two equal ones; after a gap if it is in one."""
    at = due.replace(tzinfo=zone)
    at = at.replace(fold=1) if _twice(at) else at
    return at.astimezone(UTC).astimezone(zone)


def _offset(at: datetime) -> timedelta:
    return at.utcoffset() or timedelta()


def _twice(at: datetime) -> bool:
    """Return whether the clock shows this local time twice."""
    return _offset(at.replace(fold=0)) > _offset(at.replace(fold=1))
