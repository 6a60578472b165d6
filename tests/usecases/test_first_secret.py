"""The first secret of a service that has none: nobody installed it while it is handed over."""

from dataclasses import replace
from datetime import timedelta

import pytest

from local.simulation.build import secret
from local.simulation.world import ANNA
from shared.core.model.decision import Person
from shared.core.model.views import ServiceView
from shared.core.model.vocabulary import Standing
from shared.render.text.headlines import summary
from shared.usecases.hand_over import withdraw
from shared.usecases.open_value import open_value
from tests.support.renewing import Renewing, prepared


@pytest.fixture
def renewing() -> Renewing:
    """A renewal of a service that had no credential."""
    made = prepared()
    made.world.tenant.put(secret("staff24", "LibStaffer 2024", ends="2028-12-20T09:15Z"))
    made.world.ledger.memory = replace(made.world.ledger.memory, in_use_records={})
    made.world.check()
    assert made.renew("libcal", months=1).renewed
    return made


def view_of(renewing: Renewing) -> ServiceView:
    services = renewing.world.watch.status().judgement.services
    return next(each for each in services if each.service.id == "libcal")


def test_it_awaits_install_until_it_is_confirmed(renewing: Renewing) -> None:
    world = renewing.world
    view = view_of(renewing)
    assert (view.standing, view.in_use) == (Standing.AWAITING_INSTALL, None)
    words = summary(view, now=world.now, zone=world.watched.zone)
    assert words == "LibCal: new secret ready to install"
    open_value(world.watch, "libcal", by=Person("dana", "Dana"), seen=0)
    world.now += timedelta(days=1)
    world.check()
    view = view_of(renewing)
    assert (view.standing, view.handed_over) == (Standing.AWAITING_INSTALL, view.hand_over)
    world.confirm("libcal", "new1")
    view = view_of(renewing)
    assert (view.standing, view.assumed) == (Standing.EXPIRING, False)
    assert renewing.vault.values == {}


@pytest.mark.parametrize("ends", ["withdrawn", "expired"])
def test_after_the_hand_over_it_is_only_assumed(renewing: Renewing, ends: str) -> None:
    """So its expiry is watched, and no message says that a secret was deleted."""
    world = renewing.world
    if ends == "withdrawn":
        withdraw(world.watch, "libcal", by=ANNA)
    world.now += timedelta(days=15)
    world.tick()
    view = view_of(renewing)
    assert (view.in_use and view.in_use.key_id, view.assumed) == ("new1", True)
    assert view.standing == Standing.EXPIRING
    assert not [line for line in world.diary if " deleted " in line]
