"""Lives of hand-overs as tables: who gets which message on which local day, and why."""

from datetime import date, timedelta

import pytest

from local.simulation.build import CHICAGO, service
from shared.core.model.hand_over import Ending, HandOverState
from shared.core.model.vocabulary import Reason
from tests.lifetime.test_lifetime import rows_of
from tests.support.hand_over_life import NEW, OLD, HandOverLife, before_hand_over

LIBCAL = service("LibCal")


def handed_over(*, after: timedelta = timedelta(0)) -> HandOverLife:
    life = before_hand_over(LIBCAL)
    life.world.now += after
    life.hand_over()
    return life


def assert_told(life: HandOverLife, table: str) -> None:
    assert life.told == sorted(line for row in table.strip().splitlines() for line in rows_of(row))


def test_nobody_opens_the_value() -> None:
    """The renewer is asked for nothing, until the time is over without any opening."""
    life = handed_over()
    life.run("2026-12-15T05:00Z")
    assert_told(
        life,
        """
        2026-11-14 admins libcal awaiting_install ready 29
        2026-11-17 admins libcal awaiting_install unopened 26
        2026-11-21 admins libcal awaiting_install unopened 22
        2026-11-27 both libcal awaiting_install unopened 16
        2026-11-28 both libcal awaiting_install hand_over_expired 15
        2026-11-29 both libcal awaiting_install rung 14
        2026-12-06 both libcal awaiting_install rung 7
        2026-12-10 both libcal awaiting_install rung 3
        2026-12-12 both libcal awaiting_install rung 1
        2026-12-13 both libcal awaiting_install expired 0
        2026-12-14 both libcal awaiting_install still_waiting -1
        """,
    )


def test_missed_days_are_one_message() -> None:
    life = handed_over()
    life.world.run("2026-11-25T18:00Z", asleep=[("2026-11-15", "2026-11-24")])
    assert_told(
        life,
        """
        2026-11-14 admins libcal awaiting_install ready 29
        2026-11-25 admins libcal awaiting_install unopened 18
        """,
    )


def test_opened_twice_and_confirmed() -> None:
    """The confirmation says all: the end of the hand-over adds nothing."""
    life = handed_over()
    life.world.now += timedelta(hours=1)
    life.open("Dana")
    life.world.now += timedelta(days=1)
    life.open("Eve")
    life.world.now += timedelta(hours=1)
    life.world.confirm("libcal", NEW.key_id)
    life.end(Ending.CONFIRMED)
    life.run("2026-11-28T18:00Z")
    assert_told(
        life,
        """
        2026-11-14 admins libcal awaiting_install ready 29
        2026-11-15 both libcal awaiting_install opened_again 28
        2026-11-15 both libcal healthy confirmed 730
        """,
    )


def test_opened_and_never_confirmed() -> None:
    """The installer has the value, so the renewer is asked for nothing after the end either."""
    life = handed_over()
    life.open("Dana")
    life.run("2026-11-30T18:00Z")
    assert_told(
        life,
        """
        2026-11-14 admins libcal awaiting_install ready 29
        2026-11-28 both libcal awaiting_install hand_over_expired 15
        2026-11-29 admins libcal awaiting_install rung 14
        """,
    )


def test_a_broken_channel_is_retried() -> None:
    life = before_hand_over(LIBCAL)
    life.world.inboxes["admins"].down = True
    life.hand_over()
    life.run("2026-11-14T22:30Z")
    assert life.told == []
    life.world.inboxes["admins"].down = False
    life.run("2026-11-16T18:00Z")
    assert_told(life, "2026-11-14 admins libcal awaiting_install ready 29")


def test_two_channels_with_both_roles_get_one_message_a_check() -> None:
    channels = ("its", "admins")
    life = before_hand_over(service("LibCal", renewer=channels, installer=channels))
    life.hand_over()
    life.run("2026-11-18T18:00Z")
    life.end(Ending.WITHDRAWN, HandOverState.ENDING, "The vault does not answer.")
    life.run("2026-11-20T18:00Z")
    assert_told(
        life,
        """
        2026-11-14 both libcal awaiting_install ready 29
        2026-11-17 both libcal awaiting_install unopened 26
        2026-11-18 both libcal awaiting_install hand_over_failed 25
        """,
    )
    last = life.world.inboxes["its"].heard[-1].notices[0]
    assert [each.reason for each in last.news] == [Reason.WITHDRAWN, Reason.HAND_OVER_FAILED]


