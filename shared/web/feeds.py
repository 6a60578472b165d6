"""Feeds, each behind a function key: metrics, a calendar and a spreadsheet."""

from collections.abc import Callable

import azure.functions as func

from shared.bootstrap import settings, watching
from shared.config.problems import Misconfigured
from shared.config.settings import NoSuchTenant
from shared.ports.errors import PortError
from shared.render.feeds import calendar_events, metrics, spreadsheet
from shared.usecases.check import Watch
from shared.web.request import arrival, tenant_of
from shared.web.response import HttpResponse, feed, respond, unavailable

feeds = func.Blueprint()  # type: ignore[no-untyped-call]  # (the SDK leaves it without types)

METRICS_TYPE = metrics.MEDIA_TYPE.removesuffix("; charset=utf-8")  # the SDK adds it


@feeds.function_name("metrics")
@feeds.route(route="metrics", methods=["GET"], auth_level=func.AuthLevel.FUNCTION)
def metrics_feed(req: func.HttpRequest) -> func.HttpResponse:
    """Return gauges from the ledger, for Prometheus."""
    return _respond(req, _metrics)


@feeds.function_name("calendar")
@feeds.route(route="calendar.ics", methods=["GET"], auth_level=func.AuthLevel.FUNCTION)
def calendar_feed(req: func.HttpRequest) -> func.HttpResponse:
    """Return the expiry dates as events, for Outlook."""
    return _respond(req, _calendar)


@feeds.function_name("status_csv")
@feeds.route(route="status.csv", methods=["GET"], auth_level=func.AuthLevel.FUNCTION)
def spreadsheet_feed(req: func.HttpRequest) -> func.HttpResponse:
    """Return the status as a table, one row for each item."""
    return _respond(req, _spreadsheet)


def _metrics(watch: Watch) -> HttpResponse:
    return feed(metrics.metrics(watch.status(), watch.watchlist), METRICS_TYPE)


def _calendar(watch: Watch) -> HttpResponse:
    records = watch.ledger.load().credential_records.values()
    gone = (record for record in records if record.gone_at is not None)
    events = calendar_events.calendar(watch.status(), watch.watchlist, gone)
    return feed(events, "text/calendar")


def _spreadsheet(watch: Watch) -> HttpResponse:
    table = spreadsheet.status_csv(watch.status(), watch.watchlist)
    return feed(table, "text/csv", "lapsewatch.csv")


def _respond(req: func.HttpRequest, make: Callable[[Watch], HttpResponse]) -> func.HttpResponse:
    time = arrival()
    try:
        with watching(settings().of(tenant_of(req)), time=time) as watch:
            return respond(make(watch))
    except (Misconfigured, NoSuchTenant, PortError) as error:
        return unavailable(error)
