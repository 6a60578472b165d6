"""A reminder longer than the whole life of a credential is never crossed."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from local.simulation.build import RULES, app, at, secret, watchlist
from local.simulation.world import World, inventory_world

START = datetime(2026, 9, 2, 12, tzinfo=UTC)


def world(*ladder: int) -> World:
    life = inventory_world(watchlist(inventory=replace(RULES, ladder=ladder or RULES.ladder)))
    life.run("2026-09-01T20:00Z")
    return life


def days(life: World) -> list[int]:
    """Return the days that were left at each message about a secret."""
    return [int(line.split()[-1]) for line in life.news if "-1 " in line]


@pytest.mark.parametrize("days_to_live", [1, 2, 5, 8, 10, 13, 20, 30])
@pytest.mark.parametrize("hour", [0, 12, 23])
def test_a_secret_that_is_recreated_daily_is_silent(days_to_live: int, hour: int) -> None:
    life = world()
    for day in range(12):
        created = START.replace(hour=hour) + timedelta(days=day)
        life.run(created.isoformat())
        ends = (created + timedelta(days=days_to_live)).isoformat()
        new = secret(f"key{day}-1", "rotated", starts=created.isoformat(), ends=ends)
        life.whole.apps = [app("ci")._replace(credentials=(new,))]
    life.run((created + timedelta(hours=20)).isoformat())
    allowed = 1 if days_to_live in {2, 8} else 0
    assert len(days(life)) <= 12 * allowed


@pytest.mark.parametrize(
    ("ladder", "days_to_live", "expected"),
    [
        ((), 40, [30, 14, 7, 1, 0]),
        ((), 31, [30, 14, 7, 1, 0]),
        ((), 30, [14, 7, 1, 0]),
        ((), 10, [7, 1, 0]),
        ((), 7, [1, 0]),
        ((30,), 20, [10, 0]),
        ((30, 0), 20, [0]),
        ((30, 14), 3, [1, 0]),
        ((30, 14), 1, [0]),
    ],
)
def test_a_secret_that_is_not_recreated_is_notified_in_time(
    ladder: tuple[int, ...], days_to_live: int, expected: list[int]
) -> None:
    life = world(*ladder)
    ends = (START + timedelta(days=days_to_live)).isoformat()
    made = secret("kept-1", "kept", starts=START.isoformat(), ends=ends)
    life.whole.apps = [app("ci")._replace(credentials=(made,))]
    life.run("2026-10-15T14:00Z")
    found = sorted(days(life), reverse=True)
    assert [max(left, 0) for left in found] == expected


@pytest.mark.parametrize("starts", [None, "2026-12-01T00:00Z"])
def test_every_reminder_counts_if_the_life_is_not_known(starts: str | None) -> None:
    life = world()
    odd = secret("odd-1", "odd", ends="2026-09-20T12:00Z")._replace(
        starts=at(starts) if starts else None
    )
    life.whole.apps = [app("ci")._replace(credentials=(odd,))]
    life.run("2026-09-21T20:00Z")
    assert sorted(days(life), reverse=True)[:3] == [18, 14, 7]
