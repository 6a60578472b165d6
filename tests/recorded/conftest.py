"""The program with the recorded ledger, and the rows that it writes in the same days today."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from local.azurite import Azurite
from local.stand_in.tenant import Tenant
from tests.recorded.record import START, World, live
from tests.recorded.replay import (
    ROLES,
    SIGN_IN,
    Json,
    environment,
    put,
    recorded_ledger,
    restore,
    rows,
)


@pytest.fixture(scope="session")
def lived(azurite: Azurite, tmp_path_factory: pytest.TempPathFactory) -> list[Json]:
    """Return every row that the code of today writes in the recorded days."""
    with pytest.MonkeyPatch.context() as process, Tenant([], now=START) as tenant:
        _sign_in(process, tenant)
        restore(azurite.tables, [])
        live(World(tenant), azurite.tables, Path(tmp_path_factory.mktemp("lived")))
        return [*rows(azurite.tables).values()]


@pytest.fixture
def tenant(monkeypatch: pytest.MonkeyPatch) -> Iterator[Tenant]:
    with Tenant([]) as running:
        _sign_in(monkeypatch, running)
        yield running


@pytest.fixture
def settings(tenant: Tenant, azurite: Azurite) -> dict[str, str]:
    """The settings of the program, with a table that holds the recorded rows."""
    restore(azurite.tables, recorded_ledger()["rows"])
    return environment(tenant, azurite.tables)


def _sign_in(process: pytest.MonkeyPatch, tenant: Tenant) -> None:
    put(tenant, "roles", ROLES)
    for name in SIGN_IN:
        process.setenv(name, tenant.environment[name])
