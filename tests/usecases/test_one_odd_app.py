"""A fault of the program that one app or item meets never stops the others.

The faults are met by values that no adapter makes: an instant without a time zone cannot be
judged, and a hint that is not text cannot be rendered.
"""

from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import datetime
from typing import cast

import pytest

from local.simulation.build import RULES, app, at, secret, service, watchlist
from local.simulation.world import ANNA, World
from shared.core.decisions import Refused
from shared.core.model.check_record import Outcome
from shared.core.model.directory import Credential
from shared.core.model.message import Message
from shared.core.model.vocabulary import Reason
from shared.core.model.watchlist import WatchedApp, Watchlist
from shared.render.card.card import cards
from shared.render.feeds.calendar_events import calendar
from shared.render.feeds.forecast import forecast_document
from shared.render.feeds.metrics import metrics
from shared.render.feeds.spreadsheet import status_csv
from shared.render.feeds.status_document import status_document
from shared.web.status_page import status_page
from shared.web.visit import PageVisit

ODD = "7d1c2f5e-8a04-4d0b-9d5e-0c7a5a2b13d7"
GOOD = secret("cal24", "LibCal 2024", ends="2026-09-20T09:15Z")
NAIVE = secret("odd24", "Payroll 2024", ends="2026-09-20T09:15Z")._replace(
    ends=datetime(2026, 9, 20)  # noqa: DTZ001  (what no adapter makes)
)
NO_TEXT = secret("odd24", "Payroll 2024", ends="2026-09-20T09:15Z")._replace(hint=cast(str, 7))


def two_apps() -> Watchlist:
    payroll = service("Payroll", renewer=("hr",), installer=("hr",))
    apps = watchlist(service("LibCal"), channels=("its", "admins", "hr")).apps
    return watchlist(
        channels=("its", "admins", "hr"), apps=(*apps, WatchedApp("Payroll sync", ODD, (payroll,)))
    )


def world_with(odd: Credential) -> World:
    world = World(watched=two_apps(), now=at("2026-09-01T13:05Z"), rehearse=cards)
    world.tenant.put(GOOD)
    world.tenant.put(odd, client_id=ODD)
    return world


def reasons(messages: Iterable[Message]) -> list[tuple[str, Reason]]:
    return [(each.view.item, each.reason) for message in messages for each in message.notices]


def put_in_ledger(world: World, odd: Credential) -> None:
    known = world.ledger.load()
    record = replace(known.credential_records["pay24"], credential=odd)
    records = {**known.credential_records, "pay24": record}
    world.ledger.memory = replace(known, credential_records=records)


ODD_CREDENTIALS = pytest.mark.parametrize("odd", [NAIVE, NO_TEXT], ids=["judging", "rendering"])


@ODD_CREDENTIALS
def test_the_other_app_is_notified_and_the_check_is_partial(odd: Credential) -> None:
    world = world_with(odd)
    result = world.check()
    assert result.outcome == Outcome.PARTIAL
    assert "Payroll sync could not be evaluated: internal error" in result.error
    assert world.inboxes["its"].heard[0].watching[0].service.name == "LibCal"
    assert ("libcal", Reason.FIRST) in reasons(world.inboxes["its"].heard)
    assert world.ledger.last_checks().outcome == Outcome.PARTIAL


@ODD_CREDENTIALS
def test_renewers_of_the_odd_app_are_notified_once_and_at_its_end(
    odd: Credential,
) -> None:
    world = world_with(odd)
    world.check()
    assert reasons(world.inboxes["hr"].heard) == [("failure:payroll", Reason.CHECK_FAILING)]
    world.run("2026-09-04T12:00Z")
    assert len(world.inboxes["hr"].heard) == 1
    page = status_page(PageVisit(ANNA, world.watch, lambda _: None, lambda *_: None)).body
    assert "Payroll sync: Lapsewatch cannot evaluate this app" in page
    assert "Payroll sync could not be evaluated" in page
    world.tenant.put(GOOD._replace(key_id="pay24", name="Payroll 2024"), client_id=ODD)
    world.run("2026-09-04T14:00Z")
    assert reasons(world.inboxes["hr"].heard)[1:] == [
        ("payroll", Reason.FIRST),
        ("failure:payroll", Reason.RECOVERED),
    ]
    assert world.ledger.last_checks().outcome == Outcome.OK


