"""The time of an HTTP request: its work ends in three steps, so that what was done is saved.

Azure ends a request after 230 seconds, and shows a gateway error. After each step only the next
one goes on; the seconds count from the arrival of the request. A ping of the heartbeat, of up to
25 seconds, may follow the last step.
"""

from datetime import UTC, datetime, timedelta
from typing import NamedTuple

WORK_SECONDS, SEND_SECONDS, SAVE_SECONDS = 110.0, 145.0, 170.0


class AnswerTime(NamedTuple):
    """When each step of a request ends."""

    work: datetime
    """Reading ends; no message begins later."""
    send: datetime
    """The last message ends, with its retries."""
    save: datetime
    """The last call of the ledger ends."""


UNLIMITED = AnswerTime(*[datetime.max.replace(tzinfo=UTC)] * 3)
"""Of work that no request waits for; a check has its own deadline."""


def answer_time(
    arrived: datetime,
    work: float = WORK_SECONDS,
    send: float = SEND_SECONDS,
    save: float = SAVE_SECONDS,
) -> AnswerTime:
    """Return the ends of the steps of a request, from their seconds after its arrival."""
    return AnswerTime(*(arrived + timedelta(seconds=each) for each in (work, send, save)))
