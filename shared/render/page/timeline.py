"""A picture of time: one line a service, with its last messages and the rungs to come as marks, and its replacement below it.

The colours are mid-tones that can be told from light and from dark paper, and text takes the colour around it. Nothing
is said by colour alone.
"""

from collections.abc import Iterator
from datetime import date, timedelta

from shared.core.model.context import CheckContext
from shared.core.model.directory import Credential
from shared.core.model.judgement import Judgement
from shared.core.model.views import ServiceView
from shared.core.model.vocabulary import Loss, Severity, Standing
from shared.core.notify.reason import ACKNOWLEDGED_ABOVE
from shared.render.page.svg import SvgBuilder
from shared.render.page.timescale import Scale, draw_calendar, draw_today, scale_for
from shared.render.text.dates import full_day, until
from shared.render.text.escape import clean
from shared.render.text.headlines import summary
from shared.render.text.naming import called, noun

WIDTH = 960.0
LABELS, MARGIN, TOP, LEGEND = 240.0, 16.0, 72.0, 52.0
ROW, ROW_OF_TWO = 50.0, 74.0
MAX_NAME_CHARS, MAX_STATE_CHARS = 22, 34
CHARACTER = 6.0
"""About how wide a small letter is: only to keep words within the picture."""
COLOURS = {
    Severity.OK: "#2da44e",
    Severity.NOTICE: "#388bfd",
    Severity.WARNING: "#c27c0e",
    Severity.CRITICAL: "#e5484d",
}
MEANINGS = {
    Severity.OK: "safe",
    Severity.NOTICE: "to be renewed",
    Severity.WARNING: "30 days or fewer",
    Severity.CRITICAL: "urgent, or over",
}
NOBODY = "No service is known yet."
STYLE = """
svg { color: #1f2328; color-scheme: light dark }
@media (prefers-color-scheme: dark) { svg { color: #e6edf3 } .tl-paper { fill: #0d1117 } }
"""


def timeline(
    judgement: Judgement, at: CheckContext, *, width: float = WIDTH, standalone: bool = True
) -> str:
    """Draw every service of `judgement` at `at`, whose memory says what was told; give the text of an SVG picture.

    `standalone` is for a file, and brings paper and a style for dark screens. Without it, for an HTML page, there is no
    style in the picture, and text takes the page's colour. `width` is in pixels; below 720 words may not fit.
    """
    views, zone = judgement.services, at.watchlist.zone
    heights = [ROW if view.replacement is None else ROW_OF_TWO for view in views]
    bottom = TOP + (sum(heights) or ROW)
    ends = [
        c.ends
        for view in views
        for c in (view.in_use, view.replacement)
        if c is not None and c.ends is not None
    ]
    scale = scale_for(ends, at.now, zone, left=LABELS, right=width - MARGIN)
    svg = SvgBuilder.picture(width, bottom + LEGEND)
    svg.set(
        role="img",
        aria_labelledby="tl-title tl-text",
        font_family="system-ui, 'Segoe UI', sans-serif",
        fill="currentColor",
    )
    svg.tag(
        "title",
        f"When credentials end, seen on {full_day(at.now.astimezone(zone).date())}",
        id="tl-title",
    )
    svg.tag(
        "desc",
        " ".join(f"{summary(view, now=at.now, zone=zone)}." for view in views) or NOBODY,
        id="tl-text",
    )
    if standalone:
        svg.tag("style", STYLE)
        svg.tag("rect", class_="tl-paper", width=width, height=bottom + LEGEND, fill="#ffffff")
    draw_calendar(svg.group(class_="tl-calendar"), scale, TOP - 10, bottom)
    draw_today(svg.group(class_="tl-today"), scale, at.now, 22, bottom)
    for number, view in enumerate(views):
        _service(
            svg.group(class_=f"tl-service tl-{view.severity}"),
            view,
            at,
            scale,
            TOP + sum(heights[:number]),
        )
    if not views:
        svg.write(NOBODY, MARGIN, TOP + 22)
    _legend(svg.group(class_="tl-legend", font_size=11), bottom + 26)
    return svg.text()


