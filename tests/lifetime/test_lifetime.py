"""Whole lives of credentials as tables: who gets which message on which local day, and why.

The program runs every hour, five minutes past. A row is: day, channel (`both` for its and admins),
item, standing, reason, days left; `daily until` or `weekly until` a day repeats a row. Every
message is in the table.
"""

from dataclasses import replace
from datetime import date, time, timedelta

import pytest

from local.simulation.build import CLIENT_ID, at, secret, service, watchlist
from local.simulation.directory import InMemoryUsageReport
from local.simulation.world import World
from shared.core.model.directory import Credential
from shared.core.model.watchlist import Escalation

OTHER_ID = "6f1c2f5e-8a04-4d0b-9d5e-0c7a5a2b0002"
LIBCAL_ESCALATED = service("LibCal", escalate=Escalation(("lead",), 7))
LIBSTAFFER_SOON = secret("sta24", "LibStaffer 2024", ends="2026-12-20T18:00Z")
LIBCAL = secret("cal24", "LibCal 2024", ends="2026-12-13T09:15Z")  # 03:15 in Chicago, the same day
LIBSTAFFER = secret(
    "sta25", "LibStaffer 2025", starts="2025-03-20T02:00Z", ends="2027-03-20T02:00Z"
)  # 19 March, 21:00 in Chicago


def test_two_services_expire_while_nobody_acts() -> None:
    """From 100 days before to 30 days after, across both clock changes (1 November, 14 March)."""
    world = living(LIBCAL, LIBSTAFFER)
    world.run(
        "2027-04-19T05:00Z", asleep=[("2026-10-14", "2026-10-16"), ("2026-11-28", "2026-12-05")]
    )
    assert_told(
        world,
        """
        2026-09-01 both introduction
        2026-09-14 both libcal expiring first 90
        2026-10-17 both libcal expiring rung 57  # the program slept on day 60
        2026-11-13 both libcal expiring rung 30  # an hour later in UTC
        2026-12-06 both libcal expiring rung 7  # it slept on day 14: one message
        2026-12-10 both libcal expiring rung 3
        2026-12-12 both libcal expiring rung 1
        2026-12-13 both libcal expired expired 0  # at 03:15, before the check
        2026-12-14 both libcal expired still_waiting -1 daily until 2026-12-20
        2026-12-19 both libstaffer expiring first 90  # the same message
        2026-12-27 both libcal expired still_waiting -14 weekly until 2027-04-18
        2027-01-18 both libstaffer expiring rung 60
        2027-02-17 both libstaffer expiring rung 30
        2027-03-05 both libstaffer expiring rung 14
        2027-03-12 both libstaffer expiring rung 7
        2027-03-16 both libstaffer expiring rung 3
        2027-03-18 both libstaffer expiring rung 1
        2027-03-19 both libstaffer expiring rung 0
        2027-03-20 both libstaffer expired expired -1
        2027-03-21 both libstaffer expired still_waiting -2 daily until 2027-03-27
        2027-04-03 both libstaffer expired still_waiting -15 weekly until 2027-04-17
        """,
    )


def test_a_check_at_half_past_eleven_counts_local_days() -> None:
    """The hourly run after 23:30 is at 00:05: messages are sent then, and count from that day."""
    world = living(LIBCAL, check_at=time(23, 30))
    world.run("2026-12-15T12:00Z")
    assert_told(
        world,
        """
        2026-09-01 both introduction
        2026-09-14 both libcal expiring first 90
        2026-10-14 both libcal expiring rung 60
        2026-11-13 both libcal expiring rung 30
        2026-11-29 both libcal expiring rung 14
        2026-12-06 both libcal expiring rung 7
        2026-12-10 both libcal expiring rung 3
        2026-12-12 both libcal expiring rung 1
        2026-12-13 both libcal expiring rung 0
        2026-12-14 both libcal expired expired -1
        2026-12-15 both libcal expired still_waiting -2
        """,
    )


def test_a_failed_channel_gets_its_message_later_others_once() -> None:
    world = living(LIBCAL)
    world.run("2026-09-13T18:00Z")
    world.inboxes["admins"].down = True
    world.run("2026-09-14T17:00Z")
    world.inboxes["admins"].down = False
    world.run("2026-09-16T18:00Z")
    assert_told(
        world,
        """
        2026-09-01 both introduction
        2026-09-14 both libcal expiring first 90
        """,
    )
    assert [
        message.now.hour
        for message in (world.inboxes["its"].heard[1], world.inboxes["admins"].heard[1])
    ] == [13, 17]


def test_an_unclaimed_secret_is_reported_and_counted_down() -> None:
    world = living(LIBCAL._replace(ends=None), secret("odd", "test", ends="2026-11-20T18:00Z"))
    world.run("2026-12-20T18:00Z")
    assert_told(
        world,
        """
        2026-09-01 both introduction
        2026-09-01 its credential:odd expiring unclaimed 80
        2026-09-21 its credential:odd expiring rung 60
        2026-10-21 its credential:odd expiring rung 30
        2026-11-06 its credential:odd expiring rung 14
        2026-11-13 its credential:odd expiring rung 7
        2026-11-17 its credential:odd expiring rung 3
        2026-11-19 its credential:odd expiring rung 1
        2026-11-20 its credential:odd expiring rung 0
        2026-11-21 its credential:odd expired expired -1
        """,
    )


def test_a_secret_that_expired_long_ago_causes_no_message() -> None:
    world = living(LIBCAL._replace(ends=None), secret("odd", "test", ends="2026-06-01T00:00Z"))
    world.run("2026-10-20T18:00Z")
    assert_told(world, "2026-09-01 both introduction")


