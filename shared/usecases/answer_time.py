"""The time of an invocation: its work ends in three steps, so that what was done is saved.

Azure ends an HTTP request after 230 seconds, and shows a gateway error. It stops any other
function after `FUNCTION_TIMEOUT`, with its whole process and all that runs beside it. After each
step only the next one goes on; the seconds count from the start of the invocation. A ping of the
heartbeat, of up to 25 seconds, may follow the last step.
"""

from datetime import UTC, datetime, timedelta
from typing import NamedTuple

from shared.core.judge.schedule import ENDS_WITHIN, FUNCTION_TIMEOUT

WORK_SECONDS, SEND_SECONDS, SAVE_SECONDS = 110.0, 145.0, 170.0
"""Of a request."""


class AnswerTime(NamedTuple):
    """When each step of a request ends."""

    work: datetime
    """Reading ends; no message begins later."""
    send: datetime
    """The last message ends, with its retries."""
    save: datetime
    """The last call of the ledger ends."""


UNLIMITED = AnswerTime(*[datetime.max.replace(tzinfo=UTC)] * 3)
"""Of work that nobody stops; a check has its own deadline."""


def answer_time(
    arrived: datetime,
    work: float = WORK_SECONDS,
    send: float = SEND_SECONDS,
    save: float = SAVE_SECONDS,
) -> AnswerTime:
    """Return the ends of the steps of a request, from their seconds after its arrival."""
    return AnswerTime(*(arrived + timedelta(seconds=each) for each in (work, send, save)))


def function_time(began: datetime) -> AnswerTime:
    """Return the ends of the steps of a function that no request waits for."""
    work = (FUNCTION_TIMEOUT - ENDS_WITHIN).total_seconds()
    to_send, to_save = SEND_SECONDS - WORK_SECONDS, SAVE_SECONDS - WORK_SECONDS
    return answer_time(began, work, work + to_send, work + to_save)
