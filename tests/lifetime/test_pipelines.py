"""Secrets that a pipeline creates and installs: silence while it works, a message when it stops.

The program checks once a day at 08:00 in Chicago. A message is a line of the diary: local day,
channel, item, standing, reason, days left.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random
from typing import Any

import pytest

from local.simulation.build import at, secret, service, watchlist
from local.simulation.world import ANNA, World
from shared.core.decisions import Refused
from shared.core.judge.schedule import instant_on
from shared.core.model.directory import Credential
from shared.core.model.vocabulary import Role
from shared.core.model.watchlist import Claim
from shared.usecases import decisions

FIRST = at("2026-09-01T12:00Z")  # 07:00 in Chicago, before the check
DEFAULT = (90, 60, 30, 14, 7, 3, 1, 0)
WEEKS = (60, 30, 14, 7, 1)


def pipeline(**changes: Any) -> World:  # noqa: ANN401  (fields of the service)
    """Return a world with one service, Sync, which a pipeline installs."""
    made = {"installer": (), "installed_by": "pipeline", **changes}
    channels = ("its", "lead") if "lead" in made["installer"] else ("its",)
    return World(watchlist(service("Sync", **made), channels=channels))


def made(number: int, created: datetime, days: float) -> Credential:
    """Return the secret that the pipeline creates at an instant."""
    name, ends = f"Sync {number}", created + timedelta(days=days)
    return secret(f"key{number}", name, starts=created.isoformat(), ends=ends.isoformat())


@dataclass
class Rotation:
    """A pipeline: each `every` days it creates a secret, and deletes all but the last few."""

    every: float
    life: float
    kept: int = 2
    jitter: float = 0

    def secrets(self, until: datetime) -> Iterator[Credential]:
        """Yield the secrets in the order in which they are created."""
        random, created, number = Random(7), FIRST, 0
        while created <= until:
            yield made(number, created, self.life)
            number += 1
            late = random.uniform(0, self.jitter)
            created = FIRST + timedelta(days=self.every * number + late)


def live(world: World, rotation: Rotation, days: int, *, until: str) -> None:
    """Let the pipeline run for a number of days, and the program check daily until a day."""
    coming = list(rotation.secrets(FIRST + timedelta(days=days)))
    there: list[Credential] = []
    day, last = FIRST.date(), at(f"{until}T00:00Z").date()
    while day <= last:
        world.now = instant_on(day, world.watched)
        while coming and coming[0].starts is not None and coming[0].starts <= world.now:
            there = [*there, coming.pop(0)][-rotation.kept :]
        world.tenant.put(*there)
        world.check()
        day += timedelta(days=1)


@pytest.mark.parametrize(
    ("rotation", "ladder", "rotates_every", "days"),
    [
        pytest.param(Rotation(30, 60, jitter=6), DEFAULT, 30, 365, id="monthly, six days late"),
        pytest.param(Rotation(30, 60), (14, 7, 1), None, 365, id="monthly, by the ladder alone"),
        pytest.param(Rotation(30, 31, kept=1), WEEKS, 30, 365, id="monthly, the old one deleted"),
        pytest.param(Rotation(30, 29.9), DEFAULT, 30, 90, id="two hours after the old one ended"),
        pytest.param(Rotation(1, 7, kept=9), WEEKS, None, 60, id="daily, by the ladder alone"),
        pytest.param(Rotation(1, 2, kept=1, jitter=0.9), DEFAULT, 1, 60, id="daily, at any hour"),
        pytest.param(Rotation(5, 7), WEEKS, 5, 60, id="every five days, for seven days"),
        pytest.param(Rotation(90, 365, jitter=18), DEFAULT, 90, 400, id="every 90 days"),
    ],
)
def test_rotations_that_run_are_silent(
    rotation: Rotation, ladder: tuple[int, ...], rotates_every: int | None, days: int
) -> None:
    world = pipeline(ladder=ladder, rotates_every=rotates_every)
    live(world, rotation, days, until=(FIRST + timedelta(days=days)).date().isoformat())
    assert world.diary == ["2026-09-01 its    introduction"]


def test_a_rotation_that_stops_is_told_once_then_counted_down() -> None:
    """It ran last on 31 October, with a secret until 30 December, and runs again in January."""
    world = pipeline(ladder=WEEKS, rotates_every=30)
    live(world, Rotation(30, 60), 60, until="2027-01-09")
    world.tenant.put(made(9, at("2027-01-09T20:00Z"), 60))
    world.run("2027-01-20T18:00Z")
    assert world.diary == [
        "2026-09-01 its    introduction",
        "2026-12-07 its    sync expiring rotation_late 23",
        "2026-12-16 its    sync expiring rung 14",
        "2026-12-23 its    sync expiring rung 7",
        "2026-12-29 its    sync expiring rung 1",
        "2026-12-30 its    sync missing expired 0",
        "2026-12-31 its    sync missing still_waiting -1",
        *(f"2027-01-0{day} its    sync missing still_waiting {-1 - day}" for day in range(1, 7)),
        "2027-01-10 its    sync healthy recovered 59",
    ]


@pytest.mark.parametrize(
    ("rotation", "rotates_every", "told"),
    [
        pytest.param(Rotation(1, 7, kept=9), 1, ["09-12 rotation_late 5"], id="daily"),
        pytest.param(Rotation(1, 7, kept=9), None, ["09-16 first 1", "09-17 expired 0"], id="life"),
        pytest.param(Rotation(5, 7), 5, ["09-12 first 1", "09-13 expired 0"], id="five days"),
        pytest.param(Rotation(1, 40, kept=9), 6, ["09-18 rotation_late 32"], id="a fifth of six"),
    ],
)
def test_a_short_rotation_that_stops_is_told(
    rotation: Rotation, rotates_every: int | None, told: list[str]
) -> None:
    """It ran last on 6 or 10 September. A reminder as long as a secret's life is not one."""
    world = pipeline(ladder=WEEKS, rotates_every=rotates_every)
    live(world, rotation, 9, until="2026-09-18")
    found = [line.split() for line in world.diary[1:] if "still_waiting" not in line]
    assert [f"{line[0][5:]} {line[4]} {line[5]}" for line in found][: len(told)] == told