def test_a_disabled_app_is_reported_instead_of_its_services() -> None:
    world = living(LIBCAL)
    world.run("2026-12-05T18:00Z")
    world.tenant.put(LIBCAL, disabled="its service principal is disabled")
    world.run("2026-12-07T18:00Z")
    world.tenant.put(LIBCAL)
    world.run("2026-12-09T18:00Z")
    assert_told(
        world,
        """
        2026-09-01 both introduction
        2026-09-14 both libcal expiring first 90
        2026-10-14 both libcal expiring rung 60
        2026-11-13 both libcal expiring rung 30
        2026-11-29 both libcal expiring rung 14
        2026-12-06 its app:libcal app_problem app_problem None
        2026-12-07 its app:libcal app_problem still_waiting None
        2026-12-08 its app:libcal healthy recovered None
        2026-12-08 both libcal expiring rung 5  # day 7 fell into the app problem
        """,
    )


def test_a_removed_service_is_reported_once() -> None:
    world = living(LIBCAL)
    world.run("2026-09-20T18:00Z")
    world.watched = watchlist(service("LibStaffer"))
    world.run("2026-09-25T18:00Z")
    assert_told(
        world,
        """
        2026-09-01 both introduction
        2026-09-14 both libcal expiring first 90
        2026-09-21 both libcal healthy removed None
        2026-09-21 both introduction  # of LibStaffer, which is new
        2026-09-21 both libstaffer unmatched unmatched None
        2026-09-21 its credential:cal24 expiring unclaimed 83
        2026-09-21 admins credential:cal24 expiring unclaimed 83
        """,
    )


def test_an_acknowledgement_pauses_only_early_reminders() -> None:
    world = living(LIBCAL)
    world.run("2026-09-20T18:00Z")
    world.acknowledge("libcal", "2026-12-13", "ordered from ITS")
    world.run("2026-12-15T18:00Z")
    assert_told(
        world,
        """
        2026-09-01 both introduction
        2026-09-14 both libcal expiring first 90
        2026-09-20 both libcal expiring snoozed 84
        2026-12-06 both libcal expiring rung 7
        2026-12-10 both libcal expiring rung 3
        2026-12-12 both libcal expiring rung 1
        2026-12-13 both libcal expired expired 0
        2026-12-14 both libcal expired still_waiting -1  # changed: the acknowledgement ended
        2026-12-15 both libcal expired still_waiting -2
        """,
    )


@pytest.mark.parametrize(
    ("last_night_asleep", "said"),
    [
        ("2026-10-14", "2026-10-15 its    libcal expiring rung 59"),
        ("2026-11-20", "2026-11-21 its    libcal expiring rung 22"),
        ("2026-12-11", "2026-12-12 its    libcal expiring rung 1"),
        ("2026-12-30", "2026-12-31 its    libcal expired expired -18"),
    ],
)
def test_any_number_of_missed_days_gives_one_message(last_night_asleep: str, said: str) -> None:
    world = living(LIBCAL)
    world.run(f"{said[:10]}T18:00Z", asleep=[("2026-10-14", last_night_asleep)])
    assert [line for line in world.diary if " its " in line and line >= "2026-10-14"] == [said]


def test_renewed_on_time() -> None:
    world = living(LIBCAL)
    world.run("2026-09-20T18:00Z")
    world.tenant.add(renewed("cal28", "LibCal 2028", "2026-09-20"))
    world.run("2026-09-22T18:00Z")
    world.confirm("libcal", "cal28")
    world.run("2026-10-01T18:00Z")
    world.tenant.drop("cal24")
    world.run("2026-12-20T18:00Z")
    assert_told(
        world,
        """
        2026-09-01 both introduction
        2026-09-14 both libcal expiring first 90
        2026-09-21 admins libcal awaiting_install replaced 83
        2026-09-22 both libcal healthy confirmed 729
        """,
    )


def test_the_secret_expires_before_its_replacement() -> None:
    """ITS creates the new secret after the old one expired."""
    world = living(LIBCAL)
    world.run("2026-12-20T18:00Z")
    world.tenant.add(renewed("cal28", "LibCal 2028", "2026-12-20"))
    world.run("2026-12-22T18:00Z")
    world.confirm("libcal", "cal28")
    world.run("2027-01-20T18:00Z")
    assert_told(
        world,
        """
        2026-09-01 both introduction
        2026-09-14 both libcal expiring first 90
        2026-10-14 both libcal expiring rung 60
        2026-11-13 both libcal expiring rung 30
        2026-11-29 both libcal expiring rung 14
        2026-12-06 both libcal expiring rung 7
        2026-12-10 both libcal expiring rung 3
        2026-12-12 both libcal expiring rung 1
        2026-12-13 both libcal expired expired 0
        2026-12-14 both libcal expired still_waiting -1 daily until 2026-12-20
        2026-12-21 both libcal awaiting_install replaced -8
        2026-12-22 both libcal healthy confirmed 729
        """,
    )


def test_the_installer_is_late() -> None:
    """Reminders about the old secret continue; after expiry, both are notified daily."""
    world = living(LIBCAL)
    world.run("2026-11-20T18:00Z")
    world.tenant.add(renewed("cal28", "LibCal 2028", "2026-11-20"))
    world.run("2026-12-24T18:00Z")
    world.confirm("libcal", "cal28")
    world.run("2027-01-20T18:00Z")
    assert_told(
        world,
        """
        2026-09-01 both introduction
        2026-09-14 both libcal expiring first 90
        2026-10-14 both libcal expiring rung 60
        2026-11-13 both libcal expiring rung 30
        2026-11-21 admins libcal awaiting_install replaced 22
        2026-11-29 admins libcal awaiting_install rung 14
        2026-12-06 admins libcal awaiting_install rung 7
        2026-12-10 admins libcal awaiting_install rung 3
        2026-12-12 admins libcal awaiting_install rung 1
        2026-12-13 both libcal awaiting_install expired 0
        2026-12-14 both libcal awaiting_install still_waiting -1 daily until 2026-12-20
        2026-12-24 both libcal healthy confirmed 697
        """,
    )


