"""The calendar: two libraries read it, event ids are stable, and no key ids or hints are in it."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import icalendar
import ics  # type: ignore[import-untyped]  # it has no types
import pytest

from local.simulation.build import at, secret, service, watchlist
from local.simulation.world import World
from shared.core.model.directory import Kind
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
    """Return the events by their summaries."""
    return {
        str(event["summary"]): event
        for event in icalendar.Calendar.from_ical(text_of(world)).walk("VEVENT")
    }


@pytest.fixture
def world() -> World:
    world = World(
        watchlist(service("LibCal", link="https://library.example/admin"), service("LibStaffer")),
        now=at("2026-11-22T14:00Z"),
    )
    world.tenant.put(OLD, STAFFER)
    world.check()
    return world


def triggers(event: Event) -> list[int]:
    return [-alarm["trigger"].dt.days for alarm in event.walk("VALARM")]


def test_end_is_an_all_day_event_with_an_alarm_at_each_rung(
    world: World,
) -> None:
    (event,) = events(world).values()
    assert str(event["summary"]) == "LibCal: secret “LibCal 2024” expires"
    assert (event["dtstart"].dt, event["dtend"].dt) == (date(2026, 12, 12), date(2026, 12, 13))
    assert "12 Dec 2026 at 21:15 CST" in event["description"]
    assert (event["status"], event["transp"], event["url"]) == (
        "CONFIRMED",
        "TRANSPARENT",
        "https://library.example/admin",
    )
    assert triggers(event) == [90, 60, 30, 14, 7, 3, 1, 0]


def test_credential_without_an_end_has_no_event(world: World) -> None:
    assert not [summary for summary in events(world) if summary.startswith("LibStaffer")]


def test_replacement_leftover_and_unclaimed_have_own_events(world: World) -> None:
    world.tenant.put(NEW, OLD, STAFFER, STRAY)
    world.check()
    assert set(events(world)) == {
        "LibCal: secret “LibCal 2024” expires",
        "LibCal: new secret “LibCal 2026” expires",
        "LibApps Outlook sync: unassigned secret “Test” expires",
    }
    world.confirm("libcal", NEW.key_id)
    found = events(world)
    assert {
        "LibCal: old secret “LibCal 2024” expires",
        "LibCal: secret “LibCal 2026” expires",
    } < set(found)
    assert triggers(found["LibCal: old secret “LibCal 2024” expires"]) == [7, 1, 0]


def test_event_keeps_its_id_and_its_sequence_never_falls(
    world: World,
) -> None:
    states: list[dict[str, Event]] = []
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
        states.append({str(event["uid"]): event for event in events(world).values()})
    assert len({frozenset(state) for state in states}) == 1
    for uid in states[0]:
        sequences = [state[uid]["sequence"] for state in states]
        changes = [state[uid]["last-modified"].dt for state in states]
        assert sequences == sorted(set(sequences))
        assert changes == sorted(changes)
    assert {str(event["status"]) for event in states[3].values()} == {"CONFIRMED", "CANCELLED"}
    assert {str(event["status"]) for event in states[4].values()} == {"CONFIRMED"}


def test_deleted_credential_is_cancelled_for_30_days(
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


def test_deleted_unclaimed_credential_is_cancelled(world: World) -> None:
    world.tenant.add(STRAY)
    world.check()
    before = events(world)["LibApps Outlook sync: unassigned secret “Test” expires"]
    world.tenant.drop(STRAY.key_id)
    world.check()
    after = events(world)["LibApps Outlook sync: secret “Test” was deleted"]
    assert (after["uid"], after["status"]) == (before["uid"], "CANCELLED")


def test_shared_credential_has_an_event_for_each_service(world: World) -> None:
    world.claim(OLD.key_id, "libcal", "libstaffer")
    world.confirm("libstaffer", OLD.key_id)
    assert set(events(world)) == {
        "LibCal: secret “LibCal 2024” expires",
        "LibStaffer: secret “LibCal 2024” expires",
    }
    assert len({str(event["uid"]) for event in events(world).values()}) == 2


def test_calendar_has_no_key_ids_and_no_hints(world: World) -> None:
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


def test_hostile_text_cannot_begin_a_line_or_an_event(world: World) -> None:
    name = "LibCal\r\nEND:VEVENT\r\nBEGIN:VEVENT\r\nSUMMARY:x;y,z\\n \u202etxet" + "ü" * 100
    world.tenant.put(OLD._replace(name=name, kind=Kind.CERTIFICATE), STAFFER)
    world.check()
    (event,) = events(world).values()
    assert str(event["summary"]).startswith(
        "LibCal: certificate “LibCal END:VEVENT BEGIN:VEVENT SUMMARY:x;y,z\\n txet"
    )
    assert all(len(line.encode()) <= 75 for line in text_of(world).split("\r\n"))


def test_only_the_time_stamp_changes_between_two_fetches(world: World) -> None:
    first = text_of(world)
    feed: Any = icalendar.Calendar.from_ical(first)
    assert (feed["method"], feed["version"], feed["x-published-ttl"]) == ("PUBLISH", "2.0", "PT12H")
    assert feed["refresh-interval"].dt == timedelta(hours=12)
    assert text_of(world) == first
    world.now += timedelta(minutes=7)
    assert text_of(world).replace("DTSTAMP:20261122T140700Z", "DTSTAMP:20261122T140000Z") == first


def test_second_library_reads_the_same_events(world: World) -> None:
    world.tenant.put(NEW, OLD, STAFFER, STRAY)
    world.check()
    world.tenant.drop(STRAY.key_id)
    world.check()
    read = ics.Calendar(text_of(world))
    assert {
        event.name: (event.begin.date(), event.all_day, event.status, len(event.alarms))
        for event in read.events
    } == {
        "LibCal: secret “LibCal 2024” expires": (date(2026, 12, 12), True, "CONFIRMED", 8),
        "LibCal: new secret “LibCal 2026” expires": (date(2028, 12, 13), True, "CONFIRMED", 8),
        "LibApps Outlook sync: secret “Test” was deleted": (
            date(2027, 12, 13),
            True,
            "CANCELLED",
            0,
        ),
    }


def test_empty_calendar_is_valid() -> None:
    assert ics.Calendar(text_of(World())).events == set()


def test_credential_of_an_unwatched_app_has_no_event(world: World) -> None:
    elsewhere = [
        replace(each, app="libwizard", gone_at=world.now)
        for each in world.ledger.load().credential_records.values()
    ]
    assert "CANCELLED" not in calendar(world.watch.status(), world.watched, elsewhere)
