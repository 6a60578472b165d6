"""The routes for programs: status, check and health."""

import azure.functions as func

from shared.bootstrap import clock, ledgers, settings, watching
from shared.config.problems import Misconfigured
from shared.config.settings import NoSuchTenant
from shared.ports.errors import PortError
from shared.render.feeds.documents import check_document, status_document
from shared.render.feeds.inventory_document import BadCursor
from shared.usecases.tenants import fresh
from shared.web import answers
from shared.web.response import ANSWER_WITHIN, asked, log, report, respond, unavailable

api = func.Blueprint()  # type: ignore[no-untyped-call]  # (the SDK leaves it without types)


@api.function_name("status")
@api.route(route="status", methods=["GET"], auth_level=func.AuthLevel.FUNCTION)
def status(req: func.HttpRequest) -> func.HttpResponse:
    """How we stand: all of it, one service (`?service=ID`), or read anew (`?live=true`)."""
    live = req.params.get("live", "false").lower()
    if live not in {"true", "false"}:
        return respond(answers.problem(400, "Bad request", "?live= takes true or false."))
    try:
        configured = asked(req)
        with watching(configured, within=ANSWER_WITHIN) as watch:
            found = watch.status(live=live == "true")
    except (Misconfigured, NoSuchTenant, PortError) as error:
        return unavailable(error)
    try:
        document = status_document(
            found, configured.watchlist, after=req.params.get("after"), paged=True
        )
    except BadCursor as error:
        return respond(answers.problem(400, "Bad request", str(error)))
    return respond(
        answers.status(document, req.params.get("service"), req.headers.get("if-none-match"))
    )


@api.function_name("check")
@api.route(route="check", methods=["POST"], auth_level=func.AuthLevel.FUNCTION)
def check(req: func.HttpRequest) -> func.HttpResponse:
    """Check the watched apps now, and tell what is due."""
    try:
        configured = asked(req)
        with watching(configured, within=ANSWER_WITHIN) as watch:
            result = watch.check(log.info, whole=False)
    except (Misconfigured, NoSuchTenant, PortError) as error:
        return unavailable(error)
    report(result, configured.watchlist.key)
    return respond(answers.check(check_document(result, configured.watchlist)))


@api.function_name("health")
@api.route(route="health", methods=["GET"], auth_level=func.AuthLevel.ANONYMOUS)
def health(req: func.HttpRequest) -> func.HttpResponse:  # noqa: ARG001  (anybody may ask; everybody gets the same word)
    """Whether checks are made, of every tenant, and nothing else worth knowing."""
    try:
        configured = settings()
        with ledgers(configured) as known:
            all_fresh = fresh(configured.watchlists, known, clock())
    except (Misconfigured, PortError) as error:
        log.error("%s", error)
        all_fresh = False
    return respond(answers.health(fresh=all_fresh))