def test_nobody_ever_confirms() -> None:
    world = living(LIBCAL)
    world.run("2026-11-20T18:00Z")
    world.tenant.add(renewed("cal28", "LibCal 2028", "2026-11-20"))
    world.run("2027-01-08T18:00Z")
    assert_told(
        world,
        """
        2026-09-01 both introduction
        2026-09-14 both libcal expiring first 90
        2026-10-14 both libcal expiring rung 60
        2026-11-13 both libcal expiring rung 30
        2026-11-21 admins libcal awaiting_install replaced 22
        2026-11-29 admins libcal awaiting_install rung 14
        2026-12-06 admins libcal awaiting_install rung 7
        2026-12-10 admins libcal awaiting_install rung 3
        2026-12-12 admins libcal awaiting_install rung 1
        2026-12-13 both libcal awaiting_install expired 0
        2026-12-14 both libcal awaiting_install still_waiting -1 daily until 2026-12-20
        2026-12-27 both libcal awaiting_install still_waiting -14
        2027-01-03 both libcal awaiting_install still_waiting -21
        """,
    )


def test_libcal_is_renewed_and_libstaffer_is_forgotten() -> None:
    world = living(LIBCAL, LIBSTAFFER_SOON)
    world.run("2026-11-20T18:00Z")
    world.tenant.add(renewed("cal28", "LibCal 2028", "2026-11-20"))
    world.confirm("libcal", "cal28")
    world.run("2026-12-24T18:00Z")
    assert_told(
        world,
        """
        2026-09-01 both introduction
        2026-09-14 both libcal expiring first 90
        2026-09-21 both libstaffer expiring first 90
        2026-10-14 both libcal expiring rung 60
        2026-10-21 both libstaffer expiring rung 60
        2026-11-13 both libcal expiring rung 30
        2026-11-20 both libcal healthy confirmed 731
        2026-11-20 both libstaffer expiring rung 30
        2026-12-04 its delete:libcal:cal24 healthy leftover 9
        2026-12-06 admins leftover:libcal:cal24 healthy leftover 7
        2026-12-06 both libstaffer expiring rung 14
        2026-12-12 admins leftover:libcal:cal24 healthy leftover 1
        2026-12-13 both libstaffer expiring rung 7
        2026-12-13 admins leftover:libcal:cal24 healthy leftover 0  # it expired in the night
        2026-12-17 both libstaffer expiring rung 3
        2026-12-19 both libstaffer expiring rung 1
        2026-12-20 both libstaffer expiring rung 0
        2026-12-21 both libstaffer expired expired -1
        2026-12-22 both libstaffer expired still_waiting -2 daily until 2026-12-24
        """,
    )


def test_the_old_secret_is_deleted_when_the_new_one_is_created() -> None:
    world = living(LIBCAL)
    world.run("2026-11-20T18:00Z")
    world.tenant.put(renewed("cal28", "LibCal 2028", "2026-11-20"))
    world.run("2026-11-23T18:00Z")
    world.confirm("libcal", "cal28")
    world.run("2026-12-24T18:00Z")
    assert_told(
        world,
        """
        2026-09-01 both introduction
        2026-09-14 both libcal expiring first 90
        2026-10-14 both libcal expiring rung 60
        2026-11-13 both libcal expiring rung 30
        2026-11-21 both libcal awaiting_install replaced 22
        2026-11-22 both libcal awaiting_install still_waiting 21
        2026-11-23 both libcal awaiting_install still_waiting 20
        2026-11-23 both libcal healthy confirmed 728
        """,
    )


def test_a_secret_is_deleted_before_its_replacement_exists() -> None:
    """The new one matches no rule: both parties see it, and confirming it assigns it."""
    world = living(LIBCAL)
    world.run("2026-09-20T18:00Z")
    world.tenant.drop("cal24")
    world.run("2026-09-22T18:00Z")
    world.tenant.add(renewed("new", "for the calendars", "2026-09-22"))
    world.run("2026-09-24T18:00Z")
    world.confirm("libcal", "new")
    world.run("2026-10-20T18:00Z")
    assert_told(
        world,
        """
        2026-09-01 both introduction
        2026-09-14 both libcal expiring first 90
        2026-09-21 both libcal missing missing 83
        2026-09-22 both libcal missing still_waiting 82 daily until 2026-09-24
        2026-09-23 both credential:new healthy unclaimed 730
        2026-09-24 both libcal healthy confirmed 729
        """,
    )


