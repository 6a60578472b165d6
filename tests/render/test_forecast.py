"""A forecast for programs is complete; for people it is one line for each thing that is said on a day."""

from datetime import date

from shared.core.forecast import forecast
from shared.core.message import Message
from shared.core.model import Reason, Severity
from shared.core.observe import Round, observe, recall
from shared.render.forecast import Row, forecast_document, forecast_rows
from tests.support.build import CHICAGO, at, secret, watchlist
from tests.support.life import World

UNTIL = date(2026, 10, 15)


def planned() -> tuple[World, tuple[Message, ...]]:
    world = World(watched=watchlist(weekly=True), now=at("2026-09-01T13:05Z"))
    world.tenant.put(secret("cal24", "LibCal 2024", ends="2026-12-13T09:15Z"), secret("sta25", "LibStaffer", ends=None))
    world.check()
    memory = world.ledger.load()
    known = {app.key: seen for app in world.watched.apps if (seen := recall(app, memory)) is not None}
    return world, forecast(Round(world.watched, memory, world.now, world.ledger.pulse()), known, UNTIL)


def test_the_document_has_every_message_with_its_instant_its_local_day_and_its_items() -> None:
    world, messages = planned()
    document = forecast_document(messages, UNTIL, world.now, CHICAGO)
    told = document["messages"]
    assert (document["generated_at"], document["until"]) == ("2026-09-01T13:05:00Z", "2026-10-15")
    assert isinstance(told, list)
    assert len(told) == len(messages) == 14
    assert told[2] == {
        "on": "2026-09-14",
        "at": "2026-09-14T13:00:00Z",
        "channel": "its",
        "introduction": False,
        "items": [
            {"item": "libcal", "name": "LibCal", "standing": "expiring", "reason": "first", "severity": "notice", "days_left": 90},
        ],
    }


def test_the_table_says_once_what_several_channels_hear_and_counts_the_quiet_lines() -> None:
    rows = forecast_rows(planned()[1])
    both = ("its", "admins")
    assert rows.listed == (
        Row(date(2026, 9, 14), "LibCal: secret ends in 90 days (13 Dec)", Reason.FIRST, Severity.NOTICE, both),
        Row(date(2026, 10, 14), "LibCal: secret ends in 60 days (13 Dec)", Reason.RUNG, Severity.NOTICE, both),
    )
    assert rows.weekly == 10


def test_an_introduction_to_come_is_in_the_table() -> None:
    world = World(watched=watchlist(), now=at("2026-09-01T13:05Z"))
    world.tenant.put(secret("cal24", "LibCal 2024", ends=None), secret("sta25", "LibStaffer", ends=None))
    first = Round(world.watched, world.ledger.load(), world.now)
    (app,) = world.watched.apps
    seen = {app.key: observe(app, world.tenant.apps[app.client_id], first)}
    assert [(row.what, row.reason) for row in forecast_rows(forecast(first, seen, UNTIL)).listed] == [
        ("Lapsewatch now watches 2 services", Reason.INTRODUCED)
    ]
