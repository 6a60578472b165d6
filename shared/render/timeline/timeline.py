"""A timeline chart: one row per service with its credentials and reminders.

Colours have enough contrast on light and dark backgrounds, and text takes the colour around it.
Nothing is expressed by colour alone.
"""

from shared.core.model.context import CheckContext
from shared.core.model.judgement import Judgement
from shared.core.model.views import ServiceView
from shared.render.text.dates import full_day
from shared.render.text.headlines import summary
from shared.render.timeline.legend import draw_legend
from shared.render.timeline.service_row import draw_service
from shared.render.timeline.style import MARGIN, STYLE
from shared.render.timeline.svg import SvgBuilder
from shared.render.timeline.timescale import Scale, draw_calendar, draw_today, scale_for

WIDTH = 960.0
LABELS, TOP, LEGEND = 240.0, 72.0, 52.0
ROW, ROW_OF_TWO = 50.0, 74.0
NO_SERVICES = "No services yet."


def timeline(
    judgement: Judgement, at: CheckContext, *, width: float = WIDTH, standalone: bool = True
) -> str:
    """Return the chart as the text of an SVG picture.

    Args:
        judgement: Every service in it gets a row.
        at: The instant, and the memory of messages that were sent.
        width: In pixels; below 720, text may not fit.
        standalone: For a file: add a background and a style for dark mode. Without it, for an
            HTML page, the chart has no style and takes the page's text colour.
    """
    views = judgement.services
    heights = [ROW if view.replacement is None else ROW_OF_TWO for view in views]
    bottom = TOP + (sum(heights) or ROW)
    scale = _scale(judgement, at, width)
    svg = SvgBuilder.picture(width, bottom + LEGEND)
    _describe(svg, judgement, at)
    if standalone:
        svg.tag("style", STYLE)
        svg.tag("rect", class_="tl-paper", width=width, height=bottom + LEGEND, fill="#ffffff")
    draw_calendar(svg.group(class_="tl-calendar"), scale, TOP - 10, bottom)
    draw_today(svg.group(class_="tl-today"), scale, at.now, 22, bottom)
    for number, view in enumerate(views):
        group = svg.group(class_=f"tl-service tl-{view.severity}")
        draw_service(group, view, at, scale, TOP + sum(heights[:number]))
    if not views:
        svg.write(NO_SERVICES, MARGIN, TOP + 22)
    draw_legend(svg.group(class_="tl-legend", font_size=11), bottom + 26)
    return svg.text()


def _scale(judgement: Judgement, at: CheckContext, width: float) -> Scale:
    ends = [
        credential.ends
        for view in judgement.services
        for credential in (view.in_use, view.replacement)
        if credential is not None and credential.ends is not None
    ]
    return scale_for(ends, at.now, at.watchlist.zone, left=LABELS, right=width - MARGIN)


def _describe(svg: SvgBuilder, judgement: Judgement, at: CheckContext) -> None:
    """Add the title and the description that screen readers speak."""
    today = full_day(at.now.astimezone(at.watchlist.zone).date())
    text = " ".join(_sentence(view, at) for view in judgement.services)
    svg.set(
        role="img",
        aria_labelledby="tl-title tl-text",
        font_family="system-ui, 'Segoe UI', sans-serif",
        fill="currentColor",
    )
    svg.tag("title", f"When credentials expire, as of {today}", id="tl-title")
    svg.tag("desc", text or NO_SERVICES, id="tl-text")


def _sentence(view: ServiceView, at: CheckContext) -> str:
    return f"{summary(view, now=at.now, zone=at.watchlist.zone)}."
