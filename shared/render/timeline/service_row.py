"""The row of a service: its name and status, its credential in use and the replacement."""

from shared.core.model.context import CheckContext
from shared.core.model.views import ServiceView
from shared.core.model.vocabulary import Loss, Standing
from shared.render.text.dates import date_of
from shared.render.text.escape import clean
from shared.render.text.headlines import summary
from shared.render.text.naming import noun
from shared.render.timeline.credential_line import draw_in_use, draw_replacement
from shared.render.timeline.style import COLOURS, MARGIN
from shared.render.timeline.svg import SvgBuilder
from shared.render.timeline.timescale import Scale

MAX_NAME_CHARS, MAX_STATE_CHARS, MAX_PERSON_CHARS = 22, 34, 20


def draw_service(
    svg: SvgBuilder, view: ServiceView, at: CheckContext, scale: Scale, top: float
) -> None:
    """Draw the row of a service, `top` pixels from the top."""
    x = MARGIN + 13
    name = clean(view.service.name, MAX_NAME_CHARS)
    state = clean(_state(view, scale), MAX_STATE_CHARS)
    svg.tag("title", summary(view, now=at.now, zone=scale.zone))
    svg.tag("circle", cx=MARGIN, cy=top + 17, r=5, fill=COLOURS[view.severity])
    svg.write(name, x, top + 22, font_size=15, font_weight=600)
    svg.write(state, x, top + 39, font_size=12, fill_opacity=0.8)
    if view.in_use is not None:
        draw_in_use(svg, view, view.in_use, at, scale, top + 22)
    if view.replacement is not None:
        draw_replacement(svg, view, view.replacement, scale, top + 54)


def _state(view: ServiceView, scale: Scale) -> str:  # noqa: PLR0911  (one for each standing)
    """Return the status in a few words; the end is written beside the line."""
    if not view.app.usable:
        return "its app cannot be used"
    if view.acknowledged is not None:
        return f"snoozed by {clean(view.acknowledged.by.name, MAX_PERSON_CHARS)}"
    kind = noun(view.in_use or view.replacement)
    match view.standing:
        case Standing.HEALTHY:
            return "safe"
        case Standing.UNMATCHED:
            return f"no matching {kind}"
        case Standing.AWAITING_INSTALL if view.stopgap:
            return f"{kind} lost, no newer one yet"
        case Standing.AWAITING_INSTALL:
            return f"which {kind} is in use?" if view.assumed else f"new {kind} not confirmed yet"
        case Standing.MISSING:
            return f"no {kind} left" if view.loss == Loss.EXPIRED else f"{kind} deleted in Entra"
        case _ if view.service.by_pipeline:
            return "its rotation is late"
        case _:
            return _expected_replacement(view, kind, scale)


def _expected_replacement(view: ServiceView, kind: str, scale: Scale) -> str:
    starts = view.replacement.starts if view.replacement is not None else None
    if view.upcoming and starts is not None:
        return f"new {kind} from {date_of(starts, scale.zone)}"
    return "no replacement yet"
