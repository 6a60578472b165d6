"""Rare cases of clock, watchlist and people. Tables as in `test_lifetime`."""

from collections.abc import Iterable
from dataclasses import replace

from local.simulation.build import CLIENT_ID, at, secret, service, watchlist
from local.simulation.world import World
from shared.core.model.message import Message
from shared.core.model.views import View, WatcherView
from shared.core.model.watchlist import Claim
from shared.ports.errors import LedgerError
from tests.lifetime.test_lifetime import (
    LIBCAL,
    LIBSTAFFER_SOON,
    OTHER_ID,
    assert_told,
    living,
    renewed,
)


def test_a_clock_ahead_for_one_check_silences_nobody() -> None:
    world = living(LIBCAL)
    world.run("2026-09-20T18:00Z")
    present, world.now = world.now, at("2026-10-08T18:00Z")
    world.check()
    world.now = present
    world.run("2026-09-22T18:00Z")
    world.tenant.drop("cal24")
    world.run("2026-09-24T18:00Z")
    assert_told(
        world,
        """
        2026-09-01 both introduction
        2026-09-14 both libcal expiring first 90
        2026-09-23 both libcal missing missing 81
        2026-09-24 both libcal missing still_waiting 80
        """,
    )


def test_confirming_an_unmatched_service_sends_the_all_clear() -> None:
    world = living(secret("odd", "for the calendars", ends="2028-09-01T00:00Z"))
    world.watched = watchlist(service("LibCal"))
    world.run("2026-09-02T18:00Z")
    world.confirm("libcal", "odd")
    world.run("2026-09-10T18:00Z")
    assert_told(
        world,
        """
        2026-09-01 both introduction
        2026-09-01 both libcal unmatched unmatched None
        2026-09-01 both credential:odd healthy unclaimed 730
        2026-09-02 both libcal healthy confirmed 729
        """,
    )


def test_a_removed_healthy_service_is_reported_once() -> None:
    world = living(LIBCAL, LIBSTAFFER_SOON)
    world.run("2026-09-10T18:00Z")
    world.watched = watchlist(service("LibCal"))
    world.run("2026-09-13T18:00Z")
    assert_told(
        world,
        """
        2026-09-01 both introduction
        2026-09-11 both libstaffer healthy removed None
        2026-09-11 its credential:sta24 healthy unclaimed 100
        """,
    )


def test_a_shared_leftover_is_sent_to_its_other_users() -> None:
    shared = secret("one", "LibApps 2024", ends="2026-12-13T09:15Z")
    world = World(
        watched=watchlist(
            service("LibCal"), service("LibStaffer", claim=Claim("name", "LibApps*"))
        ),
        now=at("2026-11-01T14:30Z"),
    )
    world.tenant.put(shared)
    world.run("2026-11-01T15:30Z")
    world.claim("one", "libcal", "libstaffer")
    world.run("2026-11-02T18:00Z")
    world.tenant.add(renewed("cal28", "LibCal 2028", "2026-11-02"))
    world.run("2026-11-03T18:00Z")
    world.confirm("libcal", "cal28")
    world.run("2026-12-07T18:00Z")
    said = [line for line in world.diary if line >= "2026-11-04"]
    assert said == [
        "2026-11-13 admins libstaffer expiring rung 30",
        "2026-11-13 its    libstaffer expiring rung 30",
        "2026-11-29 admins libstaffer expiring rung 14",
        "2026-11-29 its    libstaffer expiring rung 14",
        "2026-12-06 admins leftover:libcal:one healthy leftover 7",
        "2026-12-06 admins libstaffer expiring rung 7",
        "2026-12-06 its    libstaffer expiring rung 7",
    ]


def test_an_expired_replacement_is_not_reported_as_deleted() -> None:
    world = living(LIBCAL)
    world.run("2026-10-20T18:00Z")
    world.tenant.add(
        secret("short", "LibCal short", starts="2026-10-20T17:00Z", ends="2026-10-25T17:00Z")
    )
    world.run("2026-10-27T18:00Z")
    assert [line for line in world.diary if line >= "2026-10-21"] == [
        "2026-10-21 admins libcal awaiting_install shorter 53",
        "2026-10-26 admins libcal expiring expired 48",
        "2026-10-26 its    libcal expiring expired 48",
    ]


