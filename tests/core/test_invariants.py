"""Random lives: whatever people, ITS and the network do, everyone is notified once."""

from collections import Counter
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st

from local.simulation.build import CLIENT_ID, at, secret, watchlist
from local.simulation.world import World
from shared.core.decisions import Refused
from shared.core.judge.schedule import instant_on
from shared.core.model.check_record import Outcome
from shared.core.model.days import days_between
from shared.core.model.views import ServiceView
from shared.core.model.vocabulary import Loss, Standing
from tests.support.examples import examples

START = at("2026-10-01T13:00Z")
DAYS = 110
LADDER = (90, 60, 30, 14, 7, 3, 1, 0)
BOTH = {Standing.EXPIRING, Standing.EXPIRED, Standing.MISSING, Standing.UNMATCHED}


@dataclass
class Life:
    """What happens, by day: at most one act, so a second message on a day is an error."""

    acts: dict[int, str] = field(default_factory=dict)
    asleep: set[int] = field(default_factory=set)
    down: set[int] = field(default_factory=set)
    unreadable: set[int] = field(default_factory=set)
    lengths: list[int] = field(default_factory=list)


ACTS = (
    "renew LibCal",
    "renew LibStaffer",
    "stray",
    "drop",
    "confirm libcal",
    "confirm libstaffer",
    "claim",
    "ignore",
    "disable",
    "enable",
)
LIVES = st.builds(
    Life,
    acts=st.dictionaries(st.integers(1, DAYS - 1), st.sampled_from(ACTS), max_size=14),
    asleep=st.sets(st.integers(1, DAYS - 1), max_size=20),
    down=st.sets(st.integers(1, DAYS - 1), max_size=12),
    unreadable=st.sets(st.integers(1, DAYS - 1), max_size=8),
    lengths=st.lists(st.integers(5, 200), min_size=3, max_size=3),
)


@examples(0.25)
@given(life=LIVES, choice=st.randoms(use_true_random=False))
def test_everyone_is_notified_once(life: Life, choice: object) -> None:
    world = World(watched=watchlist(), now=START)
    for number, name in enumerate(("LibCal 2024", "LibStaffer 2024")):
        plain = secret(f"old{number}", name, ends=None, starts="2024-10-01T00:00Z")
        world.tenant.add(
            plain._replace(ends=START + timedelta(days=life.lengths[number], hours=number * 13))
        ) if number else world.tenant.put(
            plain._replace(ends=START + timedelta(days=life.lengths[number]))
        )
    for day in range(DAYS):
        world.now = instant_on((START + timedelta(days=day)).date(), world.watched)
        act(world, life.acts.get(day, ""), day, life.lengths[2], choice)
        if day in life.asleep:
            continue
        world.tenant.broken = {CLIENT_ID: "Graph answered 503."} if day in life.unreadable else {}
        world.inboxes["admins"].down = day in life.down
        result = world.check()
        world.tenant.broken = {}
        if result.outcome == Outcome.OK:
            assert_everybody_knows(world)
    heard = Counter(
        (name, message.now.date(), notice.view.item, notice.reason, notice.view.days_left)
        for name, inbox in world.inboxes.items()
        for message in inbox.heard
        for notice in message.notices
    )
    assert [thing for thing, times in heard.items() if times > 1] == []


def act(world: World, what: str, day: int, length: int, choice: object) -> None:
    """Let somebody act; the program may refuse."""
    pick = choice.choice  # type: ignore[attr-defined]  # a random source by hypothesis
    match what.split():
        case ["renew", name]:
            plain = secret(f"new{day}", f"{name} {day}", ends=None)
            world.tenant.add(
                plain._replace(
                    starts=world.now - timedelta(hours=1), ends=world.now + timedelta(days=length)
                )
            )
        case ["stray"]:
            world.tenant.add(
                secret(f"odd{day}", "test", ends=None)._replace(
                    starts=world.now, ends=world.now + timedelta(days=length)
                )
            )
        case ["drop"] if world.tenant.credentials:
            world.tenant.drop(pick(world.tenant.credentials).key_id)
        case ["confirm", service] if world.tenant.credentials:
            with suppress(Refused):
                world.confirm(service, pick(world.tenant.credentials).key_id)
        case ["claim"] if world.tenant.credentials:
            with suppress(Refused):
                world.claim(pick(world.tenant.credentials).key_id, pick(["libcal", "libstaffer"]))
        case ["ignore"] if world.tenant.credentials:
            with suppress(Refused):
                world.claim(pick(world.tenant.credentials).key_id)
        case ["disable" | "enable" as verb]:
            world.tenant.put(
                *world.tenant.credentials, disabled="it is disabled" if verb == "disable" else ""
            )
        case _:
            pass


def assert_everybody_knows(world: World) -> None:
    """Assert that each party's last message has the present standing and rung."""
    told = world.ledger.load().notifications
    for view in world.watch.status().judgement.services:
        if not view.app.usable or view.standing == Standing.HEALTHY:
            continue
        for channel in parties(view):
            last = told[view.item, channel]
            assert last.standing == view.standing, (view.item, channel)
            end = view.in_use.ends if view.in_use is not None and view.loss == Loss.NONE else None
            if end is not None and view.standing != Standing.UNMATCHED:
                then, today = (
                    days_between(last.at, end, world.watched.zone),
                    days_between(world.now, end, world.watched.zone),
                )
                assert [rung for rung in LADDER if then > rung >= today] == [], (view.item, channel)


def parties(view: ServiceView) -> tuple[str, ...]:
    """Return who must be notified: the installer while awaiting install, else both."""
    return ("its", "admins") if view.standing in BOTH or view.loss != Loss.NONE else ("admins",)


@examples(0.15)
@given(old=st.integers(20, 120), new=st.integers(120, 400), confirmed=st.integers(1, 19))
def test_no_message_between_confirmation_and_the_first_rung(
    old: int, new: int, confirmed: int
) -> None:
    world = World(watched=watchlist(channels=("its", "admins"), weekly=True), now=START)
    fresh = secret("new", "LibCal 2028", ends=None)._replace(
        starts=START + timedelta(hours=1), ends=START + timedelta(days=new)
    )
    world.tenant.put(
        secret("old", "LibCal 2026", ends=None)._replace(ends=START + timedelta(days=old))
    )
    world.check()
    world.tenant.add(fresh)
    world.now = START + timedelta(days=confirmed)
    world.check()
    world.confirm("libcal", "new")
    before = {name: len(inbox.heard) for name, inbox in world.inboxes.items()}
    while world.now < START + timedelta(days=new - 92):
        world.now += timedelta(days=1)
        world.check()
    said = {
        (notice.view.item.partition(":")[0], str(notice.reason))
        for name, inbox in world.inboxes.items()
        for message in inbox.heard[before[name] :]
        for notice in message.notices
        if notice.view.item != "libstaffer"
    }
    assert said <= {("leftover", "leftover"), ("delete", "leftover"), ("weekly", "weekly")}
