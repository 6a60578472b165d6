"""Marks for the reminders of a service on its line."""

from collections.abc import Iterator
from datetime import date, timedelta

from shared.core.judge.rotation import reminders
from shared.core.model.context import CheckContext
from shared.core.model.directory import Credential
from shared.core.model.views import ServiceView
from shared.core.model.vocabulary import Loss
from shared.core.notify.reason import ACKNOWLEDGED_ABOVE
from shared.render.timeline.svg import SvgBuilder
from shared.render.timeline.timescale import Scale


def draw_reminders(
    svg: SvgBuilder,
    view: ServiceView,
    credential: Credential,
    at: CheckContext,
    scale: Scale,
    y: float,
) -> None:
    """Draw a mark for each sent and each future reminder that lies in the span."""
    for day in _sent(view, credential, at):
        if scale.first <= day <= scale.last:
            draw_sent_mark(svg, scale.day(day), y)
    for day in _future(view, credential, at):
        if scale.first <= day <= scale.last:
            draw_future_mark(svg, scale.day(day), y)


def draw_sent_mark(svg: SvgBuilder, x: float, y: float) -> None:
    """Draw a long stroke through the line."""
    svg.line(x, y - 10, x, y + 10, stroke="currentColor", stroke_width=2.5, class_="tl-told")


def draw_future_mark(svg: SvgBuilder, x: float, y: float) -> None:
    """Draw a short stroke above the line."""
    thin = {"stroke_opacity": 0.6, "stroke_width": 1.25}
    svg.line(x, y - 10, x, y - 3, stroke="currentColor", class_="tl-coming", **thin)


def _sent(view: ServiceView, credential: Credential, at: CheckContext) -> Iterator[date]:
    """Yield the days of the last message to each channel; the ledger keeps no earlier ones."""
    zone = at.watchlist.zone
    starts = credential.starts
    first = starts.astimezone(zone).date() if starts is not None else date.min
    days = {
        notification.at.astimezone(zone).date()
        for notification in at.memory.notifications.values()
        if notification.item == view.item
    }
    yield from sorted(day for day in days if first <= day <= at.now.astimezone(zone).date())


def _future(view: ServiceView, credential: Credential, at: CheckContext) -> Iterator[date]:
    """Yield the days of future reminders, except those that an acknowledgement pauses."""
    if credential.ends is None or view.loss != Loss.NONE:
        return
    zone = at.watchlist.zone
    today, last = at.now.astimezone(zone).date(), credential.ends.astimezone(zone).date()
    paused_until = view.acknowledged.until if view.acknowledged is not None else date.min
    for rung in reminders(view.service, credential, zone):
        day = last - timedelta(days=rung)
        paused = rung > ACKNOWLEDGED_ABOVE and day <= paused_until
        if day > today and not paused:
            yield day