def test_daily_reminders_restart_with_a_new_problem() -> None:
    world = living(LIBCAL)
    world.run("2026-09-20T18:00Z")
    world.tenant.drop("cal24")
    world.run("2026-09-21T18:00Z")
    world.tenant.put(LIBCAL, renewed("cal28", "LibCal 2028", "2026-09-21"))
    world.run("2026-12-16T18:00Z")
    said = [line.split()[0] for line in world.diary if " its " in line and line >= "2026-12-13"]
    assert said == ["2026-12-13", "2026-12-14", "2026-12-15", "2026-12-16"]


def test_an_undo_withdraws_the_assignment() -> None:
    world = living(
        LIBCAL,
        secret("odd", "somebody else's", starts="2026-08-01T00:00Z", ends="2028-09-01T00:00Z"),
    )
    world.run("2026-09-20T18:00Z")
    world.confirm("libcal", "odd")
    world.confirm("libcal", "cal24")
    world.run("2026-09-21T18:00Z")
    (view,) = world.watch.status().judgement.services
    assert (view.standing, view.replacement) == ("expiring", None)
    assert [
        unclaimed.credential.key_id for unclaimed in world.watch.status().judgement.unclaimed
    ] == ["odd"]


def test_an_old_unclaimed_secret_is_not_a_candidate() -> None:
    world = living(
        LIBCAL, secret("old", "test", starts="2020-01-01T00:00Z", ends="2029-01-01T00:00Z")
    )
    world.run("2026-09-20T18:00Z")
    world.tenant.drop("cal24")
    world.run("2026-09-21T18:00Z")
    assert world.watch.status().judgement.unclaimed[0].wanted_by == ()
    assert not [line for line in world.diary if "credential:old" in line and "admins" in line]


def test_a_service_unread_on_day_0_is_introduced_later() -> None:
    first = living(LIBCAL).watched.apps[0]
    other = replace(first, name="Other", client_id=OTHER_ID, services=(service("Other"),))
    world = World(watched=watchlist(apps=(first, other)), now=at("2026-09-01T12:30Z"))
    world.tenant.put(LIBCAL)
    world.tenant.put(secret("o1", "Other 1", ends=None), client_id=OTHER_ID)
    world.tenant.broken[OTHER_ID] = "Graph answered 500."
    world.run("2026-09-01T13:30Z")
    world.tenant.broken.clear()
    world.run("2026-09-02T18:00Z")
    introduced = [
        [view.item for view in message.watching] for message in world.inboxes["its"].heard
    ]
    assert introduced == [["libcal"], ["other"]]


def test_of_two_matches_the_first_to_expire_is_asked_about() -> None:
    world = living(
        LIBCAL._replace(ends=None),
        secret("short", "LibCal short", starts="2026-08-01T00:00Z", ends="2028-08-01T00:00Z"),
    )
    world.run("2026-09-02T18:00Z")
    assert_told(
        world,
        """
        2026-09-01 both introduction
        2026-09-01 both libcal healthy assumed 699
        """,
    )


def test_no_weekly_status_while_an_app_is_unread() -> None:
    world = living(LIBCAL, weekly=True)
    world.run("2026-09-06T18:00Z")
    world.tenant.broken[CLIENT_ID] = "Graph answered 503."
    world.run("2026-09-07T14:30Z")
    assert not [line for line in world.diary if "weekly" in line]


def test_replacement_two_years_after_evidence_goes_to_installer() -> None:
    world = living(LIBCAL, sign_ins=True)
    assert world.sign_ins is not None
    world.run("2026-11-20T18:00Z")
    world.tenant.add(renewed("cal28", "LibCal 2028", "2026-11-20"))
    world.run("2026-11-23T18:00Z")
    world.sign_ins.seen["cal28"] = at("2026-11-23T10:00Z")
    world.run("2026-11-24T18:00Z")
    world.sign_ins.seen["cal28"] = at("2026-11-24T20:00Z")
    world.run("2026-12-20T18:00Z")
    world.tenant.add(renewed("cal30", "LibCal 2030", "2026-12-20"))
    world.run("2026-12-21T18:00Z")
    assert [line for line in world.diary if line >= "2026-12-21"] == [
        "2026-12-21 admins libcal awaiting_install replaced 700"
    ]


