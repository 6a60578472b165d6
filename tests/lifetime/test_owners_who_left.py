"""An owner who has left is never the only one who is notified."""

from dataclasses import replace

import pytest

from local.simulation.build import RULES, app, owner, watchlist
from local.simulation.recording_channel import RecordingChannel
from local.simulation.world import World, inventory_world
from shared.core.model.owners import AppOwners, Owner
from shared.render.text.inventory import owned_by

ENDS = "2026-10-10T09:00Z"
LEFT = owner("ann", disabled=True)


def lived(*owners: Owner, ladder: tuple[int, ...] = RULES.ladder) -> World:
    """Return the world after the secret of an app with these owners has expired."""
    rules = replace(RULES, owners=True, ladder=ladder)
    life = inventory_world(watchlist(inventory=rules))
    life.whole.owned = {"payroll": owners}
    life.run("2026-09-02T14:00Z")
    life.whole.apps = [app("payroll", ENDS)]
    life.run("2026-10-12T14:00Z")
    return life


def days(life: World, channel: str) -> list[int]:
    """Return the days that were left at each message to a channel about the secret."""
    found = [line.split() for line in life.news if f" {channel} payroll-1 " in line]
    return sorted((int(words[-1]) for words in found), reverse=True)


@pytest.mark.parametrize(
    "owners",
    [
        (),
        (LEFT,),
        (LEFT, owner("bob", disabled=True)),
        (LEFT, owner("robot", person=False)),
        (owner("robot", person=False),),
        (owner("ann", mail=False),),
    ],
)
def test_the_channels_get_every_message_if_no_owner_can_read_one(owners: tuple[Owner, ...]) -> None:
    life = lived(*owners)
    assert days(life, "its") == [30, 14, 7, 1, 0]
    assert set(life.inboxes) == {"its", "admins"}, "nobody gets mail"


@pytest.mark.parametrize("owners", [(owner("ann"),), (LEFT, owner("ann"))])
def test_the_channels_get_the_last_week_of_every_owner(owners: tuple[Owner, ...]) -> None:
    """An account whose state may not be read may be one of somebody who has left."""
    life = lived(*owners)
    assert days(life, "ann") == [30, 14, 7, 1, 0]
    assert days(life, "its") == [7, 1, 0]


def test_the_last_week_begins_without_a_reminder_on_that_day() -> None:
    life = lived(owner("ann"), ladder=(60, 30, 2))
    assert days(life, "ann") == [37, 30, 2, 0]
    assert days(life, "its") == [7, 2, 0]


def test_an_expired_item_reaches_the_channels_whatever_was_missed() -> None:
    life = inventory_world(watchlist(inventory=replace(RULES, owners=True)))
    life.whole.owned = {"payroll": (owner("ann"),)}
    life.inboxes["ann"] = RecordingChannel()
    life.run("2026-09-02T14:00Z")
    life.whole.apps = [app("payroll", ENDS)]
    life.run("2026-10-12T14:00Z", asleep=[("2026-10-01", "2026-10-11")])
    assert (days(life, "ann"), days(life, "its")) == ([30, 14, -2], [-2])


@pytest.mark.parametrize(
    ("owners", "words"),
    [
        ((LEFT,), "owned by ann (account disabled)"),
        ((LEFT, owner("bob", disabled=True)), "owned by ann and bob (accounts disabled)"),
        ((LEFT, owner("bob")), "owned by ann and bob"),
        ((LEFT, owner("bob", mail=False)), "owned by ann and bob (no email address available)"),
    ],
)
def test_the_words_about_owners(owners: tuple[Owner, ...], words: str) -> None:
    assert owned_by(AppOwners(owners)) == words
