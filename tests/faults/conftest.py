"""A day with a pending message for every channel, one day after the introductions."""

from collections.abc import Iterator
from datetime import timedelta

import pytest

from local.azurite import Azurite
from shared.core.model.check_record import Outcome
from tests.support.harness import DAY, World, harness_for


@pytest.fixture(scope="module")
def world(azurite: Azurite, tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    with (
        pytest.MonkeyPatch.context() as settings,
        harness_for(azurite.tables, tmp_path_factory.mktemp("rig")) as rig,
    ):
        # azure-identity reads these from the environment of the process
        for name in ("IDENTITY_ENDPOINT", "IDENTITY_HEADER"):
            settings.setenv(name, rig.stage.environment[name])
        assert rig.check(timedelta()).outcome == Outcome.OK
        world = World(rig, rig.stage.rows())
        assert world.begin().check(DAY).outcome == Outcome.OK
        world.owed.update(rig.heard)
        assert {channel for channel, _, _ in world.owed} == {"its", "staff", "owner:a1"}
        assert set(world.owed.values()) == {1}
        yield world
        world.mend()