def _service(
    svg: SvgBuilder, view: ServiceView, at: CheckContext, scale: Scale, top: float
) -> None:
    """Draw one service: what it is called and how it stands, what it uses, and what it should be given next."""
    svg.tag("title", summary(view, now=at.now, zone=scale.zone))
    svg.tag("circle", cx=MARGIN, cy=top + 17, r=5, fill=COLOURS[view.severity])
    svg.write(
        clean(view.service.name, MAX_NAME_CHARS),
        MARGIN + 13,
        top + 22,
        font_size=15,
        font_weight=600,
    )
    svg.write(
        clean(_state(view, at), MAX_STATE_CHARS),
        MARGIN + 13,
        top + 39,
        font_size=12,
        fill_opacity=0.8,
    )
    if view.in_use is not None:
        _in_use(svg, view, view.in_use, at, scale, top + 22)
    if view.replacement is not None:
        _replacement(svg, view, view.replacement, scale, top + 54)


def _state(view: ServiceView, at: CheckContext) -> str:  # noqa: PLR0911  (one return for each standing)
    """Say in a few words how a service stands; when it ends is said beside its line."""
    kind = noun(view.in_use or view.replacement)
    if not view.app.usable:
        return "its app cannot be used"
    if view.acknowledged is not None:
        return f"known to {clean(view.acknowledged.by.name, 20)}"
    match view.standing:
        case Standing.HEALTHY:
            return "safe"
        case Standing.UNMATCHED:
            return f"no {kind} matches its claim"
        case Standing.AWAITING_INSTALL:
            return f"which {kind} does it use?" if view.assumed else f"new {kind} not confirmed yet"
        case Standing.MISSING:
            return f"its {kind} is gone from the app"
        case _ if (
            view.upcoming and view.replacement is not None and view.replacement.starts is not None
        ):
            return f"new {kind} from {full_day(view.replacement.starts.astimezone(at.watchlist.zone).date())}"
        case _:
            return "no replacement exists yet"


def _in_use(
    svg: SvgBuilder,
    view: ServiceView,
    credential: Credential,
    at: CheckContext,
    scale: Scale,
    y: float,
) -> None:
    """Draw the credential in use with its rungs; what is over goes on as a broken line up to today, or up to its former end."""
    colour = COLOURS[view.severity]
    sighting = at.memory.credential_records.get(credential.key_id)
    gone = sighting.gone_at if sighting is not None and view.loss == Loss.DELETED else None
    begin = scale.x(credential.starts) if credential.starts is not None else scale.left
    end = scale.x(credential.ends) if credential.ends is not None else scale.right
    solid = min(end, scale.x(gone)) if gone is not None else end
    svg.line(begin, y, max(begin, solid), y, stroke=colour, stroke_width=6, class_="tl-in-use")
    if view.loss != Loss.NONE:
        svg.line(
            solid,
            y,
            max(end, scale.x(at.now)),
            y,
            stroke=colour,
            stroke_dasharray="3 4",
            class_="tl-over",
            stroke_width=2,
        )
    marks = [
        *((day, True) for day in _told(view, credential, at)),
        *((day, False) for day in _coming(view, credential, at)),
    ]
    for day, told in marks:
        if scale.first <= day <= scale.last:
            _mark(svg, scale.day(day), y, told=told)
    _finish(svg, credential, scale, y, colour)
    words = until(credential.ends, at.now, scale.zone, brief=True)
    if gone is not None and credential.ends is not None:
        words = f"was to end {full_day(credential.ends.astimezone(scale.zone).date())}"
    _beside(
        svg,
        f"{called(credential)} {words}",
        max(end, scale.x(at.now)) if view.loss != Loss.NONE else end,
        y,
        scale,
    )