def test_a_check_in_a_gap_finds_none_and_the_next_one_is_an_all_clear() -> None:
    """The new secret comes two days after the old one ended; then the newest two are deleted."""
    world = pipeline()
    world.tenant.put(made(0, FIRST, 1), made(1, FIRST + timedelta(days=3), 400))
    world.run("2026-09-05T18:00Z")
    world.tenant.drop("key1")
    world.run("2026-09-06T18:00Z")
    world.tenant.drop("key0")  # somebody tidies up: no news
    world.run("2026-09-07T18:00Z")
    world.tenant.put(made(2, at("2026-09-07T19:00Z"), 400))
    world.run("2026-09-20T18:00Z")
    assert [line.removeprefix("2026-09-") for line in world.diary] == [
        "01 its    introduction",
        "02 its    sync missing expired 0",
        "03 its    sync missing still_waiting -1",
        "04 its    sync healthy recovered 400",
        "06 its    sync missing missing 398",
        "07 its    sync missing still_waiting 397",
        "08 its    sync healthy recovered 399",
    ]


def test_the_newest_that_works_counts_whatever_is_beside_it() -> None:
    """Two pipelines overlap; one secret begins later; the newest is lost, and an older one late."""
    world = pipeline(rotates_every=30)
    early, late = made(0, FIRST - timedelta(days=20), 400), made(1, FIRST, 300)
    world.tenant.put(late, made(2, FIRST + timedelta(days=9), 200), early)
    for day, used in (("2026-09-05", "key1"), ("2026-09-12", "key2")):
        world.run(f"{day}T18:00Z")
        (view,) = world.watch.status().judgement.services
        assert view.in_use is not None
        assert (view.in_use.key_id, view.standing, view.leftovers) == (used, "healthy", ())
    world.tenant.put(early)
    world.run("2026-09-25T18:00Z")
    assert world.diary[1:] == ["2026-09-18 its    sync expiring rotation_late 363"]


def test_installers_and_escalation_get_copies_and_nobody_can_confirm() -> None:
    world = pipeline(installer=("lead",), rotates_every=30)
    live(world, Rotation(30, 60), 0, until="2026-10-08")
    roles = {
        name: [notice.roles for message in inbox.heard for notice in message.notices]
        for name, inbox in world.inboxes.items()
    }
    assert roles == {"its": [{Role.RENEWER}], "lead": [{Role.COPY}]}
    with pytest.raises(Refused, match="nothing to confirm"):
        world.confirm("sync", "key0")
    world.acknowledge("sync", "2026-10-20", "The pipeline is being moved.")
    world.run("2026-10-20T18:00Z")
    assert [line for line in world.diary if line >= "2026-10-09"] == []


def test_what_a_pipeline_uses_is_never_called_deletable() -> None:
    """A secret is assigned to two services: one has been confirmed on a newer one."""
    both = (
        service("Sync", installed_by="pipeline"),
        service("LibCal", claim=Claim("name", "LibCal*")),
    )
    world = World(watchlist(*both), now=FIRST)
    shared = made(0, FIRST - timedelta(days=9), 500)
    world.tenant.put(shared)
    world.run("2026-09-02T18:00Z")
    world.claim("key0", "sync", "libcal")
    world.tenant.put(
        shared, secret("new", "LibCal", starts="2026-09-02T12:00Z", ends="2028-01-01T00:00Z")
    )
    world.run("2026-09-03T18:00Z")
    world.confirm("libcal", "new")
    world.run("2026-10-03T18:00Z")
    assert [line for line in world.diary if "delete:" in line] == []


def test_a_pipeline_s_unreadable_secret_is_not_shown_as_deleted() -> None:
    world = pipeline()
    world.tenant.put(made(0, FIRST, 400))
    world.run("2026-09-02T18:00Z")
    world.ledger.spoil("sighting:key0")
    status = world.watch.status()
    assert status.judgement.services == ()
    assert [row.key for row in status.unreadable] == ["sighting:key0"]


def test_an_assignment_before_a_pipeline_can_be_taken_back() -> None:
    """Nobody could confirm another one; after a mistaken edit, the person's own still counts."""
    world = World(watchlist(service("Sync")), now=FIRST)
    odd = secret("odd", "test", starts="2026-08-01T00:00Z", ends="2028-01-01T00:00Z")
    world.tenant.put(made(0, FIRST - timedelta(days=99), 900), odd)
    world.run("2026-09-02T18:00Z")
    world.confirm("sync", "odd")
    people = world.watched
    world.watched = pipeline().watched
    world.run("2026-09-03T18:00Z")
    decisions.reopen(world.watch, "odd", by=ANNA)
    (view,) = world.watch.status().judgement.services
    assert view.in_use is not None
    assert view.in_use.key_id == "key0"
    world.watched = people
    (view,) = world.watch.status().judgement.services
    assert (view.in_use, view.standing) == (odd, "healthy")
