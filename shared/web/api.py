"""The routes for programs: status, check and health."""

import azure.functions as func

from shared.bootstrap import clock, ledgers, settings, watching
from shared.config.problems import Misconfigured
from shared.config.settings import NoSuchTenant
from shared.core.model.context import CheckContext
from shared.core.results import Status
from shared.ports.errors import PortError
from shared.render.feeds.check_document import check_document
from shared.render.feeds.document_parts import Json
from shared.render.feeds.inventory_document import BadCursor
from shared.render.feeds.status_document import status_document
from shared.usecases.tenants import fresh
from shared.web import response
from shared.web.log import log, report
from shared.web.request import READ, arrival, tenant_of
from shared.web.response import respond, unavailable

api = func.Blueprint()  # type: ignore[no-untyped-call]  # (the SDK leaves it without types)


@api.function_name("status")
@api.route(route="status", methods=READ, auth_level=func.AuthLevel.FUNCTION)
def status(req: func.HttpRequest) -> func.HttpResponse:
    """Return the status: all, of one service (`?service=ID`), or read now (`?live=true`)."""
    time = arrival()
    live = req.params.get("live", "false").lower()
    if live not in {"true", "false"}:
        return respond(response.problem(400, "Bad request", "?live= takes true or false."))
    after = req.params.get("after")

    def document_of(found: Status, at: CheckContext) -> Json:
        return status_document(found, at.watchlist, after=after, paged=True)

    try:
        configured = settings().of(tenant_of(req))
        with watching(configured, time=time) as watch:
            document = watch.shown_status(document_of, live=live == "true")
    except (Misconfigured, NoSuchTenant, PortError) as error:
        return unavailable(error)
    except BadCursor as error:
        return respond(response.problem(400, "Bad request", str(error)))
    service, tag = req.params.get("service"), req.headers.get("if-none-match")
    return respond(response.status(document, service, tag))


@api.function_name("check")
@api.route(route="check", methods=["POST"], auth_level=func.AuthLevel.FUNCTION)
def check(req: func.HttpRequest) -> func.HttpResponse:
    """Check the watched apps now and send what is due."""
    time = arrival()
    try:
        configured = settings().of(tenant_of(req))
        with watching(configured, time=time) as watch:
            result = watch.check(log.info, whole=False)
    except (Misconfigured, NoSuchTenant, PortError) as error:
        return unavailable(error)
    report(result, configured.watchlist.key)
    return respond(response.check(check_document(result, configured.watchlist)))


@api.function_name("health")
@api.route(route="health", methods=READ, auth_level=func.AuthLevel.ANONYMOUS)
def health(req: func.HttpRequest) -> func.HttpResponse:  # noqa: ARG001  (the response is the same for everybody)
    """Return whether the checks of all tenants succeed, and nothing else: the route is public."""
    time = arrival()
    try:
        configured = settings()
        with ledgers(configured, time=time) as known:
            all_fresh = fresh(configured.watchlists, known, clock())
    except (Misconfigured, PortError) as error:
        log.error("%s", error)
        all_fresh = False
    return respond(response.health(fresh=all_fresh))