def _replacement(
    svg: SvgBuilder, view: ServiceView, credential: Credential, scale: Scale, y: float
) -> None:
    """Draw the replacement; one that has not started yet is a broken line."""
    begin = scale.x(credential.starts) if credential.starts is not None else scale.left
    end = scale.x(credential.ends) if credential.ends is not None else scale.right
    broken = {"stroke_dasharray": "6 3"} if view.upcoming else {}
    svg.line(
        begin,
        y,
        end,
        y,
        stroke="currentColor",
        stroke_opacity=0.45,
        stroke_width=6,
        class_="tl-replacement",
        **broken,
    )
    _finish(svg, credential, scale, y, "currentColor")
    lasts = (
        f"until {full_day(credential.ends.astimezone(scale.zone).date())}"
        if credential.ends is not None
        else "does not expire"
    )
    _beside(svg, f"{called(credential)} {lasts}", end, y, scale)


def _told(view: ServiceView, credential: Credential, at: CheckContext) -> Iterator[date]:
    """Give the days of the last message to each channel, which is all that the ledger knows of what was told."""
    zone = at.watchlist.zone
    days = {
        told.at.astimezone(zone).date()
        for told in at.memory.notifications.values()
        if told.item == view.item
    }
    begin = credential.starts.astimezone(zone).date() if credential.starts is not None else date.min
    yield from sorted(day for day in days if begin <= day <= at.now.astimezone(zone).date())


def _coming(view: ServiceView, credential: Credential, at: CheckContext) -> Iterator[date]:
    """Give the days of the rungs that are to come; not those that will be silent."""
    if credential.ends is None or view.loss != Loss.NONE:
        return
    zone = at.watchlist.zone
    today, last = at.now.astimezone(zone).date(), credential.ends.astimezone(zone).date()
    quiet = view.acknowledged.until if view.acknowledged is not None else date.min
    for rung in view.service.ladder:
        day = last - timedelta(days=rung)
        if day > today and not (rung > ACKNOWLEDGED_ABOVE and day <= quiet):
            yield day


def _mark(svg: SvgBuilder, x: float, y: float, *, told: bool) -> None:
    """Mark a day: a full stroke through the line where a channel last heard, a short one above where a rung is to come."""
    if told:
        svg.line(x, y - 10, x, y + 10, stroke="currentColor", stroke_width=2.5, class_="tl-told")
    else:
        svg.line(
            x,
            y - 10,
            x,
            y - 3,
            stroke="currentColor",
            stroke_opacity=0.6,
            stroke_width=1.25,
            class_="tl-coming",
        )


def _finish(svg: SvgBuilder, credential: Credential, scale: Scale, y: float, colour: str) -> None:
    """End a line: a cap where the credential ends, an arrow where it goes on beyond the picture."""
    if credential.ends is not None and scale.reaches(credential.ends):
        x = scale.x(credential.ends)
        svg.line(x, y - 8, x, y + 8, stroke=colour, stroke_width=3, class_="tl-end")
    else:
        x = scale.right
        svg.tag("path", d=f"M{x:g} {y - 7:g} l9 7 l-9 7 z", fill=colour, class_="tl-end")


def _beside(svg: SvgBuilder, words: str, x: float, y: float, scale: Scale) -> None:
    """Write small words to the right of `x`; where they would leave the picture, above the line, ending at `x`."""
    words = clean(words, 60)
    wide = len(words) * CHARACTER
    if x + 8 + wide <= scale.right + MARGIN:
        svg.write(words, x + 8, y + 4, font_size=12)
    else:
        svg.write(words, max(x, scale.left + wide), y - 13, font_size=12, text_anchor="end")


def _legend(svg: SvgBuilder, y: float) -> None:
    """Explain the marks and colours in one line."""
    x = MARGIN
    for severity, words in MEANINGS.items():
        svg.line(
            x,
            y - 4,
            x + 18,
            y - 4,
            stroke=COLOURS[severity],
            stroke_width=6,
            class_=f"tl-{severity}",
        )
        x = _explained(svg, words, x + 24, y)
    svg.line(x, y - 4, x + 18, y - 4, stroke="currentColor", stroke_opacity=0.45, stroke_width=6)
    x = _explained(svg, "replacement", x + 24, y)
    for told, words in ((True, "last message"), (False, "will be told")):
        _mark(svg, x + 4, y - 4, told=told)
        x = _explained(svg, words, x + 12, y)


def _explained(svg: SvgBuilder, words: str, x: float, y: float) -> float:
    svg.write(words, x, y)
    return x + len(words) * CHARACTER + 18
