"""The line of a credential, from its start to its end, with its name beside it."""

from shared.core.model.context import CheckContext
from shared.core.model.directory import Credential
from shared.core.model.views import ServiceView
from shared.core.model.vocabulary import Loss
from shared.render.text.dates import date_of, until
from shared.render.text.escape import clean
from shared.render.text.naming import called
from shared.render.timeline.reminders import draw_reminders
from shared.render.timeline.style import CHARACTER_WIDTH, COLOURS, MARGIN
from shared.render.timeline.svg import SvgBuilder
from shared.render.timeline.timescale import Scale

MAX_LABEL_CHARS = 60


def draw_in_use(
    svg: SvgBuilder,
    view: ServiceView,
    credential: Credential,
    at: CheckContext,
    scale: Scale,
    y: float,
) -> None:
    """Draw the credential in use with its reminders.

    After it was deleted or has expired, a broken line continues to its end or to today.
    """
    colour = COLOURS[view.severity]
    record = at.memory.credential_records.get(credential.key_id)
    gone_at = record.gone_at if record is not None and view.loss == Loss.DELETED else None
    begin, end = _span(credential, scale)
    solid_end = min(end, scale.x(gone_at)) if gone_at is not None else end
    right = end
    svg.line(begin, y, max(begin, solid_end), y, stroke=colour, stroke_width=6, class_="tl-in-use")
    if view.loss != Loss.NONE:
        right = max(end, scale.x(at.now))
        broken = {"stroke_dasharray": "3 4", "class_": "tl-over"}
        svg.line(solid_end, y, right, y, stroke=colour, **broken, stroke_width=2)
    draw_reminders(svg, view, credential, at, scale, y)
    _draw_end(svg, credential, scale, y, colour)
    text = until(credential.ends, at.now, scale.zone, brief=True)
    if gone_at is not None and credential.ends is not None:
        text = f"would have expired {date_of(credential.ends, scale.zone)}"
    _label(svg, f"{called(credential)} {text}", right, y, scale)


def draw_replacement(
    svg: SvgBuilder, view: ServiceView, credential: Credential, scale: Scale, y: float
) -> None:
    """Draw the replacement; as a broken line if it has not started yet."""
    begin, end = _span(credential, scale)
    broken = {"stroke_dasharray": "6 3"} if view.upcoming else {}
    look = {"stroke_opacity": 0.45, "stroke_width": 6}
    svg.line(begin, y, end, y, stroke="currentColor", **look, class_="tl-replacement", **broken)
    _draw_end(svg, credential, scale, y, "currentColor")
    text = "does not expire"
    if credential.ends is not None:
        text = f"until {date_of(credential.ends, scale.zone)}"
    _label(svg, f"{called(credential)} {text}", end, y, scale)


def _span(credential: Credential, scale: Scale) -> tuple[float, float]:
    begin = scale.x(credential.starts) if credential.starts is not None else scale.left
    end = scale.x(credential.ends) if credential.ends is not None else scale.right
    return begin, end


def _draw_end(svg: SvgBuilder, credential: Credential, scale: Scale, y: float, colour: str) -> None:
    """Draw a cap where the credential ends, or an arrow if that is beyond the picture."""
    if credential.ends is not None and scale.reaches(credential.ends):
        x = scale.x(credential.ends)
        svg.line(x, y - 8, x, y + 8, stroke=colour, stroke_width=3, class_="tl-end")
    else:
        x = scale.right
        svg.tag("path", d=f"M{x:g} {y - 7:g} l9 7 l-9 7 z", fill=colour, class_="tl-end")


def _label(svg: SvgBuilder, text: str, x: float, y: float, scale: Scale) -> None:
    """Write small text to the right of `x`, or above the line if there is no room for it."""
    text = clean(text, MAX_LABEL_CHARS)
    width = len(text) * CHARACTER_WIDTH
    if x + 8 + width <= scale.right + MARGIN:
        svg.write(text, x + 8, y + 4, font_size=12)
    else:
        svg.write(text, max(x, scale.left + width), y - 13, font_size=12, text_anchor="end")
