"""Kill the program at every request that it makes: each message is still sent once or twice.

An undisturbed run shows all requests with an effect. For each of them, another run is killed
after the server has handled the request, and before the response arrives. A kill before a request
has the same effect as one after the previous request, so only the first request is tested both
ways. Reads have no effect and are not tested, nor are renewals of the lease, which only move its
end. New effects are tested without any change here.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from signal import SIGKILL

import pytest

from local.azurite import Azurite
from local.stand_in.entra import ClientSecret, Owner, Registration, stamp
from shared.core.model.check_record import Outcome
from tests.support.environment import START, WATCHLIST, WHOLE_TENANT, Stage, staged, timeless
from tests.support.killer import Killer, lived
from tests.support.processes import Lived

A_MOMENT, TERM, DAY = timedelta(seconds=30), timedelta(minutes=2), timedelta(days=1)
"""While the lease of the killed run is valid, and after it has expired."""


pytestmark = pytest.mark.timeout(600)  # some dozen runs each, on a busy machine


@pytest.fixture
def stage(azurite: Azurite, tmp_path: Path) -> Iterator[Stage]:
    yield from staged(azurite.tables, tmp_path, settings={"LAPSEWATCH_SIGN_INS": "on"})


@pytest.fixture
def wide_stage(azurite: Azurite, tmp_path: Path) -> Iterator[Stage]:
    """Watch the inventory too; secrets of two more apps expire soon, one app has two owners."""
    for stage in staged(azurite.tables, tmp_path, watchlist=WATCHLIST + WHOLE_TENANT):
        owners = (
            Owner("a1", "Ann Example", "ann@example.org"),
            Owner("b1", "Bob Example", "bob@example.org"),
        )
        for number, (name, owned) in enumerate((("Signage", owners), ("Kiosk", ()))):
            guid = f"{number}0000000-0000-4000-8000-000000000001"
            secret = ClientSecret(
                guid,
                "key 1",
                "q7X",
                stamp(START - timedelta(days=9)),
                stamp(START + timedelta(days=12)),
            )
            stage.tenant.directory.add(
                Registration(guid, guid, name, secrets=(secret,), owners=owned)
            )
        yield stage


@dataclass
class Story:
    """The state before, the command that is killed, and the command afterwards."""

    act: Callable[[Stage], tuple[str, ...]] = lambda _: ("tick",)
    before: Callable[[Stage], None] = lambda _: None
    at: timedelta = timedelta()
    again: Callable[[Stage], tuple[str, ...]] = lambda _: ("tick",)
    """The command while the lease of the killed run may be valid."""


def renewed(stage: Stage) -> None:
    """A day after the introductions, both services have a new secret, and one is unassigned."""
    stage.live()
    for name, hint in (("LibCal 2026", "8~w"), ("LibStaffer 2026", "mP_"), ("who knows", "abc")):
        stage.tenant.add_secret(
            stage.environment["LIBAPPS_CLIENT_ID"],
            name=name,
            hint=hint,
            starts=START + timedelta(hours=1),
            ends=START + timedelta(days=700),
        )


def renewed_and_notified(stage: Stage) -> None:
    renewed(stage)
    stage.live(after=DAY)


def signed_in_with(stage: Stage) -> None:
    """LibCal's new secret was used on two days."""
    renewed_and_notified(stage)
    stage.tenant.sign_in(stage.key_of("LibCal 2026"), START + DAY)
    stage.live(after=2 * DAY)
    stage.tenant.sign_in(stage.key_of("LibCal 2026"), START + 2 * DAY)


def introduced(stage: Stage) -> None:
    """The day after the introduction of the inventory, when owners are notified."""
    stage.live()


def confirming(stage: Stage) -> tuple[str, ...]:
    return "confirm", "libcal", stage.key_of("LibCal 2026")


STORIES = {
    "the replacements come": Story(before=renewed, at=DAY),
    "sign-ins confirm it": Story(before=signed_in_with, at=3 * DAY),
    "a person confirms": Story(
        before=renewed_and_notified, act=confirming, at=DAY + timedelta(hours=2), again=confirming
    ),
}
WIDE_STORIES = {
    "the whole tenant is introduced": Story(),
    "owners are notified of their apps": Story(before=introduced, at=DAY),
}


@pytest.mark.parametrize("name", STORIES)
def test_message_is_sent_once_or_twice_despite_a_crash(stage: Stage, name: str) -> None:
    assert_sent_once_or_twice(stage, name, STORIES[name])


@pytest.mark.parametrize("name", WIDE_STORIES)
def test_inventory_message_is_sent_once_or_twice(wide_stage: Stage, name: str) -> None:
    assert_sent_once_or_twice(wide_stage, name, WIDE_STORIES[name])


def assert_sent_once_or_twice(stage: Stage, name: str, story: Story) -> None:
    story.before(stage)
    rows = stage.rows()
    stage.anew(rows)
    watched = Killer(stage)
    undisturbed = lived(stage, watched, story.act(stage), story.at)
    assert undisturbed.outcome == Outcome.OK
    expected, (memory, _) = stage.heard(), stage.remembered()
    inventory = stage.remembered_of_tenant()
    assert expected
    assert set(expected.values()) == {1}
    assert {point.split()[0] for point in watched.passed} == {"POST"}
    for point, after in [(0, False), *((point, True) for point in range(len(watched.passed)))]:
        place = f"{name}: killed {'after' if after else 'before'} {watched.passed[point]} ({point})"
        stage.anew(rows)
        killed = lived(stage, Killer(stage, point, after), story.act(stage), story.at)
        assert killed.signal == SIGKILL, place
        settled = recovered(stage, story)
        assert settled[-1].outcome in {Outcome.OK, Outcome.NOT_DUE}, (place, settled)
        heard = stage.heard()
        assert {key: heard[key] for key in expected if not 1 <= heard[key] <= 2} == {}, (
            place,
            settled,
        )
        assert set(heard) == set(expected), place
        found, last_checks = stage.remembered()
        for what, value in timeless(found).items():
            assert value == timeless(memory)[what], (place, what)
        assert stage.remembered_of_tenant() == inventory, place
        assert last_checks.outcome == Outcome.OK, place
        assert stage.lease_is_free(after=story.at + TERM), place


def recovered(stage: Stage, story: Story) -> list[Lived]:
    """Run once while the lease of the killed run may be valid, and once after it has expired."""
    at_once = stage.live(*story.again(stage), after=story.at + A_MOMENT)
    if story.again(stage) == ("tick",):  # the first tick does what the killed run left
        assert at_once.outcome in {Outcome.OK, Outcome.NOT_DUE}, at_once
    else:
        assert at_once.outcome in {Outcome.OK, Outcome.BUSY, Outcome.NOT_DUE, "refused"}, at_once
    return [
        at_once,
        stage.live(
            "check" if story.again(stage)[0] == "confirm" else "tick", after=story.at + TERM
        ),
    ]
