"""The triggers of the Functions app: parse, call, respond. Importing this module touches neither network nor environment."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager

import azure.functions as func

from feed_routes import feeds
from page_routes import pages
from responding import ANSWER_WITHIN, log, report, respond, unavailable
from shared.bootstrap import clock, settings, watching
from shared.core.memory import Outcome
from shared.core.results import CheckResult
from shared.ports import PortError
from shared.problems import Misconfigured
from shared.render import answers
from shared.render.documents import check_document, status_document
from shared.render.tenant_document import BadCursor

for chatty in ("azure", "httpx", "msal", "urllib3"):
    logging.getLogger(chatty).setLevel(logging.WARNING)  # a line for each request would cost more than all else in the logs
app = func.FunctionApp(http_auth_level=func.AuthLevel.FUNCTION)
app.register_functions(feeds)
app.register_functions(pages)


class CheckFailed(Exception):
    """The check did not end well. Raised so that the invocation is red; what was done stays done, and is recorded."""


@contextmanager
def never_silent() -> Iterator[None]:
    """Log what keeps a check from beginning, or breaks it, as a failed check, too: the alert in Azure reads that line and no trace."""
    try:
        yield
    except CheckFailed:
        raise  # it is logged
    except Exception as error:
        said = str(error) if isinstance(error, Misconfigured | PortError) else f"An error of the program ({type(error).__name__})."
        report(CheckResult(clock(), Outcome.FAILED, said))
        raise


@app.function_name("tick")
@app.timer_trigger(arg_name="timer", schedule="%LAPSEWATCH_SCHEDULE%", use_monitor=True)
@never_silent()
def tick(timer: func.TimerRequest) -> None:  # noqa: ARG001  (late or twice: what is owed follows from the ledger, not from the timer)
    """Run a check if one is owed."""
    with watching(settings()) as watch:
        result = watch.tick(log.info)
    report(result)
    if result.outcome in {Outcome.PARTIAL, Outcome.FAILED}:
        raise CheckFailed(f"The check ended as {result.outcome}. {result.error}")


@app.function_name("status")
@app.route(route="status", methods=["GET"])
def status(req: func.HttpRequest) -> func.HttpResponse:
    """How we stand: all of it, one service (`?service=ID`), or read anew (`?live=true`)."""
    live = req.params.get("live", "false").lower()
    if live not in {"true", "false"}:
        return respond(answers.problem(400, "Bad request", "?live= takes true or false."))
    try:
        configured = settings()
        with watching(configured, within=ANSWER_WITHIN) as watch:
            found = watch.status(live=live == "true")
    except (Misconfigured, PortError) as error:
        return unavailable(error)
    try:
        document = status_document(found, configured.watchlist, after=req.params.get("after"), paged=True)
    except BadCursor as error:
        return respond(answers.problem(400, "Bad request", str(error)))
    return respond(answers.status(document, req.params.get("service"), req.headers.get("if-none-match")))


@app.function_name("check")
@app.route(route="check", methods=["POST"])
def check(req: func.HttpRequest) -> func.HttpResponse:  # noqa: ARG001  (nothing is asked of the caller but the key)
    """Check the watched apps now, and tell what is due."""
    try:
        configured = settings()
        with watching(configured, within=ANSWER_WITHIN) as watch:
            result = watch.check(log.info, whole=False)
    except (Misconfigured, PortError) as error:
        return unavailable(error)
    report(result)
    return respond(answers.check(check_document(result, configured.watchlist)))


@app.function_name("health")
@app.route(route="health", methods=["GET"], auth_level=func.AuthLevel.ANONYMOUS)
def health(req: func.HttpRequest) -> func.HttpResponse:  # noqa: ARG001  (anybody may ask; everybody gets the same word)
    """Whether checks are made, and nothing else worth knowing."""
    try:
        with watching(settings()) as watch:
            fresh = watch.health()
    except (Misconfigured, PortError) as error:
        log.error("%s", error)
        fresh = False
    return respond(answers.health(fresh=fresh))
