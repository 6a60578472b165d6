"""Whole lives, told as tables: who hears what on which local day, and why.

The clock ticks every hour, five minutes past. A row is: day, channel (`both` for its and admins), item, standing, reason,
days left. What is not in a table was not said.
"""

from datetime import time

import pytest

from shared.core.model import Credential
from tests.support.build import at, secret, service, watchlist
from tests.support.life import World

LIBCAL = secret("cal24", "LibCal 2024", ends="2026-12-13T09:15Z")  # 03:15 in Chicago, the same day
LIBSTAFFER = secret("sta25", "LibStaffer 2025", starts="2025-03-20T02:00Z", ends="2027-03-20T02:00Z")  # 19 March, 21:00 in Chicago


def test_two_services_run_out_while_nobody_acts_and_the_program_sleeps_twice() -> None:
    """From 100 days before to 30 days after, across both changes of the clock (1 November, 14 March)."""
    world = living(LIBCAL, LIBSTAFFER)
    world.run("2027-04-19T05:00Z", asleep=[("2026-10-14", "2026-10-16"), ("2026-11-28", "2026-12-05")])
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


def test_a_renewal_is_followed_until_the_service_uses_it() -> None:
    world = living(LIBCAL)
    world.run("2026-11-20T18:00Z")
    world.tenant.add(secret("cal26", "LibCal 2026", starts="2026-11-20T17:00Z", ends="2028-11-20T17:00Z", hint="r2B"))
    world.run("2026-12-08T18:00Z")
    world.confirm("libcal", "cal26")
    world.run("2027-01-20T18:00Z")
    assert_told(
        world,
        """
        2026-09-01 both introduction
        2026-09-14 both libcal expiring first 90
        2026-10-14 both libcal expiring rung 60
        2026-11-13 both libcal expiring rung 30
        2026-11-21 admins libcal awaiting_install replaced 22  # their turn; its has nothing to do
        2026-11-29 admins libcal awaiting_install rung 14      # the countdown on the old one goes on
        2026-12-06 admins libcal awaiting_install rung 7
        2026-12-09 both libcal healthy confirmed 712           # everyone who was bothered
        2026-12-12 admins leftover:libcal:cal24 healthy leftover 1
        """,
    )


def test_a_wrong_confirmation_is_undone_and_the_countdown_goes_on() -> None:
    world = living(LIBCAL, secret("cal26", "LibCal 2026", starts="2026-08-20T17:00Z", ends="2028-08-20T17:00Z"))
    world.run("2026-10-01T18:00Z")
    world.confirm("libcal", "cal26")
    world.run("2026-10-20T18:00Z")
    world.confirm("libcal", "cal24")
    world.run("2026-11-14T18:00Z")
    assert_told(
        world,
        """
        2026-09-01 both introduction
        2026-09-01 admins libcal awaiting_install assumed 103
        2026-09-14 admins libcal awaiting_install rung 90
        2026-10-02 admins libcal healthy confirmed 688
        2026-10-15 its delete:libcal:cal24 healthy leftover 59   # after 14 quiet days
        2026-10-21 admins libcal awaiting_install confirmed 53
        2026-11-13 admins libcal awaiting_install rung 30
        """,
    )


def test_a_secret_deleted_before_its_successor_comes_is_missing_until_it_does() -> None:
    world = living(LIBCAL)
    world.run("2026-09-20T18:00Z")
    world.tenant.drop("cal24")
    world.run("2026-09-22T18:00Z")
    world.tenant.add(secret("new", "for the calendars", starts="2026-09-22T17:00Z", ends="2028-09-22T17:00Z"))
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
        2026-09-23 both libcal missing still_waiting 81
        2026-09-23 both credential:new healthy unclaimed 730     # probably the new one: to both, on the same card
        2026-09-24 both libcal missing still_waiting 80
        2026-09-25 both libcal healthy confirmed 728
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
    assert [message.now.hour for message in (world.inboxes["its"].heard[1], world.inboxes["admins"].heard[1])] == [13, 17]


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


def living(*credentials: Credential, check_at: time = time(8)) -> World:
    """A world whose watchlist names the services of these credentials, on 1 September, an hour before the first check."""
    names = ["LibCal", *(["LibStaffer"] if LIBSTAFFER in credentials else [])]
    world = World(watched=watchlist(*(service(name) for name in names), check_at=check_at), now=at("2026-09-01T12:30Z"))
    world.tenant.put(*credentials)
    return world


def assert_told(world: World, table: str) -> None:
    assert world.diary == sorted(line for row in table.strip().splitlines() for line in rows_of(row))


def rows_of(row: str) -> list[str]:
    day, channel, *rest = row.partition("#")[0].split()
    names = ("its", "admins") if channel == "both" else (channel,)
    return [f"{day} {name:6} {' '.join(rest)}" for name in names]
