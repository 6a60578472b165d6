"""One stand-in tenant for all situations, and the commands of `tests.e2e`."""

from collections.abc import Iterator

import pytest

from tests.e2e.conftest import lapsewatch, now, tenant  # noqa: F401  (fixtures)
from tests.field.harness import Field


@pytest.fixture(scope="session")
def field(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Field]:
    with (
        pytest.MonkeyPatch.context() as settings,
        Field(tmp_path_factory.mktemp("field")) as running,
    ):
        # azure-identity reads these from the environment of the process
        for name in ("IDENTITY_ENDPOINT", "IDENTITY_HEADER"):
            settings.setenv(name, running.environment[name])
        yield running
