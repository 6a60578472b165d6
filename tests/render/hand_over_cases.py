"""A message for each piece of news of a hand-over, by name; see `cases`."""

from dataclasses import replace
from datetime import timedelta

from shared.core.model.hand_over import Ending, HandOver, HandOverState
from shared.core.model.message import Message, Notice
from shared.core.model.news import News
from shared.core.model.vocabulary import Reason, Role, Standing
from tests.support.hand_over_records import ended, hand_over, opened
from tests.support.notices import (
    INSTALLER,
    NEW,
    NOW,
    PAT,
    RENEWER,
    credential,
    message,
    service_view,
)

EARLIER = NOW - timedelta(days=3)
TOO_EARLY = NOW - timedelta(days=14)
READY = hand_over(NOW)
VIEW = service_view(
    Standing.AWAITING_INSTALL, credential(ends=21), replacement=NEW, hands_over=True
)
EXPIRING = replace(VIEW, standing=Standing.EXPIRING, replacement=None)
HOSTILE = "<b>Sam</b> [x](https://evil.example) {{DATE(2026)}} <at>All</at>\u202e"


def told(
    record: HandOver,
    reason: Reason,
    roles: frozenset[Role],
    *beside: Reason,
    standing: Standing = Standing.AWAITING_INSTALL,
) -> Message:
    """Return a message for a reason, with other news of the hand-over beside it."""
    view = replace(VIEW if standing == VIEW.standing else EXPIRING, hand_over=record)
    news = tuple(News(each, record.changed, roles) for each in (*beside, reason) if each in NEWS)
    return message(Notice(view, reason, roles, news))


NEWS = frozenset(
    {
        Reason.READY,
        Reason.UNOPENED,
        Reason.OPENED_AGAIN,
        Reason.WITHDRAWN,
        Reason.HAND_OVER_EXPIRED,
        Reason.HAND_OVER_FAILED,
        Reason.ORPHAN,
    }
)
LOST = ended(Ending.ORPHAN, at=EARLIER)
HAND_OVERS: dict[str, Message] = {
    "hand_over_ready_with_page": told(READY, Reason.READY, INSTALLER),
    "hand_over_unopened": told(hand_over(EARLIER), Reason.UNOPENED, INSTALLER),
    "hand_over_opened_again": told(
        opened(hand_over(EARLIER), "Dana Example", "Eve Example"),
        Reason.OPENED_AGAIN,
        INSTALLER | RENEWER,
    ),
    "hand_over_rung": told(opened(hand_over(EARLIER), "Dana Example"), Reason.RUNG, INSTALLER),
    "hand_over_withdrawn": told(
        replace(ended(Ending.WITHDRAWN, at=EARLIER), withdrawn_by=PAT),
        Reason.WITHDRAWN,
        INSTALLER,
    ),
    "hand_over_expired_with_page": told(
        ended(Ending.EXPIRED, at=TOO_EARLY), Reason.HAND_OVER_EXPIRED, INSTALLER | RENEWER
    ),
    "hand_over_expired_opened": told(
        replace(
            opened(hand_over(TOO_EARLY), "Dana Example"),
            state=HandOverState.DONE,
            ending=Ending.EXPIRED,
        ),
        Reason.HAND_OVER_EXPIRED,
        RENEWER,
    ),
    "hand_over_not_kept_yet": told(
        replace(hand_over(EARLIER), state=HandOverState.KEEPING, why="The vault refused it."),
        Reason.HAND_OVER_FAILED,
        RENEWER,
    ),
    "hand_over_not_deleted": told(
        ended(Ending.WITHDRAWN, HandOverState.ENDING, "The vault does not answer", at=EARLIER),
        Reason.HAND_OVER_FAILED,
        RENEWER,
    ),
    "hand_over_not_kept": told(
        ended(Ending.NOT_KEPT, at=EARLIER), Reason.HAND_OVER_FAILED, RENEWER
    ),
    "hand_over_not_created": told(
        replace(ended(Ending.NOT_CREATED, at=EARLIER), renewed=True),
        Reason.HAND_OVER_FAILED,
        RENEWER,
        standing=Standing.EXPIRING,
    ),
    "hand_over_orphan": told(LOST, Reason.ORPHAN, RENEWER, standing=Standing.EXPIRING),
    "hand_over_hostile": told(
        replace(
            hand_over(EARLIER),
            state=HandOverState.KEEPING,
            by=replace(READY.by, name=HOSTILE),
            why=f"{HOSTILE}\n# x",
        ),
        Reason.HAND_OVER_FAILED,
        RENEWER,
    ),
}
