"""What all routes share: an answer becomes the worker's own type, and a caller who is not to blame is told so without a trace."""

import logging
from datetime import timedelta

import azure.functions as func

from shared.bootstrap import settings
from shared.config.settings import NoSuchTenant, Settings
from shared.core.model.check_record import Outcome
from shared.core.results import CheckResult
from shared.render.feeds.log_line import log_line
from shared.web import answers

log = logging.getLogger("lapsewatch")

ANSWER_WITHIN = timedelta(seconds=120)
"""Azure ends an HTTP call after 230 seconds; the rest is for a last message and for the ledger, each of whose calls may take 30."""


def asked(req: func.HttpRequest) -> Settings:
    """Give the settings, of the tenant that `?tenant=` names where there are several. Raises `Misconfigured`, `NoSuchTenant`."""
    return settings().of(req.params.get("tenant", ""))


def respond(answer: answers.HttpResponse) -> func.HttpResponse:
    """Turn an answer into the worker's own type."""
    return func.HttpResponse(
        answer.body, status_code=answer.status, mimetype=answer.media_type, headers=answer.headers
    )


def unavailable(error: Exception) -> func.HttpResponse:
    """Answer a program that cannot be served: the settings, or what we depend on, fail; or it named no tenant that is watched."""
    if isinstance(error, NoSuchTenant):
        return respond(
            answers.problem(
                404 if error.given else 400,
                "No such tenant" if error.given else "Which tenant?",
                str(error),
            )
        )
    log.error("%s", error)
    return respond(answers.problem(503, "Not available", str(error)))


def report(result: CheckResult, tenant: str) -> None:
    """Log a check as one line, a JSON object that alert rules parse; `tenant` is the key of its watchlist."""
    level = logging.ERROR if result.outcome in {Outcome.PARTIAL, Outcome.FAILED} else logging.INFO
    log.log(level, log_line(result, tenant))
