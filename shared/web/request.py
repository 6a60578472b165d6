"""What the routes read from a request."""

import azure.functions as func

from shared.bootstrap import clock
from shared.usecases.answer_time import AnswerTime, answer_time

READ = ("GET", "HEAD")
"""The methods of a route that only reads. The host leaves out the body of an answer to HEAD."""


def arrival() -> AnswerTime:
    """Return the time of a request that has just arrived."""
    return answer_time(clock())


def tenant_of(req: func.HttpRequest) -> str:
    """Return the tenant that `?tenant=` names, empty if there is none."""
    tenant: str = req.params.get("tenant", "")
    return tenant
