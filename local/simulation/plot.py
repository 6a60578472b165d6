"""The plot of the story: what people do to two secrets, and when (local time)."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from typing import NamedTuple

from local.simulation.build import secret
from local.simulation.memory_vault import InMemoryVault
from local.simulation.world import World
from shared.core.model.decision import Person
from shared.core.model.secret import Secret
from shared.usecases import decisions
from shared.usecases.hand_over import hand_over
from shared.usecases.open_value import open_value

DANA = Person("00000000-0000-4000-8000-0000000000d1", "Dana Example")
SAM = Person("00000000-0000-4000-8000-0000000000d2", "Sam Example")


class Act(NamedTuple):
    """What somebody does, and when (local)."""

    day: str
    hour: int
    words: str
    do: Callable[[World], object] = lambda _: None


def key_of(world: World, name: str) -> str:
    """Return the key id of the secret with this name."""
    return next(c.key_id for c in world.tenant.credentials if c.name == name)


def creates(name: str, starts: str, ends: str, hint: str) -> Callable[[World], object]:
    """Sam creates a secret that lasts from one UTC instant to another."""
    return lambda world: world.tenant.add(secret(name, name, starts=starts, ends=ends, hint=hint))


def deletes(name: str) -> Callable[[World], object]:
    """Sam deletes the secret with this name."""
    return lambda world: world.tenant.drop(key_of(world, name))


def confirms(service_id: str, name: str) -> Callable[[World], object]:
    """Dana confirms which secret a service uses."""
    return lambda world: decisions.confirm(world.watch, service_id, key_of(world, name), by=DANA)


def asked_for(service_id: str) -> Callable[[World], object]:
    """Dana has asked ITS for the secret of a service."""
    until = date(2026, 11, 13)
    return lambda world: decisions.acknowledge(
        world.watch, service_id, until, "ticket 4711", by=DANA
    )


def delete_and_undo(world: World) -> None:
    """Sam deletes the old secret of LibCal; Dana confirms that of LibStaffer again."""
    deletes("LibCal 2024")(world)
    confirms("libstaffer", "LibStaffer 2024")(world)


def create_both(world: World) -> None:
    """Sam creates what the request asks for."""
    ends = "2028-11-09T22:00Z"
    creates("LibCal 2028", "2026-11-09T22:00Z", ends, "t5K")(world)
    creates("LibStaffer 2028", "2026-11-09T22:00Z", ends, "Zr2")(world)


def switch_hand_overs_on(world: World) -> None:
    """Sam gives the program a vault for new secrets."""
    world.vault = InMemoryVault()
    world.ledger.memory = replace(world.ledger.memory, hands_over=True)


def hand_both_over(world: World) -> None:
    """Sam creates what the second request asks for, checks, and pastes the values on the page."""
    ends = "2030-08-14T19:00Z"
    creates("LibCal 2030", "2028-08-14T19:00Z", ends, "nR4")(world)
    creates("LibStaffer 2030", "2028-08-14T19:00Z", ends, "d_9")(world)
    world.check()
    for service_id, hint in (("libcal", "nR4"), ("libstaffer", "d_9")):
        world.pause(120)
        hand_over(world.watch, service_id, Secret(f"{hint}8Q~made-up-value"), by=SAM)


def open_both(world: World) -> None:
    """Dana opens both values, installs them and confirms that. Nothing is kept then."""
    for service_id, name in (("libcal", "LibCal 2030"), ("libstaffer", "LibStaffer 2030")):
        open_value(world.watch, service_id, by=DANA, seen=0)
        confirms(service_id, name)(world)
    assert world.vault is not None
    assert not world.vault.values


def is_not_ours(name: str) -> Callable[[World], object]:
    """Sam marks a secret that no service uses."""
    return lambda world: decisions.claim(world.watch, key_of(world, name), [], by=SAM)


PLOT = (
    Act(
        "2025-03-03",
        7,
        "Both products have their secrets, and calendars sync. Sam switches Lapsewatch on.",
    ),
    Act(
        "2026-09-16",
        14,
        "Dana sends the request, and snoozes LibCal until 13 November: “ticket 4711”.",
        asked_for("libcal"),
    ),
    Act(
        "2026-09-30",
        14,
        "Dana has asked for both secrets: she snoozes LibStaffer too.",
        asked_for("libstaffer"),
    ),
    Act(
        "2026-11-09",
        16,
        "Sam creates “LibCal 2028” and “LibStaffer 2028”, and sends Dana a link to both values.",
        create_both,
    ),
    Act(
        "2026-11-12",
        11,
        "Dana pastes the value of “LibCal 2028” into LibCal, sees it sync, and presses Confirm.",
        confirms("libcal", "LibCal 2028"),
    ),
    Act(
        "2026-11-12",
        12,
        "She presses Confirm for LibStaffer too, is called away, and forgets to paste the value.",
        confirms("libstaffer", "LibStaffer 2028"),
    ),
    Act(
        "2026-11-30",
        13,
        "Sam deletes “LibCal 2024”. LibStaffer still uses the old value: Dana presses Undo.",
        delete_and_undo,
    ),
    Act(
        "2026-12-18",
        16,
        "Dana is on leave over the holidays, and nobody else pastes the value.",
    ),
    Act(
        "2027-01-04",
        10,
        "Dana is back. She pastes the value into LibStaffer, sees it sync, and presses Confirm.",
        confirms("libstaffer", "LibStaffer 2028"),
    ),
    Act(
        "2027-01-20",
        13,
        "Sam deletes “LibStaffer 2024”.",
        deletes("LibStaffer 2024"),
    ),
    Act(
        "2027-03-08",
        15,
        "Sam tries a script with a secret of its own, “export test”: no claim matches it.",
        creates("export test", "2027-03-08T21:00Z", "2027-09-08T21:00Z", "m9_"),
    ),
    Act(
        "2027-03-09",
        9,
        "Sam chooses “Not ours”: there are no more messages about it.",
        is_not_ours("export test"),
    ),
    Act(
        "2028-08-09",
        10,
        "Sam switches hand-overs on: from now on, nobody sends a value to anybody.",
        switch_hand_overs_on,
    ),
    Act(
        "2028-08-14",
        14,
        "Sam creates “LibCal 2030” and “LibStaffer 2030”, and pastes both values into the page.",
        hand_both_over,
    ),
    Act(
        "2028-08-15",
        11,
        "Dana opens each value once, pastes it, sees calendars sync, and presses both Confirms.",
        open_both,
    ),
    Act(
        "2028-08-16",
        9,
        "The vault is empty, and nobody has mailed a secret. In May 2030 it begins again.",
    ),
)
