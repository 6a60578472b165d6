"""Whole lives, told as tables: who hears what on which local day, and why.

The clock ticks every hour, five minutes past. A row is: day, channel (`both` for its and admins), item, standing, reason,
days left. What is not in a table was not said.
"""

from dataclasses import replace
from datetime import time

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


def test_two_services_run_out_while_nobody_acts_and_the_program_sleeps_twice() -> None:
    """From 100 days before to 30 days after, across both changes of the clock (1 November, 14 March)."""
    world = living(LIBCAL, LIBSTAFFER)
    world.run(
        "2027-04-19T05:00Z", asleep=[("2026-10-14", "2026-10-16"), ("2026-11-28", "2026-12-05")]
    )
    assert_told(
        world,
        """
        2026-09-01 both introduction
        2026-09-14 both libcal expiring first 90
        2026-10-17 both libcal expiring rung 57              # the sixtieth day was slept through
        2026-11-13 both libcal expiring rung 30              # 08:05, an hour later in UTC than the last
        2026-12-06 both libcal expiring rung 7               # 14 days was slept through: one message, not two
        2026-12-10 both libcal expiring rung 3
        2026-12-12 both libcal expiring rung 1
        2026-12-13 both libcal expired expired 0             # ended at 03:15, before the day's check
        2026-12-14 both libcal expired still_waiting -1      # daily for seven days
        2026-12-15 both libcal expired still_waiting -2
        2026-12-16 both libcal expired still_waiting -3
        2026-12-17 both libcal expired still_waiting -4
        2026-12-18 both libcal expired still_waiting -5
        2026-12-19 both libcal expired still_waiting -6
        2026-12-19 both libstaffer expiring first 90         # the same message
        2026-12-20 both libcal expired still_waiting -7
        2026-12-27 both libcal expired still_waiting -14     # then weekly
        2027-01-03 both libcal expired still_waiting -21
        2027-01-10 both libcal expired still_waiting -28
        2027-01-17 both libcal expired still_waiting -35
        2027-01-18 both libstaffer expiring rung 60
        2027-01-24 both libcal expired still_waiting -42
        2027-01-31 both libcal expired still_waiting -49
        2027-02-07 both libcal expired still_waiting -56
        2027-02-14 both libcal expired still_waiting -63
        2027-02-17 both libstaffer expiring rung 30
        2027-02-21 both libcal expired still_waiting -70
        2027-02-28 both libcal expired still_waiting -77
        2027-03-05 both libstaffer expiring rung 14
        2027-03-07 both libcal expired still_waiting -84
        2027-03-12 both libstaffer expiring rung 7
        2027-03-14 both libcal expired still_waiting -91     # the clock went forward in the night
        2027-03-16 both libstaffer expiring rung 3
        2027-03-18 both libstaffer expiring rung 1
        2027-03-19 both libstaffer expiring rung 0           # it ends in the evening, by the library's clock
        2027-03-20 both libstaffer expired expired -1
        2027-03-21 both libcal expired still_waiting -98
        2027-03-21 both libstaffer expired still_waiting -2
        2027-03-22 both libstaffer expired still_waiting -3
        2027-03-23 both libstaffer expired still_waiting -4
        2027-03-24 both libstaffer expired still_waiting -5
        2027-03-25 both libstaffer expired still_waiting -6
        2027-03-26 both libstaffer expired still_waiting -7
        2027-03-27 both libstaffer expired still_waiting -8
        2027-03-28 both libcal expired still_waiting -105
        2027-04-03 both libstaffer expired still_waiting -15
        2027-04-04 both libcal expired still_waiting -112
        2027-04-10 both libstaffer expired still_waiting -22
        2027-04-11 both libcal expired still_waiting -119
        2027-04-17 both libstaffer expired still_waiting -29
        2027-04-18 both libcal expired still_waiting -126
        """,
    )


