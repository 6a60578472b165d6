"""What people look up first: the expiry date, the next step, what breaks, which credential.

News of a hand-over is not about the expiry date, so the next step comes first there.
"""

from collections.abc import Iterator
from datetime import datetime
from zoneinfo import ZoneInfo

from shared.core.model.directory import Credential
from shared.core.model.message import Notice
from shared.core.model.news import ABOUT_HAND_OVER
from shared.render.text.dates import Moment, when
from shared.render.text.naming import capital
from shared.render.text.wording import words_for

NEXT_STEP, THEN = "Next step", "Then"


def facts(notice: Notice, *, now: datetime, zone: ZoneInfo) -> list[tuple[str, str]]:
    """Return what people look up first, as pairs of a label and a text."""
    return list(_rows(notice, Moment(now, zone)))


def _rows(notice: Notice, at: Moment) -> Iterator[tuple[str, str]]:
    words = words_for(notice.view)
    expiry = [_expiry(words.expiring, at)] if words.expiring is not None else []
    if notice.about_snooze:
        yield from expiry
        return
    steps = zip((NEXT_STEP, THEN), words.next_steps(at, notice.roles), strict=False)
    first, second = (steps, expiry) if notice.reason in ABOUT_HAND_OVER else (expiry, steps)
    yield from first
    yield from second
    yield from words.facts(at)


def _expiry(credential: Credential, at: Moment) -> tuple[str, str]:
    if credential.ends is None:
        return "Expires", "Never"
    label = "Expired" if credential.ends <= at.now else "Expires"
    return label, capital(when(credential.ends, *at))
