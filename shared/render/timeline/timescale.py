"""The time axis: local days from left to right, with months and years, and a line for today."""

from collections.abc import Iterable, Iterator
from datetime import date, datetime, timedelta
from typing import NamedTuple
from zoneinfo import ZoneInfo

from shared.render.text.dates import full_day
from shared.render.timeline.svg import SvgBuilder

MIN_PAST, MIN_FUTURE, MAX_FUTURE = timedelta(days=75), timedelta(days=120), timedelta(days=800)
SHOWN_AFTER_EXPIRY = timedelta(days=365)
MARGIN_AFTER_LAST_END = 0.16
"""The share of the span that is left free for the text beside the last end."""
MAX_NAME_WIDTH = 34.0
MAX_MONTHS_NAMED, MAX_QUARTERS_NAMED = 14, 56
"""Up to 14 months, each is named; up to 56, every third; beyond that, only years."""


class Scale(NamedTuple):
    """Converts instants to pixels between `left` and `right`; outside the span, to the edge."""

    first: date
    last: date
    zone: ZoneInfo
    left: float
    right: float

    def x(self, moment: datetime) -> float:
        """Return the position of an instant, by its local date and time."""
        local = moment.astimezone(self.zone)
        return self.day(local.date(), local.hour + local.minute / 60)

    def day(self, day: date, hours: float = 0.0) -> float:
        """Return the position of a local day, `hours` after its midnight."""
        share = ((day - self.first).days + hours / 24) / (self.last - self.first).days
        return self.left + (self.right - self.left) * min(1.0, max(0.0, share))

    def reaches(self, moment: datetime) -> bool:
        """Return whether an instant is not after the end of the span."""
        return moment.astimezone(self.zone).date() <= self.last


def scale_for(
    ends: Iterable[datetime], now: datetime, zone: ZoneInfo, *, left: float, right: float
) -> Scale:
    """Return a scale around today that shows all ends, except those over a year ago."""
    today = now.astimezone(zone).date()
    days = [end.astimezone(zone).date() for end in ends]
    recent = (day - timedelta(days=30) for day in days if day >= today - SHOWN_AFTER_EXPIRY)
    first = min([today - MIN_PAST, *recent])
    last = min(max([today + MIN_FUTURE, *days]), today + MAX_FUTURE)
    return Scale(first, last + (last - first) * MARGIN_AFTER_LAST_END, zone, left, right)


def draw_calendar(svg: SvgBuilder, scale: Scale, top: float, bottom: float) -> None:
    """Draw months as thin lines with their names above `top`, and years in bold."""
    months = list(_months(scale.first, scale.last))
    step = _months_between_names(len(months))
    for month in months:
        if (month.month - 1) % step:
            continue
        x, january = scale.day(month), month.month == 1
        opacity = 0.35 if january else 0.14
        svg.line(x, top - 18, x, bottom, stroke="currentColor", stroke_opacity=opacity)
        if x + MAX_NAME_WIDTH <= scale.right:
            name, weight = (f"{month:%Y}", 700) if january else (f"{month:%b}", 400)
            svg.write(name, x + 4, top - 8, font_size=11, font_weight=weight)


def draw_today(svg: SvgBuilder, scale: Scale, now: datetime, top: float, bottom: float) -> None:
    """Draw a line for today, with the date above it."""
    x = scale.x(now)
    svg.line(x, top, x, bottom, stroke="currentColor", stroke_width=1.5)
    text = f"today, {full_day(now.astimezone(scale.zone).date())}"
    svg.write(text, x, top - 6, text_anchor="middle", font_size=12, font_weight=600)


def _months_between_names(months: int) -> int:
    if months <= MAX_MONTHS_NAMED:
        return 1
    return 3 if months <= MAX_QUARTERS_NAMED else 12


def _months(first: date, last: date) -> Iterator[date]:
    """Yield the first day of each month in the span."""
    month = first.replace(day=1)
    while month <= last:
        if month >= first:
            yield month
        month = (month + timedelta(days=32)).replace(day=1)
