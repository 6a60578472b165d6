"""Any date of Graph, a form or the ledger: nothing raises, and all neighbours are notified."""

import json
from collections import Counter
from collections.abc import Generator
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from functools import cache
from typing import Any
from zoneinfo import ZoneInfo, available_timezones

from hypothesis import example, given
from hypothesis import strategies as st

from local.simulation.build import CLIENT_ID, RULES, at, secret, service, watchlist
from local.simulation.inventory import InMemoryInventory
from local.simulation.world import ANNA, World
from shared.adapters.graph.decode import app_of, decode
from shared.adapters.graph.page_decoder import PageDecoder
from shared.adapters.graph.shapes import Principal, Record
from shared.core.decisions import Refused
from shared.core.model.check_record import Outcome
from shared.core.model.decision import Acknowledgement
from shared.core.model.directory import App
from shared.core.model.inventory import Holder
from shared.core.model.watchlist import WatchedApp, Watchlist
from shared.ports.inventory import ScanPage, ScanQuery
from shared.render.card.card import cards
from shared.render.mail.mail import mail
from tests.field.apps import guid
from tests.field.readers import read_everything
from tests.support import graph_objects
from tests.support.examples import examples

NOW = at("2027-05-19T14:05Z")
OTHER_ID = "6f1c2f5e-8a04-4d0b-9d5e-0c7a5a2b0002"
NEIGHBOUR = secret("neighbour", "Rooms 2025", ends="2027-06-18T09:15Z")
EDGES = (
    "0001-01-01T00:00:00",
    "0001-01-01T13:59:59.9999999",
    "0001-01-02T00:00:00",
    "1601-01-01T00:00:00",
    "1899-12-30T00:00:00",
    "1970-01-01T00:00:00",
    "2027-05-19T14:05:00",
    "2027-06-18T09:15:00",
    "2262-04-11T23:47:16.854775",
    "2298-12-31T23:59:59",
    "2299-12-31T00:00:00",
    "9998-12-31T23:59:59",
    "9999-12-31T00:00:00",
    "9999-12-31T23:59:59.9999999",
)
ZONES = sorted(available_timezones())
ZONE_EDGES = ("UTC", "America/Chicago", "Pacific/Kiritimati", "Pacific/Pago_Pago", "Asia/Manila")

instants = st.builds(
    "{}{}".format,
    st.sampled_from(EDGES) | st.datetimes().map(datetime.isoformat),
    st.sampled_from(("Z", "Z", "Z", "+14:00", "-12:00")),
)
days = st.sampled_from([date.min, date.max, date(9999, 1, 1), date(2028, 5, 19), NOW.date()])


@dataclass(frozen=True)
class Odd:
    """A credential with any start and end, and where it is."""

    starts: str | None
    ends: str | None
    name: str
    certificate: bool = False

    def document(self, number: int) -> dict[str, object]:
        """Return it as Graph has it."""
        build = graph_objects.certificate if self.certificate else graph_objects.secret
        return build(
            keyId=guid(f"odd {number}"),
            displayName=self.name or None,
            startDateTime=self.starts,
            endDateTime=self.ends,
        )


odds = st.builds(
    Odd,
    st.none() | instants,
    st.none() | instants,
    st.sampled_from(("LibCal 2025", "LibCal old", "LibStaffer", "", "CN=odd")),
    st.booleans(),
)
zones = st.sampled_from(ZONE_EDGES) | st.sampled_from(ZONES)


@dataclass
class Pages(InMemoryInventory):
    """A tenant of one page, read by the real decoder."""

    body: bytes = b""

    def scan(self, query: ScanQuery, *, seconds: float) -> Generator[ScanPage]:
        """Yield it."""
        assert seconds > 0
        page = PageDecoder(Holder.APPLICATION, query).decode(self.body)
        yield ScanPage(page.apps, page.applications, page.credentials, page.failures, 1)


def application(name: str, *them: dict[str, object], **more: object) -> dict[str, object]:
    """Return an app with secrets and certificates, as Graph has it."""
    keys = [each for each in them if "usage" in each]
    passwords = [each for each in them if "usage" not in each]
    ids = {"id": guid(f"object {name}"), "appId": guid(f"client {name}")}
    plain = {"displayName": name, "keyCredentials": keys, "passwordCredentials": passwords}
    return graph_objects.application(**{**ids, **plain, **more})