def test_a_snooze_does_not_pause_a_hand_over() -> None:
    life = before_hand_over(LIBCAL)
    life.world.check()
    life.world.now += timedelta(hours=1)
    life.world.acknowledge("libcal", "2026-12-04", "Dana is away.")
    life.world.now += timedelta(hours=1)
    life.hand_over()
    life.run("2026-11-30T18:00Z")
    reasons = [line.split()[-2] for line in life.told if " admins " in line]
    assert sorted(reasons[:3]) == ["ready", "replaced", "snoozed"]  # on one day
    assert reasons[3:] == ["unopened", "unopened", "unopened", "hand_over_expired"]


def test_a_safe_service_and_an_app_that_is_disabled() -> None:
    """The standing does not matter: people are notified of a hand-over."""
    life = before_hand_over(LIBCAL)
    life.world.check()
    life.world.confirm("libcal", NEW.key_id)
    life.world.now += timedelta(hours=1)
    life.hand_over()
    life.world.tenant.put(NEW, disabled="it is disabled")
    life.world.now += timedelta(hours=1)
    life.end(Ending.WITHDRAWN)
    told = {" ".join(line.split()[1:5]) for line in life.told}
    assert {"admins libcal healthy ready", "admins libcal healthy withdrawn"} <= told


def test_the_renewer_is_not_asked_while_the_current_secret_expires() -> None:
    """Handed over late: only the installer is notified of the expiry."""
    life = before_hand_over(LIBCAL)
    life.world.tenant.put(OLD)
    life.world.run("2026-12-08T18:00Z")
    life.world.tenant.add(NEW)
    life.hand_over()
    life.world.run("2026-12-15T18:00Z")
    late = [line.split() for line in life.told if line > "2026-12-08"]
    assert {channel for _, channel, *_ in late} == {"admins"}
    assert {reason for *_, reason, _ in late} == {
        "ready",
        "rung",
        "unopened",
        "expired",
        "still_waiting",
    }


@pytest.mark.parametrize(
    ("state", "ending", "why", "told"),
    [
        (HandOverState.KEEPING, Ending.NONE, "", []),
        (HandOverState.KEEPING, Ending.NONE, "No answer.", ["its hand_over_failed"]),
        (HandOverState.DONE, Ending.NOT_KEPT, "", ["its hand_over_failed"]),
        (HandOverState.DONE, Ending.NOT_CREATED, "", ["its hand_over_failed"]),
        (HandOverState.DONE, Ending.ORPHAN, "", ["its orphan"]),
        (HandOverState.DONE, Ending.WITHDRAWN, "", ["admins withdrawn"]),
        (HandOverState.DONE, Ending.CONFIRMED, "", []),
    ],
)
def test_each_ending_is_told_once(
    state: HandOverState, ending: Ending, why: str, told: list[str]
) -> None:
    life = before_hand_over(LIBCAL)
    by_renew = ending in {Ending.ORPHAN, Ending.NOT_CREATED}
    life.hand_over(HandOverState.RENEWING if by_renew else HandOverState.KEEPING)
    life.world.now += timedelta(minutes=20)
    life.end(ending, state, why)
    life.world.run("2026-11-18T18:00Z")
    lines = [line.split() for line in life.told if " replaced " not in line]
    assert [f"{channel} {reason}" for _, channel, _, _, reason, _ in lines] == told


def test_the_forecast_is_what_is_sent() -> None:
    life, last = handed_over(), date(2026, 12, 12)
    planned = sorted(
        f"{each.now.astimezone(CHICAGO).date()} {each.channel} {notice.reason}"
        for each in life.world.watch.forecast(last).messages
        for notice in each.notices
    )
    following = life.world.watch.status().next_messages
    assert (str(following.by_channel["its"]), str(following.by_item["libcal"])) == (
        "2026-11-27",
        "2026-11-17",
    )
    life.run("2026-12-12T18:00Z")
    sent = [line.split() for line in life.told[1:]]
    assert planned == sorted(f"{day} {channel} {reason}" for day, channel, _, _, reason, _ in sent)
