"""Feeds, each behind a function key: metrics, a calendar and a spreadsheet."""

from collections.abc import Callable

import azure.functions as func

from shared.bootstrap import settings, watching
from shared.config.problems import Misconfigured
from shared.config.settings import NoSuchTenant
from shared.core.model.context import CheckContext
from shared.core.results import Status
from shared.ports.errors import PortError
from shared.usecases.check import Watch
from shared.web.request import READ, arrival, tenant_of
from shared.web.response import HttpResponse, feed, respond, unavailable
from shared.web.spreadsheet import spreadsheet

feeds = func.Blueprint()  # type: ignore[no-untyped-call]  # (the SDK leaves it without types)


@feeds.function_name("metrics")
@feeds.route(route="metrics", methods=READ, auth_level=func.AuthLevel.FUNCTION)
def metrics_feed(req: func.HttpRequest) -> func.HttpResponse:
    """Return gauges from the ledger, for Prometheus."""
    return _respond(req, _metrics)


@feeds.function_name("calendar")
@feeds.route(route="calendar.ics", methods=READ, auth_level=func.AuthLevel.FUNCTION)
def calendar_feed(req: func.HttpRequest) -> func.HttpResponse:
    """Return the expiry dates as events, for Outlook."""
    return _respond(req, _calendar)


@feeds.function_name("status_csv")
@feeds.route(route="status.csv", methods=READ, auth_level=func.AuthLevel.FUNCTION)
def spreadsheet_feed(req: func.HttpRequest) -> func.HttpResponse:
    """Return the status as a table, one row for each item."""
    return _respond(req, spreadsheet)


def _metrics(watch: Watch) -> HttpResponse:
    from shared.render.feeds import metrics  # noqa: PLC0415  (prometheus-client, for this route only)

    text = watch.shown_status(lambda found, at: metrics.metrics(found, at.watchlist))
    return feed(text, metrics.MEDIA_TYPE.removesuffix("; charset=utf-8"))  # the SDK adds it


def _calendar(watch: Watch) -> HttpResponse:
    return feed(watch.shown_status(_events), "text/calendar")


def _events(found: Status, at: CheckContext) -> str:
    from shared.render.feeds.calendar_events import calendar  # noqa: PLC0415  (icalendar, for this route only)

    judged = found.judgement.concluded
    records = at.memory.credential_records.values()
    gone = (each for each in records if each.gone_at is not None and each.app in judged)
    return calendar(found, at.watchlist, gone)


def _respond(req: func.HttpRequest, make: Callable[[Watch], HttpResponse]) -> func.HttpResponse:
    time = arrival()
    try:
        with watching(settings().of(tenant_of(req)), time=time) as watch:
            return respond(make(watch))
    except (Misconfigured, NoSuchTenant, PortError) as error:
        return unavailable(error)