def test_two_deleted_secrets_and_two_new_ones_without_a_rule() -> None:
    world = living(LIBCAL, LIBSTAFFER_SOON)
    world.run("2026-11-20T18:00Z")
    world.tenant.put(
        renewed("one", "Outlook A", "2026-11-20"), renewed("two", "Outlook B", "2026-11-20")
    )
    world.run("2026-11-22T18:00Z")
    world.claim("one", "libcal")
    world.claim("two", "libstaffer")
    world.run("2026-11-23T18:00Z")
    world.confirm("libcal", "one")
    world.confirm("libstaffer", "two")
    world.run("2026-12-24T18:00Z")
    assert_told(
        world,
        """
        2026-09-01 both introduction
        2026-09-14 both libcal expiring first 90
        2026-09-21 both libstaffer expiring first 90
        2026-10-14 both libcal expiring rung 60
        2026-10-21 both libstaffer expiring rung 60
        2026-11-13 both libcal expiring rung 30
        2026-11-20 both libstaffer expiring rung 30
        2026-11-21 both credential:one healthy unclaimed 730
        2026-11-21 both credential:two healthy unclaimed 730
        2026-11-21 both libcal missing missing 22
        2026-11-21 both libstaffer missing missing 29
        2026-11-22 both libcal awaiting_install replaced 21
        2026-11-22 both libcal missing still_waiting 21
        2026-11-22 both libstaffer awaiting_install replaced 28
        2026-11-22 both libstaffer missing still_waiting 28
        2026-11-23 both libcal awaiting_install still_waiting 20
        2026-11-23 both libcal healthy confirmed 728
        2026-11-23 both libstaffer awaiting_install still_waiting 27
        2026-11-23 both libstaffer healthy confirmed 728
        """,
    )


def test_one_new_secret_is_used_by_both_services() -> None:
    world = living(LIBCAL, LIBSTAFFER_SOON)
    world.run("2026-11-20T18:00Z")
    world.tenant.add(renewed("both", "LibApps 2028", "2026-11-20"))
    world.run("2026-11-22T18:00Z")
    world.claim("both", "libcal", "libstaffer")
    world.run("2026-11-24T18:00Z")
    world.confirm("libcal", "both")
    world.confirm("libstaffer", "both")
    world.run("2027-01-10T18:00Z")
    assert_told(
        world,
        """
        2026-09-01 both introduction
        2026-09-14 both libcal expiring first 90
        2026-09-21 both libstaffer expiring first 90
        2026-10-14 both libcal expiring rung 60
        2026-10-21 both libstaffer expiring rung 60
        2026-11-13 both libcal expiring rung 30
        2026-11-20 both libstaffer expiring rung 30
        2026-11-21 its credential:both healthy unclaimed 730
        2026-11-22 admins libcal awaiting_install replaced 21
        2026-11-22 admins libstaffer awaiting_install replaced 28
        2026-11-24 both libcal healthy confirmed 727
        2026-11-24 both libstaffer healthy confirmed 727
        2026-12-06 admins leftover:libcal:cal24 healthy leftover 7
        2026-12-08 its delete:libcal:cal24 healthy leftover 5
        2026-12-08 its delete:libstaffer:sta24 healthy leftover 12
        2026-12-12 admins leftover:libcal:cal24 healthy leftover 1
        2026-12-13 admins leftover:libcal:cal24 healthy leftover 0
        2026-12-13 admins leftover:libstaffer:sta24 healthy leftover 7
        2026-12-19 admins leftover:libstaffer:sta24 healthy leftover 1
        2026-12-20 admins leftover:libstaffer:sta24 healthy leftover 0
        """,
    )


def test_the_new_secret_expires_before_the_old_one() -> None:
    """Once it has expired, the old secret, which still works, is the replacement."""
    world = living(LIBCAL)
    world.run("2026-10-20T18:00Z")
    world.tenant.add(
        secret("short", "LibCal short", starts="2026-10-20T17:00Z", ends="2026-11-30T17:00Z")
    )
    world.run("2026-10-22T18:00Z")
    world.confirm("libcal", "short")
    world.run("2026-12-03T18:00Z")
    assert_told(
        world,
        """
        2026-09-01 both introduction
        2026-09-14 both libcal expiring first 90
        2026-10-14 both libcal expiring rung 60
        2026-10-21 admins libcal awaiting_install shorter 53
        2026-10-22 both libcal expiring confirmed 39
        2026-10-31 both libcal expiring rung 30
        2026-11-16 both libcal expiring rung 14
        2026-11-23 both libcal expiring rung 7
        2026-11-27 both libcal expiring rung 3
        2026-11-29 both libcal expiring rung 1
        2026-11-30 both libcal expiring rung 0
        2026-12-01 both libcal awaiting_install replaced -1
        2026-12-02 both libcal awaiting_install still_waiting -2
        2026-12-03 both libcal awaiting_install still_waiting -3
        """,
    )


def test_a_confirmation_for_the_wrong_service_is_undone() -> None:
    """LibStaffer's own replacement does not disappear."""
    world = living(LIBCAL, LIBSTAFFER_SOON)
    world.run("2026-11-20T18:00Z")
    world.tenant.add(renewed("sta28", "LibStaffer 2028", "2026-11-20"))
    world.run("2026-11-21T18:00Z")
    world.confirm("libcal", "sta28")
    world.run("2026-11-28T18:00Z")
    world.confirm("libcal", "cal24")
    world.run("2026-12-02T18:00Z")
    assert_told(
        world,
        """
        2026-09-01 both introduction
        2026-09-14 both libcal expiring first 90
        2026-09-21 both libstaffer expiring first 90
        2026-10-14 both libcal expiring rung 60
        2026-10-21 both libstaffer expiring rung 60
        2026-11-13 both libcal expiring rung 30
        2026-11-20 both libstaffer expiring rung 30
        2026-11-21 both libcal healthy confirmed 730
        2026-11-21 admins libstaffer awaiting_install replaced 29
        2026-11-28 both libcal expiring confirmed 15
        2026-11-29 both libcal expiring rung 14
        """,
    )


