"""Everything that a person can read about the present status, as texts by the way to read it."""

import io
import json

from rich.console import Console

from shared.cli import console
from shared.cli.forecast_table import show_forecast
from shared.core.model.decision import Person
from shared.render.feeds.calendar_events import calendar
from shared.render.feeds.forecast import forecast_document
from shared.render.feeds.metrics import metrics
from shared.render.feeds.spreadsheet import status_csv
from shared.render.feeds.status_document import status_document
from shared.render.timeline.timeline import timeline
from shared.usecases.check import Watch
from shared.web.status_page import status_page
from shared.web.visit import PageVisit

DANA = Person("00000000-0000-4000-8000-00000000000d", "Dana Example")


def read_everything(watch: Watch, *, live: bool = False) -> dict[str, str]:
    """Read all of them. Raises what any of them raises."""
    watchlist, status, forecast = watch.watchlist, watch.status(live=live), watch.forecast()
    gone = [each for each in watch.ledger.load().credential_records.values() if each.gone_at]
    visit = PageVisit(DANA, watch, lambda _: None, lambda *_: None)
    body = status_page(visit).body
    terminal = Console(file=io.StringIO(), width=200)
    console.status(terminal, status, watchlist)
    show_forecast(terminal, forecast, svg=None)
    assert isinstance(terminal.file, io.StringIO)
    return {
        "status": json.dumps(status_document(status, watchlist), ensure_ascii=False),
        "csv": status_csv(status, watchlist),
        "page": str(body),
        "calendar": calendar(status, watchlist, gone),
        "metrics": metrics(status, watchlist),
        "forecast": json.dumps(forecast_document(forecast), ensure_ascii=False),
        "timeline": timeline(forecast.judgement, forecast.at),
        "terminal": terminal.file.getvalue(),
    }
