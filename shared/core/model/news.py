"""News of the hand-over of a new secret."""

from datetime import datetime
from typing import NamedTuple

from shared.core.model.vocabulary import Reason, Role, Severity

ABOUT_HAND_OVER = frozenset(
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
"""The reasons of a message that says first what became of a new secret's value."""
SEVERITY = {
    Reason.OPENED_AGAIN: Severity.WARNING,
    Reason.HAND_OVER_EXPIRED: Severity.WARNING,
    Reason.HAND_OVER_FAILED: Severity.WARNING,
    Reason.ORPHAN: Severity.WARNING,
}
"""Of news of a hand-over after which somebody has to act, or should look; else `notice`."""


class News(NamedTuple):
    """What is news of a hand-over; `core.notify.hand_over` decides it."""

    reason: Reason
    at: datetime
    roles: frozenset[Role]
    """Who is notified."""
