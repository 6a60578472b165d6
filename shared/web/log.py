"""The log of the Functions app."""

import logging

from shared.core.model.check_record import Outcome
from shared.core.results import CheckResult
from shared.render.feeds.log_line import log_line

log = logging.getLogger("lapsewatch")


def report(result: CheckResult, tenant: str) -> None:
    """Log a check as one line, a JSON object that alert rules parse.

    `tenant` is the key of its watchlist.
    """
    level = logging.ERROR if result.outcome in {Outcome.PARTIAL, Outcome.FAILED} else logging.INFO
    log.log(level, log_line(result, tenant))
