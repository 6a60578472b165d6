"""The clock was ahead for one check, or was put forward: what was written silences nobody.

Tables as in `test_lifetime`.
"""

from collections.abc import Iterator
from contextlib import contextmanager

from local.simulation.build import CLIENT_ID, at, secret
from local.simulation.world import ANNA, World
from shared.usecases import decisions
from tests.lifetime.test_lifetime import LIBCAL, assert_told, living, renewed


@contextmanager
def ahead(world: World, until: str) -> Iterator[None]:
    present, world.now = world.now, at(until)
    yield
    world.now = present


def test_a_credential_first_seen_ahead_is_notified_normally() -> None:
    world = living(secret("cal30", "LibCal 2030", ends="2030-01-01T00:00Z"))
    world.run("2026-09-02T18:00Z")
    world.tenant.add(secret("odd", "test", ends="2026-09-28T12:00Z"))
    with ahead(world, "2026-10-08T18:00Z"):
        world.check()
    world.run("2026-10-01T18:00Z")
    assert_told(
        world,
        """
        2026-09-01 both introduction
        2026-09-02 its credential:odd expiring unclaimed 26
        2026-09-14 its credential:odd expiring rung 14
        2026-09-21 its credential:odd expiring rung 7
        2026-09-25 its credential:odd expiring rung 3
        2026-09-27 its credential:odd expiring rung 1
        2026-09-28 its credential:odd expired expired 0
        """,
    )


def test_a_confirmation_ahead_does_not_silence_the_leftover() -> None:
    world = living(LIBCAL)
    world.run("2026-11-20T18:00Z")
    world.tenant.add(renewed("cal28", "LibCal 2028", "2026-11-20"))
    world.run("2026-11-22T18:00Z")
    with ahead(world, "2026-12-31T18:00Z"):
        world.confirm("libcal", "cal28")
    world.run("2026-12-20T18:00Z")
    assert [line for line in world.diary if "leftover:" in line] == [
        "2026-12-06 admins leftover:libcal:cal24 healthy leftover 7",
        "2026-12-12 admins leftover:libcal:cal24 healthy leftover 1",
        "2026-12-13 admins leftover:libcal:cal24 healthy leftover 0",
    ]


def test_an_app_read_ahead_is_overdue_when_it_cannot_be_read() -> None:
    world = living(LIBCAL)
    with ahead(world, "2026-10-01T18:00Z"):
        world.check()
    world.tenant.broken = {CLIENT_ID: "Graph is down."}
    world.run("2026-09-03T18:00Z")
    assert "2026-09-03 its    reading: failing check_failing None" in world.diary


def test_reminders_are_daily_for_a_week_after_a_message_ahead() -> None:
    world = living(LIBCAL)
    world.run("2026-09-20T18:00Z")
    world.tenant.drop("cal24")
    with ahead(world, "2026-10-20T18:00Z"):
        world.check()
    world.run("2026-10-09T18:00Z")
    days = [line[:10] for line in world.diary if " its " in line and "still_waiting" in line]
    assert days == [*(f"2026-09-{day}" for day in range(21, 28)), "2026-10-04"]


def test_what_was_decided_ahead_is_sent_at_its_time_only() -> None:
    """Once more than ahead: what was sent then counts for nothing."""
    world = living(LIBCAL, secret("odd", "test", ends="2027-12-01T09:00Z"))
    world.run("2026-10-20T18:00Z")
    world.claim("odd")
    with ahead(world, "2026-10-23T18:00Z"):
        world.acknowledge("libcal", "2026-12-04", "ticket 4711")
        decisions.reopen(world.watch, "odd", by=ANNA)
    world.run("2026-11-02T18:00Z")
    later = [line for line in world.diary if line[:10] >= "2026-10-20" and " its " in line]
    assert later == [
        "2026-10-20 its    credential:odd healthy unclaimed 407",
        "2026-10-20 its    libcal expiring first 54",
        *["2026-10-23 its    credential:odd healthy unclaimed 404"] * 2,
        *["2026-10-23 its    libcal expiring snoozed 51"] * 2,
    ]


def test_the_week_after_a_confirmation_may_be_an_hour_short() -> None:
    """Confirmed at 23:30 in Chicago, in the week in which summer time begins."""
    world = living(secret("cal24", "LibCal 2024", ends="2027-03-22T18:00Z"))
    world.run("2027-03-07T18:00Z")
    world.tenant.add(renewed("cal28", "LibCal 2028", "2027-03-07"))
    world.run("2027-03-09T05:20Z")
    world.now = at("2027-03-09T05:30Z")
    world.confirm("libcal", "cal28")
    world.run("2027-03-20T18:00Z")
    leftovers = [line for line in world.diary if "leftover:" in line]
    assert leftovers == ["2027-03-15 admins leftover:libcal:cal24 healthy leftover 7"]