@pytest.mark.parametrize(
    "render",
    [
        lambda found, at: status_csv(found, at.watchlist),
        lambda found, at: str(status_document(found, at.watchlist)),
        lambda found, at: metrics(found, at.watchlist),
        lambda found, at: calendar(found, at.watchlist, ()),
    ],
    ids=["csv", "json", "metrics", "calendar"],
)
@ODD_CREDENTIALS
def test_every_feed_shows_the_other_app(odd: Credential, render: Callable[..., str]) -> None:
    world = world_with(GOOD._replace(key_id="pay24", name="Payroll 2024"))
    world.check()
    put_in_ledger(world, odd)
    assert "libcal" in world.watch.shown_status(render).lower()


@ODD_CREDENTIALS
def test_forecast_lists_the_other_app(odd: Credential) -> None:
    world = world_with(GOOD._replace(key_id="pay24", name="Payroll 2024"))
    world.check()
    put_in_ledger(world, odd)
    document = world.watch.shown_forecast(forecast_document)
    assert "libcal" in str(document)
    assert ("Payroll sync" in str(document["unread"])) == (odd is NAIVE)


@ODD_CREDENTIALS
def test_decision_about_the_odd_app_is_refused_in_a_sentence(odd: Credential) -> None:
    world = world_with(odd)
    world.watch.check()
    if odd is NAIVE:
        with pytest.raises(Refused, match="Payroll sync could not be evaluated"):
            world.acknowledge("payroll", "2026-09-10", "Leave")
    world.confirm("libcal", "cal24")


def cannot_render(item: str) -> Callable[[Message], None]:
    """Return a renderer that meets a fault in one item."""

    def render(message: Message) -> None:
        if any(each.view.item == item for each in message.notices):
            raise ValueError(item)

    return render


@pytest.mark.parametrize(
    ("name", "rehearse"),
    [(cast(str, 7), cards), ("", cannot_render("tenant:object-odd:odd-1"))],
    ids=["filtering", "rendering"],
)
def test_the_other_app_of_the_tenant_is_reported_and_the_odd_one_once(
    name: str, rehearse: Callable[[Message], object]
) -> None:
    watched = watchlist(service("LibCal", installer=("its",)), inventory=RULES)
    world = World(watched=watched, now=at("2026-09-01T13:05Z"), rehearse=rehearse)
    good, odd = app("good", "2026-09-05T09:15Z"), app("odd", "2026-09-05T09:15Z")
    odd_credential = odd.credentials[0]._replace(name=name)
    world.tenant.put(GOOD._replace(ends=None))
    world.whole.apps = [good, odd._replace(credentials=(odd_credential,))]
    result = world.check()
    assert result.outcome == Outcome.PARTIAL
    assert "internal error" in result.error
    assert reasons(world.inboxes["its"].heard[1:]) == [
        ("failure:tenant", Reason.CHECK_FAILING),
        ("tenant:object-good:good-1", Reason.FIRST),
    ]
    world.run("2026-09-02T14:00Z")
    assert len(world.inboxes["its"].heard) == 2
    assert "tenant:object-good:good-1" in str(
        world.watch.shown_status(lambda found, at: status_document(found, at.watchlist))
    )
    world.whole.broken, world.whole.page_size = "Graph answered 503.", 1
    world.run("2026-09-03T14:00Z")
    assert len(world.inboxes["its"].heard) == 2, "a read that failed shows no recovery"
    world.whole.broken, world.whole.apps = "", [good]
    world.rehearse = cards
    world.run("2026-09-04T14:00Z")
    assert ("failure:tenant", Reason.RECOVERED) in reasons(world.inboxes["its"].heard)


def test_a_fault_outside_every_app_is_a_failed_check_with_a_heartbeat() -> None:
    world, beats = world_with(GOOD._replace(key_id="pay24")), []

    class Heartbeat:
        def beat(self, *, good: bool) -> None:
            beats.append(good)

    def clock_that_breaks(*_: object) -> None:
        raise RuntimeError

    watch = replace(world.watch, heartbeat=Heartbeat(), rehearse=clock_that_breaks)
    result = watch.check()
    assert (result.outcome, beats) == (Outcome.FAILED, [False])
    assert "internal error (RuntimeError in test_one_odd_app.py" in result.error
    assert world.ledger.last_checks().outcome == Outcome.FAILED
