"""The soak itself: a short one ends well, and it does notice what is lost, told twice, or growing."""

from collections.abc import Iterator
from datetime import timedelta

import pytest

from local.azurite import Azurite
from local.simulation.soak import Soak, Taken, growing, report
from local.simulation.soak_world import START, Lost, World
from shared.core.model.message import Message
from shared.core.model.owners import OWNER
from shared.ports.errors import DirectoryError
from shared.ports.inventory import ScanQuery


@pytest.fixture(scope="module")
def own_azurite() -> Iterator[Azurite]:
    """One that may be ended: the ledger is out now and then."""
    with Azurite() as running:
        yield running


class Forgetful(World):
    """A world in which the first message that says anything gets lost, though it was sent."""

    def hear(self, channel: str, message: Message) -> None:
        if self.notices:
            super().hear(channel, message)
        self.notices += len(message.notices)


class Deaf(World):
    """A world in which owners do not hear what is sent to them."""

    def hear(self, channel: str, message: Message) -> None:
        if not channel.startswith(OWNER):
            super().hear(channel, message)


class Echoing(World):
    """A world in which everything is heard twice."""

    def hear(self, channel: str, message: Message) -> None:
        super().hear(channel, message)
        super().hear(channel, message)


def test_a_short_soak_ends_well_and_says_what_it_saw(own_azurite: Azurite) -> None:
    soak = Soak(World.of(8, seed=3), 8, own_azurite, table="Short")
    soak.run()
    assert soak.world.notices > 2
    assert soak.audits == soak.outcomes["ok"] > 5
    assert [each.day for each in soak.taken] == [1, 8]
    assert len(report(soak)) == 5


@pytest.mark.parametrize(
    ("world", "said"),
    [
        (Forgetful, "its was not told of s00"),
        (Deaf, "owner:.* was not told of tenant:"),
        (Echoing, "heard twice"),
    ],
)
def test_what_got_lost_or_was_heard_twice_is_noticed(
    world: type[World], said: str, own_azurite: Azurite
) -> None:
    with pytest.raises(Lost, match=said):
        Soak(world.of(120, seed=3), 3, own_azurite, table=world.__name__).run()


@pytest.mark.parametrize(
    ("rows", "memory", "said"),
    [
        ([100, 200, 300, 400, 500, 500, 510, 490, 500], [50] * 9, ""),
        ([100, 200, 300, 400, 500, 600, 700, 800, 900], [50] * 9, "the ledger grows"),
        (
            [100, 200, 300, 400, 500, 500, 500, 500, 500],
            [50, 51, 52, 53, 54, 60, 65, 70, 75],
            "the memory grows",
        ),
        ([100], [50], ""),
    ],
)
def test_what_grows_without_bound_is_noticed(rows: list[int], memory: list[int], said: str) -> None:
    taken = [
        Taken(1 + 91 * number, row, row // 2, size)
        for number, (row, size) in enumerate(zip(rows, memory, strict=True))
    ]
    assert growing(taken).startswith(said)
    assert bool(growing(taken)) == bool(said)


def test_a_read_of_the_tenant_does_end_early_when_that_is_the_fault() -> None:
    rest = World.of(8, seed=7).rest
    rest.broken = True
    pages = rest.scan(ScanQuery(START, START), seconds=1.0)
    assert next(pages).applications == len(rest.strays)
    with pytest.raises(DirectoryError):
        next(pages)


def test_a_world_is_the_same_every_time() -> None:
    one, other = World.of(5, seed=1), World.of(5, seed=1)
    assert one.lives == other.lives != World.of(5, seed=2).lives
    assert one.rest.strays == other.rest.strays != World.of(5, seed=2).rest.strays
    assert all(
        life.used.ends is not None and life.used.ends > START + timedelta(days=4)
        for life in one.lives
    )