def test_an_ended_acknowledgement_stays_ended() -> None:
    """A replacement is created and deleted: nobody has acknowledged that situation."""
    world = living(LIBCAL)
    world.run("2026-09-20T18:00Z")
    world.acknowledge("libcal", "2026-12-13", "ordered from ITS")
    world.run("2026-09-22T18:00Z")
    (given,) = world.ledger.memory.acknowledgements.values()
    world.tenant.add(renewed("cal26", "LibCal 2026", "2026-09-22"))
    world.run("2026-09-24T18:00Z")
    assert given.why == "ordered from ITS"
    assert world.ledger.memory.acknowledgements == {}
    world.tenant.drop("cal26")
    world.run("2026-11-14T18:00Z")
    assert_told(
        world,
        """
        2026-09-01 both introduction
        2026-09-14 both libcal expiring first 90
        2026-09-20 both libcal expiring snoozed 84
        2026-09-23 admins libcal awaiting_install replaced 81
        2026-09-25 both libcal expiring deleted 79
        2026-10-14 both libcal expiring rung 60
        2026-11-13 both libcal expiring rung 30
        """,
    )


def test_an_acknowledgement_not_deleted_is_still_ended() -> None:
    world = living(LIBCAL)
    world.run("2026-09-20T18:00Z")
    world.acknowledge("libcal", "2026-12-13", "ordered from ITS")
    world.ledger.broken["remove"] = LedgerError("The table cannot be reached.")
    world.tenant.add(renewed("cal26", "LibCal 2026", "2026-09-22"))
    world.run("2026-11-14T18:00Z")
    assert set(world.ledger.memory.acknowledgements) == {"libcal"}
    assert_told(
        world,
        """
        2026-09-01 both introduction
        2026-09-14 both libcal expiring first 90
        2026-09-20 both libcal expiring snoozed 84
        2026-09-23 admins libcal awaiting_install replaced 81
        2026-10-14 admins libcal awaiting_install rung 60
        2026-11-13 admins libcal awaiting_install rung 30
        """,
    )
    assert world.watch.status().judgement.services[0].acknowledged is None


def test_an_acknowledgement_does_not_cover_a_second_outage() -> None:
    world = living(LIBCAL)
    world.run("2026-09-02T18:00Z")
    world.tenant.drop("cal24")
    world.run("2026-09-03T18:00Z")
    world.acknowledge("libcal", "2026-12-01", "the vendor looks into it")
    world.run("2026-09-06T18:00Z")
    world.tenant.add(LIBCAL)
    world.run("2026-09-10T12:00Z")
    world.tenant.drop("cal24")
    world.run("2026-09-12T18:00Z")
    assert_told(
        world,
        """
        2026-09-01 both introduction
        2026-09-03 both libcal missing missing 101
        2026-09-03 both libcal missing snoozed 101
        2026-09-07 both libcal healthy recovered 97
        2026-09-10 both libcal missing missing 94
        2026-09-11 both libcal missing still_waiting 93
        2026-09-12 both libcal missing still_waiting 92
        """,
    )


def test_an_acknowledgement_before_the_days_check_is_kept() -> None:
    """The person acknowledged what the day's check then finds."""
    world = living(LIBCAL)
    world.run("2026-09-02T18:00Z")
    world.tenant.drop("cal24")
    world.acknowledge("libcal", "2026-12-01", "the vendor looks into it")
    world.run("2026-09-12T18:00Z")
    assert_told(
        world,
        """
        2026-09-01 both introduction
        2026-09-02 both libcal missing missing 102
        2026-09-09 both libcal missing still_waiting 95
        """,
    )


