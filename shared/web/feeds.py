"""Feeds for programs, each behind a function key: gauges for a monitor, dates for a calendar, a table for a spreadsheet."""

from collections.abc import Callable

import azure.functions as func

from shared.bootstrap import watching
from shared.config.problems import Misconfigured
from shared.config.settings import NoSuchTenant
from shared.ports.errors import PortError
from shared.render.feeds import calendar_events, metrics, spreadsheet
from shared.usecases.check import Watch
from shared.web import answers
from shared.web.response import asked, respond, unavailable

feeds = func.Blueprint()  # type: ignore[no-untyped-call]  # (the SDK leaves it without types)

GAUGES = metrics.MEDIA_TYPE.removesuffix("; charset=utf-8")  # which the SDK adds


@feeds.function_name("metrics")
@feeds.route(route="metrics", methods=["GET"], auth_level=func.AuthLevel.FUNCTION)
def metrics_feed(req: func.HttpRequest) -> func.HttpResponse:
    """Gauges from the ledger, for Prometheus."""
    return _fed(
        req, lambda watch: answers.feed(metrics.metrics(watch.status(), watch.watchlist), GAUGES)
    )


@feeds.function_name("calendar")
@feeds.route(route="calendar.ics", methods=["GET"], auth_level=func.AuthLevel.FUNCTION)
def calendar_feed(req: func.HttpRequest) -> func.HttpResponse:
    """End dates as events, for Outlook."""
    return _fed(req, _dates)


@feeds.function_name("status_csv")
@feeds.route(route="status.csv", methods=["GET"], auth_level=func.AuthLevel.FUNCTION)
def spreadsheet_feed(req: func.HttpRequest) -> func.HttpResponse:
    """How we stand, a row an item."""
    return _fed(
        req,
        lambda watch: answers.feed(
            spreadsheet.status_csv(watch.status(), watch.watchlist), "text/csv", "lapsewatch.csv"
        ),
    )


def _dates(watch: Watch) -> answers.HttpResponse:
    gone = (
        sighting
        for sighting in watch.ledger.load().credential_records.values()
        if sighting.gone_at is not None
    )
    return answers.feed(
        calendar_events.calendar(watch.status(), watch.watchlist, gone), "text/calendar"
    )


def _fed(req: func.HttpRequest, feed: Callable[[Watch], answers.HttpResponse]) -> func.HttpResponse:
    try:
        with watching(asked(req)) as watch:
            return respond(feed(watch))
    except (Misconfigured, NoSuchTenant, PortError) as error:
        return unavailable(error)