def test_a_check_at_half_past_eleven_in_the_evening_counts_the_same_days() -> None:
    """The tick after 23:30 is the one at five past midnight: the message comes then, and counts from that day."""
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
        2026-12-13 both libcal expiring rung 0               # 00:05: it ends at 03:15
        2026-12-14 both libcal expired expired -1
        2026-12-15 both libcal expired still_waiting -2
        """,
    )


def test_a_channel_that_is_down_hears_it_later_and_the_other_one_not_twice() -> None:
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


def test_an_old_secret_that_nobody_claims_is_asked_about_once_and_then_counted_down() -> None:
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


def test_a_secret_that_ended_long_before_anybody_watched_is_not_news() -> None:
    world = living(LIBCAL._replace(ends=None), secret("odd", "test", ends="2026-06-01T00:00Z"))
    world.run("2026-10-20T18:00Z")
    assert_told(world, "2026-09-01 both introduction")


def test_a_disabled_app_speaks_for_its_services() -> None:
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
        2026-12-08 both libcal expiring rung 5               # seven days was reached while the app was disabled
        """,
    )


def test_a_service_that_leaves_the_watchlist_is_said_once() -> None:
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
        2026-09-21 both introduction                         # of LibStaffer, which is new
        2026-09-21 both libstaffer unmatched unmatched None
        2026-09-21 its credential:cal24 expiring unclaimed 83
        2026-09-21 admins credential:cal24 expiring unclaimed 83
        """,
    )


def test_an_acknowledgement_quiets_what_is_far_away_and_nothing_else() -> None:
    world = living(LIBCAL)
    world.run("2026-09-20T18:00Z")
    world.acknowledge("libcal", "2026-12-13", "ordered from ITS")
    world.run("2026-12-15T18:00Z")
    assert_told(
        world,
        """
        2026-09-01 both introduction
        2026-09-14 both libcal expiring first 90
        2026-12-06 both libcal expiring rung 7
        2026-12-10 both libcal expiring rung 3
        2026-12-12 both libcal expiring rung 1
        2026-12-13 both libcal expired expired 0
        2026-12-14 both libcal expired still_waiting -1      # its standing changed: the acknowledgement is over
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


def test_on_time() -> None:
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


def test_its_is_late() -> None:
    """The secret ends before ITS makes a new one."""
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
        2026-12-14 both libcal expired still_waiting -1
        2026-12-15 both libcal expired still_waiting -2
        2026-12-16 both libcal expired still_waiting -3
        2026-12-17 both libcal expired still_waiting -4
        2026-12-18 both libcal expired still_waiting -5
        2026-12-19 both libcal expired still_waiting -6
        2026-12-20 both libcal expired still_waiting -7
        2026-12-21 both libcal awaiting_install replaced -8
        2026-12-22 both libcal healthy confirmed 729
        """,
    )


def test_the_installer_is_late() -> None:
    """The countdown on the old one goes on; once it has ended, both hear daily."""
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
        2026-12-14 both libcal awaiting_install still_waiting -1
        2026-12-15 both libcal awaiting_install still_waiting -2
        2026-12-16 both libcal awaiting_install still_waiting -3
        2026-12-17 both libcal awaiting_install still_waiting -4
        2026-12-18 both libcal awaiting_install still_waiting -5
        2026-12-19 both libcal awaiting_install still_waiting -6
        2026-12-20 both libcal awaiting_install still_waiting -7
        2026-12-24 both libcal healthy confirmed 697
        """,
    )