def test_an_undo_is_sent_to_everyone_who_got_the_all_clear() -> None:
    world = living(LIBCAL)
    world.run("2026-09-20T18:00Z")
    world.tenant.add(renewed("cal26", "LibCal 2026", "2026-09-20"))
    world.run("2026-09-22T18:00Z")
    world.confirm("libcal", "cal26")
    world.run("2026-09-25T18:00Z")
    world.confirm("libcal", "cal24")
    world.run("2026-10-15T18:00Z")
    assert_told(
        world,
        """
        2026-09-01 both introduction
        2026-09-14 both libcal expiring first 90
        2026-09-21 admins libcal awaiting_install replaced 83
        2026-09-22 both libcal healthy confirmed 729
        2026-09-25 both libcal awaiting_install confirmed 79
        2026-10-14 admins libcal awaiting_install rung 60
        """,
    )


def test_an_undo_takes_back_that_the_old_one_can_be_deleted() -> None:
    world = living(LIBCAL)
    world.run("2026-09-20T18:00Z")
    world.tenant.add(renewed("cal26", "LibCal 2026", "2026-09-20"))
    world.run("2026-09-22T18:00Z")
    world.confirm("libcal", "cal26")
    world.run("2026-10-12T18:00Z")
    world.confirm("libcal", "cal24")
    world.run("2026-10-14T18:00Z")
    world.confirm("libcal", "cal26")
    world.run("2026-11-01T18:00Z")
    assert_told(
        world,
        """
        2026-09-01 both introduction
        2026-09-14 both libcal expiring first 90
        2026-09-21 admins libcal awaiting_install replaced 83
        2026-09-22 both libcal healthy confirmed 729
        2026-10-06 its delete:libcal:cal24 healthy leftover 68
        2026-10-12 both libcal awaiting_install confirmed 62  # else its would delete it
        2026-10-14 admins libcal awaiting_install rung 60
        2026-10-14 both libcal healthy confirmed 707
        2026-10-28 its delete:libcal:cal24 healthy leftover 46  # the first message was taken back
        """,
    )


def test_an_undo_is_sent_to_those_who_were_told_to_delete() -> None:
    """The replacement came before the first rung, so only the installer had to act."""
    world = living(secret("cal24", "LibCal 2024", ends="2027-03-13T09:15Z"))
    world.run("2026-09-20T18:00Z")
    world.tenant.add(renewed("cal26", "LibCal 2026", "2026-09-20"))
    world.run("2026-09-22T18:00Z")
    world.confirm("libcal", "cal26")
    world.run("2026-10-12T18:00Z")
    world.confirm("libcal", "cal24")
    world.run("2026-12-14T18:00Z")
    assert_told(
        world,
        """
        2026-09-01 both introduction
        2026-09-21 admins libcal awaiting_install replaced 173
        2026-09-22 admins libcal healthy confirmed 729
        2026-10-06 its delete:libcal:cal24 healthy leftover 158
        2026-10-12 both libcal awaiting_install confirmed 152
        2026-12-13 admins libcal awaiting_install rung 90  # its gets no more messages
        """,
    )


def test_two_replacements_before_the_first_is_confirmed() -> None:
    world = living(LIBCAL)
    world.run("2026-11-01T18:00Z")
    world.tenant.add(renewed("first", "LibCal 2028", "2026-11-01"))
    world.run("2026-11-05T18:00Z")
    world.tenant.add(renewed("second", "LibCal 2028 again", "2026-11-05"))
    world.run("2026-11-08T18:00Z")
    world.confirm("libcal", "second")
    world.run("2026-12-20T18:00Z")
    assert_told(
        world,
        """
        2026-09-01 both introduction
        2026-09-14 both libcal expiring first 90
        2026-10-14 both libcal expiring rung 60
        2026-11-02 admins libcal awaiting_install replaced 41
        2026-11-06 admins libcal awaiting_install replaced 37
        2026-11-08 both libcal healthy confirmed 728
        2026-11-22 its delete:libcal:cal24 healthy leftover 21
        2026-11-22 its delete:libcal:first healthy leftover 710
        2026-12-06 admins leftover:libcal:cal24 healthy leftover 7
        2026-12-12 admins leftover:libcal:cal24 healthy leftover 1
        2026-12-13 admins leftover:libcal:cal24 healthy leftover 0
        """,
    )


def test_a_secret_that_never_expires_is_replaced() -> None:
    world = living(LIBCAL._replace(ends=None))
    world.run("2026-09-20T18:00Z")
    world.tenant.add(renewed("cal28", "LibCal 2028", "2026-09-20"))
    world.run("2026-10-20T18:00Z")
    world.confirm("libcal", "cal28")
    world.run("2026-11-20T18:00Z")
    assert_told(
        world,
        """
        2026-09-01 both introduction
        2026-09-21 admins libcal awaiting_install shorter None
        2026-10-20 admins libcal healthy confirmed 701
        2026-11-03 its delete:libcal:cal24 healthy leftover None
        """,
    )


def test_a_new_service_whose_secret_expired_three_months_ago() -> None:
    world = living(secret("cal22", "LibCal 2022", ends="2026-06-01T09:00Z"))
    world.run("2026-09-17T18:00Z")
    assert_told(
        world,
        """
        2026-09-01 both introduction
        2026-09-01 both libcal expired expired -92
        2026-09-02 both libcal expired still_waiting -93 daily until 2026-09-08
        2026-09-15 both libcal expired still_waiting -106
        """,
    )


def test_a_service_is_renamed_and_its_ladder_changed() -> None:
    world = living(LIBCAL)
    world.run("2026-10-20T18:00Z")
    world.watched = watchlist(replace(service("LibCal"), name="Calendar sync", ladder=(45, 20, 5)))
    world.run("2026-12-10T18:00Z")
    assert_told(
        world,
        """
        2026-09-01 both introduction
        2026-09-14 both libcal expiring first 90
        2026-10-14 both libcal expiring rung 60
        2026-10-29 both libcal expiring first 45
        2026-11-23 both libcal expiring rung 20
        2026-12-08 both libcal expiring rung 5
        """,
    )


