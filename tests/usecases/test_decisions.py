"""What people decide while something else is going on: a check at work, a channel that is down, an app that is gone."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import timedelta

import pytest

from local.simulation.build import at, secret, service, watchlist
from local.simulation.recording_channel import RecordingChannel
from local.simulation.world import ANNA, World
from shared.core.decisions import Refused
from shared.core.model.check_record import Outcome
from shared.core.model.message import Message
from shared.core.model.watchlist import WatchedApp
from shared.ports.errors import LedgerError
from shared.usecases import decisions
from tests.lifetime.test_lifetime import LIBCAL, OTHER_ID, assert_told, living, renewed


@dataclass
class Busy(RecordingChannel):
    """While this channel is told, somebody confirms."""

    world: World | None = None
    done: decisions.Done | None = None

    def send(self, message: Message) -> None:
        super().send(message)
        if self.world is not None and self.done is None:
            self.world.now += timedelta(seconds=20)
            self.done = decisions.confirm(self.world.watch, "libcal", "cal26", by=ANNA)


def test_what_is_decided_while_a_check_is_at_work_is_told_by_the_next_tick() -> None:
    world = living(LIBCAL)
    world.run("2026-09-20T18:00Z")
    world.tenant.add(renewed("cal26", "LibCal 2026", "2026-09-20"))
    world.inboxes["its"] = Busy(world.inboxes["its"].heard)
    world.run("2026-09-21T12:30Z")
    busy = world.inboxes["admins"] = Busy(world.inboxes["admins"].heard, world=world)
    world.run("2026-09-21T13:30Z")
    assert busy.done is not None
    assert busy.done.check.outcome == Outcome.BUSY
    assert not busy.done.check.everyone_notified
    world.run("2026-09-21T20:30Z")
    assert_told(
        world,
        """
        2026-09-01 both introduction
        2026-09-14 both libcal expiring first 90
        2026-09-21 admins libcal awaiting_install replaced 83
        2026-09-21 both libcal healthy confirmed 730
        """,
    )
    assert world.tick().outcome == Outcome.NOT_DUE


def test_a_confirmation_that_a_channel_did_not_hear_of_is_not_called_told() -> None:
    world = living(LIBCAL)
    world.run("2026-09-20T18:00Z")
    world.tenant.add(renewed("cal26", "LibCal 2026", "2026-09-20"))
    world.inboxes["its"].down = True
    assert not decisions.confirm(world.watch, "libcal", "cal26", by=ANNA).check.everyone_notified
    world.inboxes["its"].down = False
    assert decisions.confirm(world.watch, "libcal", "cal24", by=ANNA).check.everyone_notified


def test_a_failed_check_has_told_nobody() -> None:
    world = living(LIBCAL)
    world.ledger.broken["lease"] = LedgerError("The table cannot be reached.")
    assert not world.check().everyone_notified


@pytest.fixture
def world() -> World:
    """Two apps; the credential that nobody claims is on the second."""
    library = watchlist(service("LibCal"))
    kiosks = WatchedApp("Kiosks", OTHER_ID, (service("Kiosk"),))
    world = World(
        watched=replace(library, apps=(*library.apps, kiosks)), now=at("2026-09-01T13:05Z")
    )
    world.tenant.put(LIBCAL)
    world.tenant.put(
        secret("k1", "Kiosk 1", ends=None), secret("odd", "test", ends=None), client_id=OTHER_ID
    )
    return world


def gone(world: World) -> None:
    world.tenant.apps.clear()
    world.tenant.put(
        secret("k1", "Kiosk 1", ends=None), secret("odd", "test", ends=None), client_id=OTHER_ID
    )


def unreadable(world: World) -> None:
    world.tenant.broken[world.watched.apps[0].client_id] = "Graph answered 500."


@pytest.mark.parametrize("seen", [True, False])
@pytest.mark.parametrize("trouble", [gone, unreadable])
def test_a_credential_is_nobodys_whatever_ails_another_app(
    world: World,
    trouble: Callable[[World], None],
    seen: bool,  # noqa: FBT001  (a case)
) -> None:
    if seen:
        world.check()
    trouble(world)
    world.claim("ODD")
    assert world.ledger.memory.assignments["odd"].services == ()


def test_what_is_on_no_app_that_can_be_read_is_refused_with_what_ails_the_other(
    world: World,
) -> None:
    gone(world)
    with pytest.raises(Refused, match="LibApps Outlook sync cannot be found in the tenant"):
        world.claim("nowhere")
    world.tenant.put(LIBCAL)
    with pytest.raises(Refused, match="There is no credential nowhere on any watched app"):
        world.claim("nowhere")


def test_only_what_takes_back_an_earlier_word_is_an_undo() -> None:
    """To settle what was only assumed is none, though it names the older one."""
    world = living(LIBCAL)
    world.run("2026-09-20T18:00Z")
    world.tenant.add(renewed("cal26", "LibCal 2026", "2026-09-20"))
    undone = [
        decisions.confirm(world.watch, "libcal", key_id, by=ANNA).undo
        for key_id in ("cal24", "cal26", "cal24")
    ]
    assert undone == [False, False, True]