def test_nobody_ever_presses_confirm() -> None:
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
        2026-12-14 both libcal awaiting_install still_waiting -1
        2026-12-15 both libcal awaiting_install still_waiting -2
        2026-12-16 both libcal awaiting_install still_waiting -3
        2026-12-17 both libcal awaiting_install still_waiting -4
        2026-12-18 both libcal awaiting_install still_waiting -5
        2026-12-19 both libcal awaiting_install still_waiting -6
        2026-12-20 both libcal awaiting_install still_waiting -7
        2026-12-27 both libcal awaiting_install still_waiting -14
        2027-01-03 both libcal awaiting_install still_waiting -21
        """,
    )


def test_libcal_is_done_and_libstaffer_is_forgotten() -> None:
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
        2026-12-13 admins leftover:libcal:cal24 healthy leftover 0                 # 08:05: it ended in the night
        2026-12-13 both libstaffer expiring rung 7
        2026-12-17 both libstaffer expiring rung 3
        2026-12-19 both libstaffer expiring rung 1
        2026-12-20 both libstaffer expiring rung 0
        2026-12-21 both libstaffer expired expired -1
        2026-12-22 both libstaffer expired still_waiting -2
        2026-12-23 both libstaffer expired still_waiting -3
        2026-12-24 both libstaffer expired still_waiting -4
        """,
    )


def test_the_old_one_is_deleted_when_the_new_one_is_made() -> None:
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


def test_a_secret_is_deleted_before_its_successor_comes() -> None:
    """The new one matches no rule: both parties see it beside the alarm, and confirming it claims it."""
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
        2026-09-22 both libcal missing still_waiting 82
        2026-09-23 both credential:new healthy unclaimed 730
        2026-09-23 both libcal missing still_waiting 81
        2026-09-24 both libcal healthy confirmed 729
        2026-09-24 both libcal missing still_waiting 80
        """,
    )


def test_both_are_deleted_and_two_new_ones_match_no_rule() -> None:
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


def test_one_new_secret_is_pasted_into_both() -> None:
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


def test_the_new_one_ends_sooner_than_the_old_one() -> None:
    """Once it has ended, the old one, which still works, is what the service should be given."""
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


def test_a_credential_is_confirmed_for_the_wrong_service_and_undone_a_week_later() -> None:
    """LibStaffer's own replacement does not disappear by it."""
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


def test_an_undo_is_told_to_all_who_heard_that_it_is_safe() -> None:
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


def test_that_the_old_one_can_be_deleted_is_taken_back_by_an_undo_and_said_again_after_the_next_word() -> (
    None
):
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
        2026-10-12 both libcal awaiting_install confirmed 62    # its would delete it otherwise
        2026-10-14 admins libcal awaiting_install rung 60
        2026-10-14 both libcal healthy confirmed 707
        2026-10-28 its delete:libcal:cal24 healthy leftover 46  # the first word was taken back
        """,
    )


def test_an_undo_is_told_to_who_only_heard_that_the_old_one_can_be_deleted() -> None:
    """The replacement came before the first rung, so nobody but the installer was ever asked for anything."""
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
        2026-12-13 admins libcal awaiting_install rung 90       # and its hears no more of it
        """,
    )


def test_two_replacements_come_before_the_first_is_confirmed() -> None:
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


def test_one_that_never_ends_is_replaced() -> None:
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


def test_a_service_is_adopted_with_a_secret_that_ended_three_months_ago() -> None:
    world = living(secret("cal22", "LibCal 2022", ends="2026-06-01T09:00Z"))
    world.run("2026-09-17T18:00Z")
    assert_told(
        world,
        """
        2026-09-01 both introduction
        2026-09-01 both libcal expired expired -92
        2026-09-02 both libcal expired still_waiting -93
        2026-09-03 both libcal expired still_waiting -94
        2026-09-04 both libcal expired still_waiting -95
        2026-09-05 both libcal expired still_waiting -96
        2026-09-06 both libcal expired still_waiting -97
        2026-09-07 both libcal expired still_waiting -98
        2026-09-08 both libcal expired still_waiting -99
        2026-09-15 both libcal expired still_waiting -106
        """,
    )


def test_the_service_is_renamed_and_its_ladder_changed_in_the_middle() -> None:
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


def test_a_channel_is_renamed_in_the_middle() -> None:
    """The new name is introduced, with what is due; the other channel hears of it once."""
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
    """It stays in use; its successor is found by the rule."""
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


def test_the_app_is_deleted_and_made_again() -> None:
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


