"""Decisions during a check, with a channel that fails, or with an app that is gone."""

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
from shared.core.model.vocabulary import Reason
from shared.core.model.watchlist import WatchedApp
from shared.ports.errors import LedgerError
from shared.usecases import decisions
from shared.usecases.tenants import survey
from tests.lifetime.test_lifetime import LIBCAL, OTHER_ID, assert_told, living, renewed


@dataclass
class Busy(RecordingChannel):
    """A channel: while it gets a message, somebody confirms."""

    world: World | None = None
    done: decisions.Done | None = None

    def send(self, message: Message) -> None:
        super().send(message)
        if self.world is not None and self.done is None:
            self.world.now += timedelta(seconds=20)
            self.done = decisions.confirm(self.world.watch, "libcal", "cal26", by=ANNA)


def test_decision_during_a_check_is_sent_by_the_next_tick() -> None:
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


def test_not_everyone_is_notified_if_a_channel_fails() -> None:
    world = living(LIBCAL)
    world.run("2026-09-20T18:00Z")
    world.tenant.add(renewed("cal26", "LibCal 2026", "2026-09-20"))
    world.inboxes["its"].down = True
    assert not decisions.confirm(world.watch, "libcal", "cal26", by=ANNA).check.everyone_notified
    world.inboxes["its"].down = False
    assert decisions.confirm(world.watch, "libcal", "cal24", by=ANNA).check.everyone_notified


@pytest.mark.parametrize("broken", [("lease",), ("remember", "record_check"), ("record_check",)])
def test_decision_whose_check_was_not_recorded_is_sent_by_a_tick(broken: tuple[str, ...]) -> None:
    """The request ended, or the ledger failed, after the decision was saved."""
    world = living(LIBCAL)
    world.run("2026-09-20T18:00Z")
    world.tenant.add(renewed("cal26", "LibCal 2026", "2026-09-20"))
    world.run("2026-09-21T18:00Z")
    world.now += timedelta(minutes=20)
    world.ledger.broken = {method: LedgerError("No response in time.") for method in broken}
    done = decisions.confirm(world.watch, "libcal", "cal26", by=ANNA)
    assert not done.check.everyone_notified
    world.now += timedelta(minutes=10)
    assert world.tick().outcome == Outcome.FAILED
    assert len(survey({"own": world.watched}, {"own": world.ledger}, world.now).due) == 1
    world.ledger.broken.clear()
    world.now += timedelta(minutes=30)
    assert world.tick().everyone_notified
    reasons = [notice.reason for each in world.inboxes["its"].heard for notice in each.notices]
    assert reasons.count(Reason.CONFIRMED) == 1
    world.now += timedelta(hours=1)
    assert world.tick().outcome == Outcome.NOT_DUE


def test_failed_check_notified_nobody() -> None:
    world = living(LIBCAL)
    world.ledger.broken["lease"] = LedgerError("The table cannot be reached.")
    assert not world.check().everyone_notified


@pytest.fixture
def world() -> World:
    """Two apps; the second has a credential that no service claims."""
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


@pytest.mark.parametrize("read_before", [True, False])
@pytest.mark.parametrize("trouble", [gone, unreadable])
def test_credential_is_assigned_to_none_if_another_app_fails(
    world: World,
    trouble: Callable[[World], None],
    read_before: bool,  # noqa: FBT001  (a case)
) -> None:
    if read_before:
        world.check()
    trouble(world)
    world.claim("ODD")
    assert world.ledger.memory.assignments["odd"].services == ()


def test_unknown_credential_is_refused_with_the_first_failure(
    world: World,
) -> None:
    gone(world)
    with pytest.raises(Refused, match="LibApps Outlook sync was not found in the tenant"):
        world.claim("nowhere")
    world.tenant.put(LIBCAL)
    with pytest.raises(Refused, match="There is no credential nowhere on any watched app"):
        world.claim("nowhere")


def test_confirming_an_assumed_credential_is_not_an_undo() -> None:
    """Even if it is the older one: only a decision of a person can be undone."""
    world = living(LIBCAL)
    world.run("2026-09-20T18:00Z")
    world.tenant.add(renewed("cal26", "LibCal 2026", "2026-09-20"))
    undone = [
        decisions.confirm(world.watch, "libcal", key_id, by=ANNA).undo
        for key_id in ("cal24", "cal26", "cal24")
    ]
    assert undone == [False, False, True]
