"""A forecast as JSON is complete; as a table it has one row for each notice on a day."""

import io
from dataclasses import replace
from datetime import date

from rich.console import Console

from local.simulation.build import at, secret, service, watchlist
from local.simulation.world import World
from shared.cli.forecast_table import show_forecast
from shared.core.judge.snapshot import snapshot_of
from shared.core.model.context import CheckContext
from shared.core.model.vocabulary import Reason, Severity
from shared.core.model.watchlist import WatchedApp
from shared.core.notify.forecast import forecast
from shared.core.results import Forecast
from shared.render.feeds.forecast import ForecastRow, forecast_document, forecast_rows

UNTIL = date(2026, 10, 15)
KIOSKS = "00000000-0000-4000-8000-000000000002"


def planned() -> Forecast:
    world = World(watched=watchlist(weekly=True), now=at("2026-09-01T13:05Z"))
    world.tenant.put(
        secret("cal24", "LibCal 2024", ends="2026-12-13T09:15Z"),
        secret("sta25", "LibStaffer", ends=None),
    )
    world.check()
    return world.watch.forecast(UNTIL)


def test_the_document_has_every_message() -> None:
    found = planned()
    document = forecast_document(found)
    told = document["messages"]
    assert (document["generated_at"], document["until"], document["unread"]) == (
        "2026-09-01T13:05:00Z",
        "2026-10-15",
        [],
    )
    assert isinstance(told, list)
    assert len(told) == len(found.messages) == 14
    assert told[2] == {
        "on": "2026-09-14",
        "at": "2026-09-14T13:00:00Z",
        "channel": "its",
        "introduction": False,
        "items": [
            {
                "item": "libcal",
                "name": "LibCal",
                "standing": "expiring",
                "reason": "first",
                "severity": "notice",
                "days_left": 90,
            },
        ],
    }


def test_rows_combine_channels_and_omit_weekly_messages() -> None:
    rows = forecast_rows(planned().messages)
    both = ("its", "admins")
    assert rows.listed == (
        ForecastRow(
            date(2026, 9, 14),
            "LibCal: secret expires in 90 days (13 Dec)",
            Reason.FIRST,
            Severity.NOTICE,
            both,
        ),
        ForecastRow(
            date(2026, 10, 14),
            "LibCal: secret expires in 60 days (13 Dec)",
            Reason.RUNG,
            Severity.NOTICE,
            both,
        ),
    )
    assert rows.weekly == 10


def test_an_unread_app_is_not_in_the_forecast() -> None:
    library = watchlist()
    kiosks = WatchedApp("Kiosks", KIOSKS, (service("Kiosk"),))
    world = World(watched=replace(library, apps=(*library.apps, kiosks)))
    world.tenant.put(secret("cal24", "LibCal 2024", ends="2026-12-13T09:15Z"))
    world.tenant.broken[KIOSKS] = "Graph answered 503."
    world.check()
    found = world.watch.forecast(UNTIL)
    assert [row.what for row in forecast_rows(found.messages).listed] == [
        "LibCal: secret expires in 90 days (13 Dec)",
        "LibCal: secret expires in 60 days (13 Dec)",
    ]
    assert forecast_document(found)["unread"] == [{"client_id": KIOSKS, "name": "Kiosks"}]
    paper = io.StringIO()
    show_forecast(Console(file=paper, width=200), found, svg=None)
    assert "Kiosks has not been read yet: the forecast does not include it." in paper.getvalue()


def test_a_future_introduction_is_in_the_rows() -> None:
    world = World(watched=watchlist(), now=at("2026-09-01T13:05Z"))
    world.tenant.put(
        secret("cal24", "LibCal 2024", ends=None), secret("sta25", "LibStaffer", ends=None)
    )
    first = CheckContext(world.watched, world.ledger.load(), world.now)
    (app,) = world.watched.apps
    seen = {app.key: snapshot_of(app, world.tenant.apps[app.client_id], first)}
    assert [
        (row.what, row.reason) for row in forecast_rows(forecast(first, seen, UNTIL)).listed
    ] == [("Lapsewatch now watches 2 services", Reason.INTRODUCED)]