def test_it_is_acknowledged_and_forgotten() -> None:
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
        2026-11-21 both libcal expiring rung 22
        """,
    )


def test_it_is_acknowledged_and_then_replaced() -> None:
    """What was acknowledged is over; the installer hears at once, and the countdown goes on."""
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
        2026-11-02 admins libcal awaiting_install replaced 41
        2026-11-13 admins libcal awaiting_install rung 30
        """,
    )


def test_it_is_missing_and_somebody_knows() -> None:
    """The daily reminder becomes a weekly one."""
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
        2026-12-10 both libcal missing still_waiting 3
        2026-12-17 both libcal missing still_waiting -4
        2026-12-24 both libcal missing still_waiting -11
        2026-12-31 both libcal missing still_waiting -18
        """,
    )


def test_the_one_that_is_confirmed_is_itself_near_its_end() -> None:
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


def test_the_replacement_is_deleted_before_it_was_installed() -> None:
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


def test_the_watcher_is_down_for_25_days() -> None:
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


def test_a_channel_is_down_for_a_week() -> None:
    """The other channel hears of it at the second check; what was owed comes when it is back."""
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
    """Notification once a day from 26 hours on, and so is the end of it."""
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
        2026-10-21 both reading: failing check_failing None
        2026-10-22 both reading: failing check_failing None
        2026-10-23 both reading: failing check_failing None
        2026-10-24 both reading: failing check_failing None
        2026-10-24 both reading: healthy recovered None
        """,
    )


def test_a_quiet_line_a_week_says_that_the_watcher_is_alive() -> None:
    """On Mondays, to a channel that hears nothing else."""
    world = living(LIBCAL, weekly=True)
    world.run("2026-10-20T18:00Z")
    assert_told(
        world,
        """
        2026-09-01 both introduction
        2026-09-07 both weekly: healthy weekly None
        2026-09-14 both libcal expiring first 90
        2026-09-21 both weekly: healthy weekly None
        2026-09-28 both weekly: healthy weekly None
        2026-10-05 both weekly: healthy weekly None
        2026-10-12 both weekly: healthy weekly None
        2026-10-14 both libcal expiring rung 60
        2026-10-19 both weekly: healthy weekly None
        """,
    )


def test_somebody_else_hears_from_seven_days_on() -> None:
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


def test_sign_ins_show_that_the_new_one_is_used() -> None:
    """Seen on two days, the old one unseen since: confirmed by itself."""
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


def test_sign_ins_show_that_the_old_one_is_still_used() -> None:
    """A person was mistaken: the matter is open again, and both hear why."""
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


def living(
    *credentials: Credential, check_at: time = time(8), weekly: bool = False, sign_ins: bool = False
) -> World:
    """A world whose watchlist names the services of these credentials, on 1 September, half an hour before the first check."""
    names = [
        "LibCal",
        *(
            ["LibStaffer"]
            if any(credential.name.startswith("LibStaffer") for credential in credentials)
            else []
        ),
    ]
    watched = watchlist(*(service(name) for name in names), check_at=check_at, weekly=weekly)
    world = World(
        watched=watched,
        now=at("2026-09-01T12:30Z"),
        sign_ins=InMemoryUsageReport() if sign_ins else None,
    )
    world.tenant.put(*credentials)
    return world


def renewed(key_id: str, name: str, day: str) -> Credential:
    """A secret for 24 months that ITS makes at noon, in Chicago or so, on a day."""
    year, rest = day.split("-", 1)
    return secret(
        key_id, name, starts=f"{day}T17:00Z", ends=f"{int(year) + 2}-{rest}T17:00Z", hint=key_id[:3]
    )


def assert_told(world: World, table: str) -> None:
    assert world.diary == sorted(
        line for row in table.strip().splitlines() for line in rows_of(row)
    )


def rows_of(row: str) -> list[str]:
    day, channel, *rest = row.partition("#")[0].split()
    names = ("its", "admins") if channel == "both" else (channel,)
    return [f"{day} {name:6} {' '.join(rest)}" for name in names]