def test_a_channel_is_renamed() -> None:
    """The new name is introduced with what is due; the other channel is notified once."""
    world = living(LIBCAL)
    world.run("2026-09-20T18:00Z")
    world.watched = watchlist(service("LibCal", renewer=("itsec",)), channels=("itsec", "admins"))
    world.run("2026-10-20T18:00Z")
    assert_told(
        world,
        """
        2026-09-01 both introduction
        2026-09-14 both libcal expiring first 90
        2026-09-21 admins channel:its healthy removed None
        2026-09-21 itsec introduction
        2026-09-21 itsec libcal expiring first 83
        2026-10-14 admins libcal expiring rung 60
        2026-10-14 itsec libcal expiring rung 60
        """,
    )


def test_the_credential_in_use_is_renamed() -> None:
    """It stays in use; the rule matches its replacement."""
    world = living(LIBCAL)
    world.run("2026-10-20T18:00Z")
    world.tenant.put(LIBCAL._replace(name="old one, do not touch"))
    world.run("2026-11-20T18:00Z")
    world.tenant.add(renewed("cal28", "LibCal 2028", "2026-11-20"))
    world.run("2026-11-23T18:00Z")
    assert_told(
        world,
        """
        2026-09-01 both introduction
        2026-09-14 both libcal expiring first 90
        2026-10-14 both libcal expiring rung 60
        2026-11-13 both libcal expiring rung 30
        2026-11-21 admins libcal awaiting_install replaced 22
        """,
    )


def test_the_app_is_deleted_and_created_again() -> None:
    world = living(LIBCAL)
    world.run("2026-10-20T18:00Z")
    world.tenant.apps.clear()
    world.run("2026-10-22T18:00Z")
    world.watched = watchlist(apps=(replace(world.watched.apps[0], client_id=OTHER_ID),))
    world.tenant.put(renewed("cal28", "LibCal 2028", "2026-10-22"), client_id=OTHER_ID)
    world.run("2026-10-24T18:00Z")
    world.confirm("libcal", "cal28")
    world.run("2026-10-28T18:00Z")
    assert_told(
        world,
        """
        2026-09-01 both introduction
        2026-09-14 both libcal expiring first 90
        2026-10-14 both libcal expiring rung 60
        2026-10-21 its app:libcal app_problem app_problem None
        2026-10-22 its app:libcal app_problem still_waiting None
        2026-10-23 both libcal awaiting_install replaced 51
        2026-10-23 its app:libcal healthy recovered None
        2026-10-24 both libcal awaiting_install still_waiting 50
        2026-10-24 both libcal healthy confirmed 729
        """,
    )


def test_an_expiring_secret_is_acknowledged_and_forgotten() -> None:
    world = living(LIBCAL)
    world.run("2026-10-20T18:00Z")
    world.acknowledge("libcal", "2026-11-20", "ordered")
    world.run("2026-11-25T18:00Z")
    assert_told(
        world,
        """
        2026-09-01 both introduction
        2026-09-14 both libcal expiring first 90
        2026-10-14 both libcal expiring rung 60
        2026-10-20 both libcal expiring snoozed 54
        2026-11-21 both libcal expiring rung 22
        """,
    )


def test_an_expiring_secret_is_acknowledged_then_replaced() -> None:
    """The acknowledgement ends: the installer is notified, and reminders continue."""
    world = living(LIBCAL)
    world.run("2026-10-20T18:00Z")
    world.acknowledge("libcal", "2026-12-13", "ordered")
    world.run("2026-11-01T18:00Z")
    world.tenant.add(renewed("cal28", "LibCal 2028", "2026-11-01"))
    world.run("2026-11-20T18:00Z")
    assert_told(
        world,
        """
        2026-09-01 both introduction
        2026-09-14 both libcal expiring first 90
        2026-10-14 both libcal expiring rung 60
        2026-10-20 both libcal expiring snoozed 54
        2026-11-02 admins libcal awaiting_install replaced 41
        2026-11-13 admins libcal awaiting_install rung 30
        """,
    )


def test_a_missing_secret_is_acknowledged() -> None:
    """The daily reminder becomes weekly."""
    world = living(LIBCAL)
    world.run("2026-12-08T18:00Z")
    world.tenant.drop("cal24")
    world.run("2026-12-10T18:00Z")
    world.acknowledge("libcal", "2027-02-01", "the vendor is slow")
    world.run("2027-01-02T18:00Z")
    assert_told(
        world,
        """
        2026-09-01 both introduction
        2026-09-14 both libcal expiring first 90
        2026-10-14 both libcal expiring rung 60
        2026-11-13 both libcal expiring rung 30
        2026-11-29 both libcal expiring rung 14
        2026-12-06 both libcal expiring rung 7
        2026-12-09 both libcal missing missing 4
        2026-12-10 both libcal missing snoozed 3
        2026-12-10 both libcal missing still_waiting 3 weekly until 2026-12-31
        """,
    )


