"""Two libraries read the calendar; events keep who they are, say when they are cancelled, and give no secret away."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import icalendar
import ics  # type: ignore[import-untyped]  # it has no types
import pytest

from local.simulation.build import at, secret, service, watchlist
from local.simulation.world import World
from shared.core.model.vocabulary import Kind
from shared.render.feeds.calendar_events import calendar

OLD = secret(
    "11111111-0000-4000-8000-000000000001", "LibCal 2024", ends="2026-12-13T03:15Z", hint="q7X"
)
NEW = secret(
    "11111111-0000-4000-8000-000000000002",
    "LibCal 2026",
    ends="2028-12-13T09:15Z",
    starts="2026-11-20T00:00Z",
    hint="Zr2",
)
STAFFER = secret("11111111-0000-4000-8000-000000000003", "LibStaffer", ends=None)
STRAY = secret("11111111-0000-4000-8000-000000000004", "Test", ends="2027-12-13T09:15Z", hint="p0W")

type Event = Any  # the library's own, untyped


def text_of(world: World) -> str:
    return calendar(
        world.watch.status(), world.watched, world.ledger.load().credential_records.values()
    )


def events(world: World) -> dict[str, Event]:
    """Give the events by their summaries."""
    return {
        str(event["summary"]): event
        for event in icalendar.Calendar.from_ical(text_of(world)).walk("VEVENT")
    }


@pytest.fixture
def world() -> World:
    alive = World(
        watchlist(service("LibCal", link="https://library.example/admin"), service("LibStaffer")),
        now=at("2026-11-22T14:00Z"),
    )
    alive.tenant.put(OLD, STAFFER)
    alive.check()
    return alive


def triggers(event: Event) -> list[int]:
    return [-alarm["trigger"].dt.days for alarm in event.walk("VALARM")]


def test_an_end_is_an_all_day_event_on_the_local_day_with_an_alarm_at_each_rung(
    world: World,
) -> None:
    (event,) = events(world).values()
    assert str(event["summary"]) == "LibCal: secret “LibCal 2024” ends"
    assert (event["dtstart"].dt, event["dtend"].dt) == (date(2026, 12, 12), date(2026, 12, 13))
    assert "12 Dec 2026 at 21:15 CST" in event["description"]
    assert (event["status"], event["transp"], event["url"]) == (
        "CONFIRMED",
        "TRANSPARENT",
        "https://library.example/admin",
    )
    assert triggers(event) == [90, 60, 30, 14, 7, 3, 1, 0]


def test_what_does_not_expire_has_no_event(world: World) -> None:
    assert not [summary for summary in events(world) if summary.startswith("LibStaffer")]


def test_replacement_leftover_and_unclaimed_have_events_of_their_own(world: World) -> None:
    world.tenant.put(NEW, OLD, STAFFER, STRAY)
    world.check()
    assert set(events(world)) == {
        "LibCal: secret “LibCal 2024” ends",
        "LibCal: new secret “LibCal 2026” ends",
        "LibApps Outlook sync: unclaimed secret “Test” ends",
    }
    world.confirm("libcal", NEW.key_id)
    found = events(world)
    assert {"LibCal: old secret “LibCal 2024” ends", "LibCal: secret “LibCal 2026” ends"} < set(
        found
    )
    assert triggers(found["LibCal: old secret “LibCal 2024” ends"]) == [7, 1, 0]


def test_an_event_stays_the_same_through_the_life_of_its_credential_and_its_sequence_never_falls(
    world: World,
) -> None:
    seen: list[dict[str, Event]] = []
    steps: tuple[Callable[[], None], ...] = (
        lambda: world.tenant.add(NEW),
        lambda: world.confirm("libcal", NEW.key_id),
        lambda: world.confirm("libcal", OLD.key_id),
        lambda: world.tenant.drop(NEW.key_id),
        lambda: world.tenant.add(NEW),
    )
    for step in steps:
        world.now += timedelta(hours=1)
        step()
        world.check()
        seen.append({str(event["uid"]): event for event in events(world).values()})
    assert len({frozenset(each) for each in seen}) == 1
    for uid in seen[0]:
        assert [each[uid]["sequence"] for each in seen] == sorted(
            {each[uid]["sequence"] for each in seen}
        )
        assert [each[uid]["last-modified"].dt for each in seen] == sorted(
            each[uid]["last-modified"].dt for each in seen
        )
    assert {"CONFIRMED", "CANCELLED"} == {str(event["status"]) for event in seen[3].values()}
    assert {"CONFIRMED"} == {str(event["status"]) for event in seen[4].values()}


def test_a_credential_in_use_that_is_gone_is_cancelled_for_a_while_and_rings_no_more(
    world: World,
) -> None:
    (before,) = events(world).values()
    world.tenant.drop(OLD.key_id)
    world.now += timedelta(days=1)
    world.check()
    (after,) = events(world).values()
    assert (after["uid"], after["status"], after["dtstart"].dt) == (
        before["uid"],
        "CANCELLED",
        before["dtstart"].dt,
    )
    assert (triggers(after), after["sequence"] > before["sequence"]) == ([], True)
    world.now += timedelta(days=31)
    assert events(world) == {}


def test_an_unclaimed_credential_that_is_gone_is_cancelled_as_what_it_was(world: World) -> None:
    world.tenant.add(STRAY)
    world.check()
    before = events(world)["LibApps Outlook sync: unclaimed secret “Test” ends"]
    world.tenant.drop(STRAY.key_id)
    world.check()
    after = events(world)["LibApps Outlook sync: secret “Test” is gone"]
    assert (after["uid"], after["status"]) == (before["uid"], "CANCELLED")


def test_a_credential_that_two_services_use_has_an_event_for_each(world: World) -> None:
    world.claim(OLD.key_id, "libcal", "libstaffer")
    world.confirm("libstaffer", OLD.key_id)
    assert set(events(world)) == {
        "LibCal: secret “LibCal 2024” ends",
        "LibStaffer: secret “LibCal 2024” ends",
    }
    assert len({str(event["uid"]) for event in events(world).values()}) == 2


def test_no_key_id_and_no_hint_is_in_it(world: World) -> None:
    world.tenant.put(NEW, OLD, STAFFER, STRAY)
    world.check()
    world.confirm("libcal", NEW.key_id)
    world.tenant.drop(STRAY.key_id)
    world.check()
    unfolded = text_of(world).replace("\r\n ", "")
    secrets = [
        word
        for each in (OLD, NEW, STAFFER, STRAY)
        for word in (each.key_id, each.key_id.replace("-", ""), each.hint)
    ]
    assert [word for word in secrets if word in unfolded] == []


def test_texts_from_outside_can_neither_end_a_line_nor_begin_an_event(world: World) -> None:
    name = "LibCal\r\nEND:VEVENT\r\nBEGIN:VEVENT\r\nSUMMARY:x;y,z\\n \u202etxet" + "ü" * 100
    world.tenant.put(OLD._replace(name=name, kind=Kind.CERTIFICATE), STAFFER)
    world.check()
    (event,) = events(world).values()
    assert str(event["summary"]).startswith(
        "LibCal: certificate “LibCal END:VEVENT BEGIN:VEVENT SUMMARY:x;y,z\\n txet"
    )
    assert all(len(line.encode()) <= 75 for line in text_of(world).split("\r\n"))


def test_it_says_how_often_to_fetch_it_and_changes_in_nothing_but_its_stamp(world: World) -> None:
    first = text_of(world)
    feed: Any = icalendar.Calendar.from_ical(first)
    assert (feed["method"], feed["version"], feed["x-published-ttl"]) == ("PUBLISH", "2.0", "PT12H")
    assert feed["refresh-interval"].dt == timedelta(hours=12)
    assert text_of(world) == first
    world.now += timedelta(minutes=7)
    assert text_of(world).replace("DTSTAMP:20261122T140700Z", "DTSTAMP:20261122T140000Z") == first


def test_another_library_reads_the_same(world: World) -> None:
    world.tenant.put(NEW, OLD, STAFFER, STRAY)
    world.check()
    world.tenant.drop(STRAY.key_id)
    world.check()
    read = ics.Calendar(text_of(world))
    assert {
        event.name: (event.begin.date(), event.all_day, event.status, len(event.alarms))
        for event in read.events
    } == {
        "LibCal: secret “LibCal 2024” ends": (date(2026, 12, 12), True, "CONFIRMED", 8),
        "LibCal: new secret “LibCal 2026” ends": (date(2028, 12, 13), True, "CONFIRMED", 8),
        "LibApps Outlook sync: secret “Test” is gone": (date(2027, 12, 13), True, "CANCELLED", 0),
    }


def test_an_empty_calendar_is_a_calendar() -> None:
    assert ics.Calendar(text_of(World())).events == set()


def test_a_sighting_of_an_app_that_is_not_watched_any_more_has_no_event(world: World) -> None:
    elsewhere = [
        replace(each, app="libwizard", gone_at=world.now)
        for each in world.ledger.load().credential_records.values()
    ]
    assert "CANCELLED" not in calendar(world.watch.status(), world.watched, elsewhere)
