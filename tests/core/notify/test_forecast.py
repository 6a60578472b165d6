"""A forecast equals the messages of a program that runs on every day."""

from collections.abc import Iterable
from datetime import date, datetime, time, timedelta

from hypothesis import given
from hypothesis import strategies as st

from local.simulation.build import at, secret, service, watchlist
from local.simulation.world import World
from shared.core.judge.schedule import instant_on
from shared.core.judge.snapshot import recalled_snapshot
from shared.core.judge.validity import is_live
from shared.core.model.context import AppSnapshot, CheckContext
from shared.core.model.directory import Credential
from shared.core.model.memory import Memory
from shared.core.model.message import Message
from shared.core.model.vocabulary import Reason
from shared.core.model.watchlist import Escalation
from shared.core.notify.forecast import forecast, horizon
from tests.support.examples import examples

DAY_ZERO = at("2026-09-01T13:00Z")
BEFORE_SUMMER_TIME = at("2027-02-01T14:00Z")
SPAN = 90
LIBCAL = secret("cal24", "LibCal 2024", ends="2026-12-13T09:15Z")
LIBSTAFFER = secret(
    "sta25", "LibStaffer 2025", starts="2025-03-20T02:00Z", ends="2027-03-20T02:00Z"
)


@st.composite
def credentials(draw: st.DrawFn, start: datetime) -> list[Credential]:
    ends = st.integers(-30, 160).map(lambda days: start + timedelta(days=days, hours=days * 7 % 24))
    found = []
    for number in range(draw(st.integers(0, 4))):
        name = draw(st.sampled_from(["LibCal", "LibStaffer", "other"]))
        starts = start + timedelta(days=draw(st.integers(-700, 60)))
        plain = secret(f"key{number}", f"{name} {number}", ends=None)
        found.append(plain._replace(starts=starts, ends=draw(st.none() | ends)))
    return found


@st.composite
def lives(draw: st.DrawFn) -> World:
    """A world that ran, stopped for some days, and ran again; perhaps with a confirmation."""
    start = draw(st.sampled_from([DAY_ZERO, BEFORE_SUMMER_TIME]))
    check_at = draw(
        st.sampled_from([time(8), time(2, 30), time(1, 30), time(23, 30)])
    )  # 02:30 is skipped in March, 01:30 occurs twice
    services = (service("LibCal", escalate=Escalation(("lead",), 7)), service("LibStaffer"))
    watched = watchlist(
        *services, check_at=check_at, channels=("its", "admins", "lead"), weekly=draw(st.booleans())
    )
    world = World(watched=watched, now=start)
    there = draw(credentials(start))
    world.tenant.put(*there, disabled=draw(st.sampled_from(["", "", "it is disabled"])))
    world.check()
    world.now += timedelta(days=draw(st.integers(0, 70)), hours=draw(st.integers(0, 23)))
    world.check()
    usable = [c for c in there if c.name.startswith("Lib") and is_live(c, world.now)]
    somebody_decides = draw(st.booleans())
    if usable and somebody_decides:
        settled = draw(st.sampled_from(usable))
        world.confirm(settled.name.split()[0].lower(), settled.key_id)
    return world


@examples(0.25)
@given(world=lives())
def test_forecast_equals_the_messages_of_daily_checks(world: World) -> None:
    last = world.now.date() + timedelta(days=SPAN)
    planned = forecast(*look(world), last)
    before = {name: len(inbox.heard) for name, inbox in world.inboxes.items()}
    live_through(world, last)
    heard = {name: inbox.heard[before[name] :] for name, inbox in world.inboxes.items()}
    assert {
        name: told(message for message in planned if message.channel == name) for name in heard
    } == {name: told(messages) for name, messages in heard.items()}