def test_the_confirmed_secret_expires_soon_too() -> None:
    world = living(
        LIBCAL, secret("cal26", "LibCal 2026", starts="2026-01-01T00:00Z", ends="2026-10-10T12:00Z")
    )
    world.run("2026-09-03T18:00Z")
    world.confirm("libcal", "cal26")
    world.run("2026-10-12T18:00Z")
    assert_told(
        world,
        """
        2026-09-01 both introduction
        2026-09-01 both libcal expiring assumed 39
        2026-09-03 both libcal expiring confirmed 37
        2026-09-10 both libcal expiring rung 30
        2026-09-26 both libcal expiring rung 14
        2026-10-03 both libcal expiring rung 7
        2026-10-07 both libcal expiring rung 3
        2026-10-09 both libcal expiring rung 1
        2026-10-10 both libcal awaiting_install replaced 0
        2026-10-11 both libcal awaiting_install still_waiting -1
        2026-10-12 both libcal awaiting_install still_waiting -2
        """,
    )


def test_the_replacement_is_deleted_before_it_is_installed() -> None:
    world = living(LIBCAL)
    world.run("2026-10-20T18:00Z")
    world.tenant.add(renewed("cal28", "LibCal 2028", "2026-10-20"))
    world.run("2026-10-25T18:00Z")
    world.tenant.drop("cal28")
    world.run("2026-11-20T18:00Z")
    assert_told(
        world,
        """
        2026-09-01 both introduction
        2026-09-14 both libcal expiring first 90
        2026-10-14 both libcal expiring rung 60
        2026-10-21 admins libcal awaiting_install replaced 53
        2026-10-26 both libcal expiring deleted 48
        2026-11-13 both libcal expiring rung 30
        """,
    )


def test_the_program_is_down_for_25_days() -> None:
    world = living(LIBCAL)
    world.run("2026-12-17T18:00Z", asleep=[("2026-11-20", "2026-12-14")])
    assert_told(
        world,
        """
        2026-09-01 both introduction
        2026-09-14 both libcal expiring first 90
        2026-10-14 both libcal expiring rung 60
        2026-11-13 both libcal expiring rung 30
        2026-12-15 both libcal expired expired -2
        2026-12-16 both libcal expired still_waiting -3
        2026-12-17 both libcal expired still_waiting -4
        """,
    )


def test_a_channel_fails_for_a_week() -> None:
    """The other channel is notified at the second check; pending messages follow later."""
    world = living(LIBCAL)
    world.run("2026-12-05T18:00Z")
    world.inboxes["admins"].down = True
    world.run("2026-12-12T18:00Z")
    world.inboxes["admins"].down = False
    world.run("2026-12-15T18:00Z")
    assert_told(
        world,
        """
        2026-09-01 both introduction
        2026-09-14 both libcal expiring first 90
        2026-10-14 both libcal expiring rung 60
        2026-11-13 both libcal expiring rung 30
        2026-11-29 both libcal expiring rung 14
        2026-12-06 its libcal expiring rung 7
        2026-12-07 its channel:admins failing channel_failed None
        2026-12-10 its libcal expiring rung 3
        2026-12-12 both libcal expiring rung 1
        2026-12-13 both libcal expired expired 0
        2026-12-13 its channel:admins healthy recovered None
        2026-12-14 both libcal expired still_waiting -1
        2026-12-15 both libcal expired still_waiting -2
        """,
    )


def test_graph_cannot_be_read_for_four_days() -> None:
    """Notified once a day from 26 hours on, and when reading works again."""
    world = living(LIBCAL)
    world.run("2026-10-20T18:00Z")
    world.tenant.broken[CLIENT_ID] = "Graph answered 503."
    world.run("2026-10-24T18:00Z")
    world.tenant.broken.clear()
    world.run("2026-10-26T18:00Z")
    assert_told(
        world,
        """
        2026-09-01 both introduction
        2026-09-14 both libcal expiring first 90
        2026-10-14 both libcal expiring rung 60
        2026-10-21 both reading: failing check_failing None daily until 2026-10-24
        2026-10-24 both reading: healthy recovered None
        """,
    )


def test_a_weekly_status_is_sent_to_quiet_channels() -> None:
    """On Mondays, to a channel without other messages."""
    world = living(LIBCAL, weekly=True)
    world.run("2026-10-20T18:00Z")
    assert_told(
        world,
        """
        2026-09-01 both introduction
        2026-09-07 both weekly: healthy weekly None
        2026-09-14 both libcal expiring first 90
        2026-09-21 both weekly: healthy weekly None weekly until 2026-10-19
        2026-10-14 both libcal expiring rung 60
        """,
    )


def test_an_escalation_notifies_others_from_seven_days_on() -> None:
    world = World(
        watched=watchlist(LIBCAL_ESCALATED, channels=("its", "admins", "lead")),
        now=at("2026-09-01T12:30Z"),
    )
    world.tenant.put(LIBCAL)
    world.run("2026-12-14T18:00Z")
    world.tenant.add(renewed("cal28", "LibCal 2028", "2026-12-14"))
    world.confirm("libcal", "cal28")
    world.run("2026-12-20T18:00Z")
    assert_told(
        world,
        """
        2026-09-01 both introduction
        2026-09-01 lead introduction
        2026-09-14 both libcal expiring first 90
        2026-10-14 both libcal expiring rung 60
        2026-11-13 both libcal expiring rung 30
        2026-11-29 both libcal expiring rung 14
        2026-12-06 both libcal expiring rung 7
        2026-12-06 lead libcal expiring first 7
        2026-12-10 both libcal expiring rung 3
        2026-12-10 lead libcal expiring rung 3
        2026-12-12 both libcal expiring rung 1
        2026-12-12 lead libcal expiring rung 1
        2026-12-13 both libcal expired expired 0
        2026-12-13 lead libcal expired expired 0
        2026-12-14 both libcal expired still_waiting -1
        2026-12-14 both libcal healthy confirmed 731
        2026-12-14 lead libcal expired still_waiting -1
        2026-12-14 lead libcal healthy confirmed 731
        """,
    )


