"""The legend of the chart: colours and marks in one line."""

from shared.core.model.vocabulary import Severity
from shared.render.timeline.reminders import draw_future_mark, draw_sent_mark
from shared.render.timeline.style import CHARACTER_WIDTH, COLOURS, MARGIN
from shared.render.timeline.svg import SvgBuilder

MEANINGS = {
    Severity.OK: "safe",
    Severity.NOTICE: "renew soon",
    Severity.WARNING: "30 days or fewer",
    Severity.CRITICAL: "urgent or expired",
}


def draw_legend(svg: SvgBuilder, y: float) -> None:
    """Draw the legend with its baseline at `y`."""
    x = MARGIN
    for severity, text in MEANINGS.items():
        look = {"stroke": COLOURS[severity], "class_": f"tl-{severity}"}
        svg.line(x, y - 4, x + 18, y - 4, stroke_width=6, **look)
        x = _write(svg, text, x + 24, y)
    svg.line(x, y - 4, x + 18, y - 4, stroke="currentColor", stroke_opacity=0.45, stroke_width=6)
    x = _write(svg, "replacement", x + 24, y)
    draw_sent_mark(svg, x + 4, y - 4)
    x = _write(svg, "last reminder", x + 12, y)
    draw_future_mark(svg, x + 4, y - 4)
    _write(svg, "next reminders", x + 12, y)


def _write(svg: SvgBuilder, text: str, x: float, y: float) -> float:
    """Write a text and return where the next mark begins."""
    svg.write(text, x, y)
    return x + len(text) * CHARACTER_WIDTH + 18