def test_forecast_includes_a_check_that_is_due_now() -> None:
    world = World(watched=watchlist(), now=DAY_ZERO)
    world.tenant.put(LIBCAL)
    world.check()
    world.now = at("2026-10-15T20:00Z")  # nothing ran for six weeks; a check was due at 13:00
    messages = forecast(*look(world), date(2026, 10, 15))
    assert [(message.now, message.channel, message.notices[0].reason) for message in messages] == [
        (world.now, "its", Reason.FIRST),
        (world.now, "admins", Reason.FIRST),
    ]
    world.check()
    assert forecast(*look(world), date(2026, 10, 30)) == ()


def test_forecast_includes_a_check_later_today() -> None:
    world = World(watched=watchlist(), now=at("2026-09-13T13:05Z"))
    world.tenant.put(LIBCAL)
    world.check()
    world.now = at("2026-09-14T06:00Z")  # 01:00, local time; the check is due at 08:00
    assert [message.now for message in forecast(*look(world), date(2026, 9, 14))] == [
        at("2026-09-14T13:00Z")
    ] * 2


def test_forecast_includes_the_recovery_of_a_failed_channel() -> None:
    """The next message arrives, so the others are notified of the recovery."""
    world = World(watched=watchlist(), now=DAY_ZERO)
    world.tenant.put(LIBCAL)
    world.check()
    world.inboxes["admins"].down = True
    world.run("2026-09-17T18:00Z")
    world.inboxes["admins"].down = False
    reasons = [
        (m.channel, n.view.item, n.reason)
        for m in forecast(*look(world), date(2026, 9, 25))
        for n in m.notices
    ]
    assert ("its", "channel:admins", Reason.RECOVERED) in reasons


def test_forecast_of_two_services_over_800_days_has_no_gap() -> None:
    world = World(watched=watchlist(weekly=True), now=DAY_ZERO)
    world.tenant.put(LIBCAL, LIBSTAFFER)
    world.check()
    weeks = {
        message.now.astimezone(message.zone).isocalendar()[:2]
        for message in forecast(*look(world), date(2028, 11, 9))
    }
    assert len(weeks) == 114, "every week from 7 September 2026 to 9 November 2028 has a message"


def test_horizon_is_30_days_after_the_last_expiry_and_at_most_800() -> None:
    def seen(*there: Credential) -> date:
        world = World(watched=watchlist(), now=DAY_ZERO)
        world.tenant.put(*there)
        world.check()
        return horizon(*look(world))

    assert seen(LIBCAL, LIBSTAFFER) == date(2027, 4, 18), "30 days after the evening of 19 March"
    assert seen(LIBCAL._replace(ends=at("2026-01-01T00:00Z"))) == date(2026, 10, 1)
    assert seen(LIBCAL._replace(ends=None)) == date(2026, 10, 1)
    assert seen(LIBCAL._replace(ends=at("2036-01-01T00:00Z"))) == date(2028, 11, 9)


def test_forecast_omits_an_app_that_was_never_read() -> None:
    assert forecast(CheckContext(watchlist(), Memory(), DAY_ZERO), {}, date(2027, 1, 1)) == ()


def told(messages: Iterable[Message]) -> list[object]:
    """Return the message without `next_message`, which is set when it is sent."""
    return [
        (
            m.now,
            m.introduction,
            [
                (n.view.item, n.view.standing, n.reason, n.severity, n.view.days_left, n.roles)
                for n in m.notices
            ],
        )
        for m in messages
    ]


def look(world: World) -> tuple[CheckContext, dict[str, AppSnapshot]]:
    memory = world.ledger.load()
    known = {
        app.key: seen
        for app in world.watched.apps
        if (seen := recalled_snapshot(app, memory)) is not None
    }
    return CheckContext(world.watched, memory, world.now, world.ledger.last_checks()), known


def live_through(world: World, last: date) -> None:
    today = world.now.astimezone(world.watched.zone).date()
    for day in (today + timedelta(days=n) for n in range((last - today).days + 1)):
        if (due := instant_on(day, world.watched)) > world.now:
            world.now = due
            world.check()
