"""Why a message comes now, in plain sentences: the facts, and their effect if nobody acted."""

from datetime import datetime
from zoneinfo import ZoneInfo

from shared.core.model.message import Notice
from shared.core.model.vocabulary import Reason, Role
from shared.render.text.dates import Moment
from shared.render.text.wording import words_for


def explanation(notice: Notice, *, now: datetime, zone: ZoneInfo, page_url: str = "") -> list[str]:
    """Return the sentences that say why a notice comes now; with `page_url`, also what to press."""
    words = words_for(notice.view)
    at = Moment(now, zone)
    lines = list(words.news(notice.news, at))
    lines += words.explanation(notice.reason, at, page=bool(page_url))
    if notice.reason == Reason.STILL_WAITING:
        lines.append("You get this reminder daily for a week, then weekly, until it is done.")
    if notice.roles == {Role.COPY} and words.marks_copies:
        lines.append("For your information; no action needed.")
    return lines
