"""Where a moment is on a picture: local days from left to right, with months and years, and today as a line."""

from collections.abc import Iterable, Iterator
from datetime import date, datetime, timedelta
from typing import NamedTuple
from zoneinfo import ZoneInfo

from shared.render.page.svg import SvgBuilder
from shared.render.text.dates import full_day

BACK, AHEAD, MAX_AHEAD = timedelta(days=75), timedelta(days=120), timedelta(days=800)
"""How far a picture reaches at least, to either side of today, and how far ahead at most."""
SHOWN_AFTER_ITS_END = timedelta(days=365)
ROOM = 0.16
"""How much of the span is left free after the last end, for the words beside it."""
MAX_NAME_WIDTH = 34.0
MONTHS_NAMED, QUARTERS_NAMED = 14, 56
"""Up to so many months each one is named; up to so many, every third; beyond, years alone."""


class Scale(NamedTuple):
    """Turns moments into pixels between `left` and `right`; what is outside is at the edge."""

    first: date
    last: date
    zone: ZoneInfo
    left: float
    right: float

    def x(self, moment: datetime) -> float:
        """Place an instant, by its local day and hour."""
        local = moment.astimezone(self.zone)
        return self.day(local.date(), local.hour + local.minute / 60)

    def day(self, day: date, hours: float = 0.0) -> float:
        """Place a local day, and the hours since its midnight."""
        share = ((day - self.first).days + hours / 24) / (self.last - self.first).days
        return self.left + (self.right - self.left) * min(1.0, max(0.0, share))

    def reaches(self, moment: datetime) -> bool:
        """Say whether an instant is not after the picture."""
        return moment.astimezone(self.zone).date() <= self.last


def scale_for(
    ends: Iterable[datetime], now: datetime, zone: ZoneInfo, *, left: float, right: float
) -> Scale:
    """Choose the span: around today, from before what ended within a year to after the last end."""
    today = now.astimezone(zone).date()
    days = [end.astimezone(zone).date() for end in ends]
    recent = (day - timedelta(days=30) for day in days if day >= today - SHOWN_AFTER_ITS_END)
    first = min([today - BACK, *recent])
    last = min(max([today + AHEAD, *days]), today + MAX_AHEAD)
    return Scale(first, last + (last - first) * ROOM, zone, left, right)


def draw_calendar(svg: SvgBuilder, scale: Scale, top: float, bottom: float) -> None:
    """Draw months as fine lines with their names above `top`, years in bold; fewer names where they would be crowded."""
    months = list(_months(scale.first, scale.last))
    step = 1 if len(months) <= MONTHS_NAMED else 3 if len(months) <= QUARTERS_NAMED else 12
    for month in months:
        if (month.month - 1) % step:
            continue
        x, january = scale.day(month), month.month == 1
        svg.line(
            x, top - 18, x, bottom, stroke="currentColor", stroke_opacity=0.35 if january else 0.14
        )
        if x + MAX_NAME_WIDTH <= scale.right:
            svg.write(
                f"{month:%Y}" if january else f"{month:%b}",
                x + 4,
                top - 8,
                font_size=11,
                font_weight=700 if january else 400,
            )


def draw_today(svg: SvgBuilder, scale: Scale, now: datetime, top: float, bottom: float) -> None:
    """Draw the line of today, from `top`, with its date above."""
    x = scale.x(now)
    svg.line(x, top, x, bottom, stroke="currentColor", stroke_width=1.5)
    svg.write(
        f"today, {full_day(now.astimezone(scale.zone).date())}",
        x,
        top - 6,
        text_anchor="middle",
        font_size=12,
        font_weight=600,
    )


def _months(first: date, last: date) -> Iterator[date]:
    """Give the first days of months within the span."""
    month = first.replace(day=1)
    while month <= last:
        if month >= first:
            yield month
        month = (month + timedelta(days=32)).replace(day=1)