def test_an_acknowledgement_is_removed_after_its_day() -> None:
    world = living(LIBCAL)
    world.run("2026-09-20T18:00Z")
    world.acknowledge("libcal", "2026-09-22", "ordered from ITS")
    world.run("2026-09-22T18:00Z")
    assert set(world.ledger.memory.acknowledgements) == {"libcal"}
    world.run("2026-09-23T18:00Z")
    assert world.ledger.memory.acknowledgements == {}


def with_kiosks(world: World) -> None:
    """Put another app on the watchlist."""
    (first,) = world.watched.apps
    world.watched = replace(
        world.watched,
        apps=(
            first,
            replace(first, name="Kiosks", client_id=OTHER_ID, services=(service("Kiosk"),)),
        ),
    )
    world.tenant.put(secret("k1", "Kiosk 1", ends=None), client_id=OTHER_ID)


def test_a_new_app_that_fails_once_raises_no_alarm() -> None:
    world = living(LIBCAL)
    world.run("2026-09-05T18:00Z")
    with_kiosks(world)
    world.tenant.broken[OTHER_ID] = "Graph answered 503."
    world.run("2026-09-06T13:30Z")
    world.tenant.broken.clear()
    world.run("2026-09-08T18:00Z")
    assert_told(
        world,
        """
        2026-09-01 both introduction
        2026-09-06 both introduction
        """,
    )
    assert set(world.ledger.memory.items) & {"tried:kiosk"} == set()


def test_a_new_app_raises_an_alarm_a_day_after_its_first_try() -> None:
    world = living(LIBCAL)
    world.run("2026-09-05T18:00Z")
    with_kiosks(world)
    world.tenant.broken[OTHER_ID] = "Graph answered 503."
    world.run("2026-09-08T18:00Z")
    assert_told(
        world,
        """
        2026-09-01 both introduction
        2026-09-07 both reading: failing check_failing None
        2026-09-08 both reading: failing check_failing None
        """,
    )
    failing = world.inboxes["its"].heard[1].notices[0].view
    assert isinstance(failing, WatcherView)
    assert failing.since == at("2026-09-06T13:05Z")


def test_another_first_service_keeps_what_is_known_of_an_app() -> None:
    """The key of an app is its first service; with another one it is found by client id."""
    world = living(LIBCAL, LIBSTAFFER_SOON)
    world.run("2026-09-20T18:00Z")
    before = world.watch.forecast()
    world.watched = watchlist(service("Atlas"), service("LibCal"), service("LibStaffer"))
    after = world.watch.status().judgement
    assert [(view.service.id, view.standing) for view in after.services] == [
        ("atlas", "unmatched"),
        ("libcal", "expiring"),
        ("libstaffer", "healthy"),
    ]
    assert {m.now for m in world.watch.forecast().messages} >= {m.now for m in before.messages}
    world.tenant.drop("cal24")
    world.run("2026-09-21T18:00Z")
    assert world.watch.status().judgement.services[1].standing == "missing"
    assert set(world.ledger.memory.apps) == {"atlas"}
    assert {sighting.app for sighting in world.ledger.memory.credential_records.values()} == {
        "atlas"
    }


def test_another_first_service_keeps_the_missing_credential() -> None:
    world = living(LIBCAL)
    world.run("2026-09-20T18:00Z")
    world.tenant.drop("cal24")
    world.run("2026-10-13T18:00Z")
    before = world.watch.forecast().messages
    world.watched = watchlist(service("Atlas"), service("LibCal"))
    for found in (world.watch.status(), world.watch.status(live=True)):
        (libcal,) = (view for view in found.judgement.services if view.service.id == "libcal")
        assert (libcal.standing, libcal.days_left) == ("missing", 61)
        assert str(found.next_messages.by_item["libcal"]) == "2026-10-19"
    assert [view.days_left for view in said_of_libcal(world.watch.forecast().messages)] == [
        view.days_left for view in said_of_libcal(before)
    ]


def said_of_libcal(messages: Iterable[Message]) -> list[View]:
    return [
        notice.view
        for message in messages
        for notice in message.notices
        if notice.view.item == "libcal"
    ]