def world_of(zone: str, odd: list[dict[str, object]]) -> World:
    """Return a world with these credentials on a watched app and on one of the tenant."""
    expiring = graph_objects.secret(endDateTime="2027-06-18T09:15:00Z", keyId=guid("payroll"))
    tenant = [application("Odd", *odd), application("Payroll", expiring)]
    whole = Pages(body=json.dumps({"value": tenant}).encode())
    world = World(watched(zone), NOW, whole=whole)
    libapps = application("LibApps", *odd, appId=CLIENT_ID)
    world.tenant.apps[CLIENT_ID] = app_of(decode(json.dumps(libapps).encode(), Record), Principal())
    world.tenant.apps[OTHER_ID] = App(OTHER_ID, guid("rooms"), "Rooms", (NEIGHBOUR,), (), "")
    return world


def watched(zone: str) -> Watchlist:
    """Return a watchlist of two apps and the tenant."""
    rooms = service("Rooms")
    plain = watchlist(inventory=RULES, zone=ZoneInfo(zone))
    return replace(plain, apps=(*plain.apps, WatchedApp("Rooms", OTHER_ID, (rooms,))))


def neighbours_news(world: World) -> Counter[Any]:
    """Return the notices about the neighbours, after two checks a day apart."""
    results = []
    for day in range(2):
        world.now = NOW + timedelta(days=day)
        results.append(world.check())
    assert [result.outcome for result in results] == [Outcome.OK, Outcome.OK], results[-1].error
    return Counter(
        (channel, message.now, notice.view.item, notice.reason, notice.view.days_left)
        for channel, inbox in world.inboxes.items()
        for message in inbox.heard
        for notice in message.notices
        if notice.view.item in {"rooms", f"tenant:{guid('object Payroll')}:{guid('payroll')}"}
    )


@cache
def usual_news(zone: str) -> Counter[Any]:
    """Return the same without any odd credential."""
    news = neighbours_news(world_of(zone, []))
    assert news.total() >= 3
    return news


def read_all(world: World) -> None:
    """Render every message that was sent, and everything that a person can read."""
    for inbox in world.inboxes.values():
        for message in inbox.heard:
            assert cards(message)
            mail(message, to=("its@example.org",), sender="alerts@example.org")
    shown = read_everything(world.watch)
    assert all(shown.values())
    assert not [name for name, text in shown.items() if "internal error" in text]


@examples(2)
@example([Odd("2019-07-17T17:21:08Z", "0001-01-01T00:00:00Z", "")], "UTC", date.max)
@example([Odd("9999-12-31T00:00:00Z", None, "LibCal 2027")], "Pacific/Kiritimati", date.max)
@given(st.lists(odds, min_size=1, max_size=3), zones, st.dates() | days)
def test_no_date_stops_anything(odd: list[Odd], zone: str, until: date) -> None:
    world = world_of(zone, [each.document(number) for number, each in enumerate(odd)])
    assert neighbours_news(world) == usual_news(zone)
    read_all(world)
    for name in ("libcal", "libstaffer", "rooms"):
        with suppress(Refused):
            world.acknowledge(name, until.isoformat(), "because")
    read_all(world)


@examples(2)
@example(date.max, "Pacific/Kiritimati")
@example(date.min, "Pacific/Pago_Pago")
@given(st.dates() | days, zones)
def test_no_stored_acknowledgement_stops_anything(until: date, zone: str) -> None:
    """An earlier version recorded any day."""
    ended = Odd("2025-01-10T09:15:30Z", "2027-05-10T00:00:00Z", "LibCal 2025")
    world = world_of(zone, [ended.document(0)])
    world.check()
    view = next(each for each in world.watch.status().judgement.services if each.item == "libcal")
    given = Acknowledgement("libcal", until, "because", NOW, ANNA, view.situation)
    memory = replace(world.ledger.memory, acknowledgements={"libcal": given})
    world.ledger.memory = memory
    world.now += timedelta(days=1)
    assert world.check().outcome == Outcome.OK
    read_all(world)
