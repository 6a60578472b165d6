"""NCRONTAB: schedules `{second} {minute} {hour} {day} {month} {day-of-week}` in local time.

The app has the rule of what a field may contain. Both day fields must match. It is by hand because
croniter and cronsim have another grammar and another rule for daylight saving time.
"""

import os
import runpy
from collections.abc import Callable, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, tzinfo
from pathlib import Path
from zoneinfo import ZoneInfo

from local.functions_host.errors import HostError
from local.functions_host.time_span import time_span

NO_TIME = datetime.max.replace(microsecond=0, tzinfo=UTC)
"""When a schedule is due that never occurs, such as 31 February."""
_RULE = Path(__file__).resolve().parents[2] / "shared" / "config" / "ncrontab.py"
# not imported: a forked worker would then use this `shared` in place of that of its app
_fields: Callable[[str], Sequence[AbstractSet[int]]] = runpy.run_path(str(_RULE))["fields"]
_MAX_GAP = timedelta(days=366 * 41)  # 29 February on a weekday, across a century without one


@dataclass(frozen=True, slots=True)
class Schedule:
    """When a timer is due: `cron`, or every `period`."""

    text: str
    cron: Sequence[AbstractSet[int]]
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
    """Parse an expression of five or six fields, or a time span. Raise `HostError`."""
    if period := time_span(text):
        return Schedule(text, (), period, zone)
    try:
        return Schedule(text, _fields(text), None, zone)
    except ValueError as error:
        raise HostError(
            f"The schedule expression '{text}' was not recognized as a valid cron expression"
            f" or timespan string: {error}"
        ) from None


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