def test_sign_ins_confirm_the_new_secret() -> None:
    """Used on two days, the old one unused since: confirmed by evidence."""
    world = living(LIBCAL, sign_ins=True)
    world.run("2026-11-20T18:00Z")
    world.tenant.add(renewed("cal28", "LibCal 2028", "2026-11-20"))
    assert world.sign_ins is not None
    world.sign_ins.seen = {"cal24": at("2026-11-22T10:00Z"), "cal28": at("2026-11-23T10:00Z")}
    world.run("2026-11-24T18:00Z")
    assert world.sign_ins is not None
    world.sign_ins.seen["cal28"] = at("2026-11-24T20:00Z")
    world.run("2026-12-20T18:00Z")
    assert_told(
        world,
        """
        2026-09-01 both introduction
        2026-09-14 both libcal expiring first 90
        2026-10-14 both libcal expiring rung 60
        2026-11-13 both libcal expiring rung 30
        2026-11-21 admins libcal awaiting_install replaced 22
        2026-11-25 both libcal healthy confirmed 726
        2026-12-06 admins leftover:libcal:cal24 healthy leftover 7
        2026-12-09 its delete:libcal:cal24 healthy leftover 4
        2026-12-12 admins leftover:libcal:cal24 healthy leftover 1
        2026-12-13 admins leftover:libcal:cal24 healthy leftover 0
        """,
    )


def test_sign_ins_show_the_old_secret_still_in_use() -> None:
    """A person was mistaken: reminders continue, and both are notified why."""
    world = living(LIBCAL, sign_ins=True)
    world.run("2026-11-20T18:00Z")
    world.tenant.add(renewed("cal28", "LibCal 2028", "2026-11-20"))
    world.run("2026-11-22T18:00Z")
    world.confirm("libcal", "cal28")
    world.run("2026-11-24T12:00Z")
    assert world.sign_ins is not None
    world.sign_ins.seen = {"cal24": at("2026-11-24T10:00Z")}
    world.run("2026-12-01T18:00Z")
    assert_told(
        world,
        """
        2026-09-01 both introduction
        2026-09-14 both libcal expiring first 90
        2026-10-14 both libcal expiring rung 60
        2026-11-13 both libcal expiring rung 30
        2026-11-21 admins libcal awaiting_install replaced 22
        2026-11-22 both libcal healthy confirmed 729
        2026-11-24 both libcal awaiting_install still_old 19
        2026-11-29 both libcal awaiting_install rung 14
        """,
    )


def test_confirmed_nine_days_before_the_old_secret_expires() -> None:
    """Nothing follows for a week, and a reminder whose day has passed does not come later."""
    world = living(LIBCAL)
    world.run("2026-12-03T18:00Z")
    world.tenant.add(renewed("cal28", "LibCal 2028", "2026-12-03"))
    world.run("2026-12-04T18:00Z")
    world.confirm("libcal", "cal28")
    world.run("2026-12-30T18:00Z")
    assert_told(
        world,
        """
        2026-09-01 both introduction
        2026-09-14 both libcal expiring first 90
        2026-10-14 both libcal expiring rung 60
        2026-11-13 both libcal expiring rung 30
        2026-11-29 both libcal expiring rung 14
        2026-12-04 admins libcal awaiting_install replaced 9
        2026-12-04 both libcal healthy confirmed 730
        2026-12-12 admins leftover:libcal:cal24 healthy leftover 1  # its day 7 was in the week
        2026-12-13 admins leftover:libcal:cal24 healthy leftover 0
        """,
    )


def living(
    *credentials: Credential, check_at: time = time(8), weekly: bool = False, sign_ins: bool = False
) -> World:
    """Return a world that watches the services of these credentials.

    It is 1 September, half an hour before the first check.
    """
    both = any(credential.name.startswith("LibStaffer") for credential in credentials)
    names = ["LibCal", "LibStaffer"] if both else ["LibCal"]
    watched = watchlist(*(service(name) for name in names), check_at=check_at, weekly=weekly)
    world = World(
        watched=watched,
        now=at("2026-09-01T12:30Z"),
        sign_ins=InMemoryUsageReport() if sign_ins else None,
    )
    world.tenant.put(*credentials)
    return world


def renewed(key_id: str, name: str, day: str) -> Credential:
    """Return a secret for 24 months that ITS creates on a day, around noon in Chicago."""
    year, rest = day.split("-", 1)
    return secret(
        key_id, name, starts=f"{day}T17:00Z", ends=f"{int(year) + 2}-{rest}T17:00Z", hint=key_id[:3]
    )


def assert_told(world: World, table: str) -> None:
    assert world.diary == sorted(
        line for row in table.strip().splitlines() for line in rows_of(row)
    )


def rows_of(row: str) -> list[str]:
    """Expand a row: `both` to two channels, `daily until` and `weekly until` to their days."""
    day, channel, *rest = row.partition("#")[0].split()
    names = ("its", "admins") if channel == "both" else (channel,)
    if "until" not in rest:
        return [f"{day} {name:6} {' '.join(rest)}" for name in names]
    *what, days_left, pace, _, last = rest
    first = date.fromisoformat(day)
    passed = range(0, (date.fromisoformat(last) - first).days + 1, {"daily": 1, "weekly": 7}[pace])
    return [
        f"{first + timedelta(days=n)} {name:6} {' '.join(what)} {later(days_left, n)}"
        for n in passed
        for name in names
    ]


def later(days_left: str, passed: int) -> str:
    return days_left if days_left == "None" else str(int(days_left) - passed)
