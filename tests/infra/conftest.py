"""A deployment in a stand-in tenant, for the tests of the hooks."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from local.stand_in.tenant import Tenant
from tests.infra.deployed import Deployed


@pytest.fixture
def deployed(tmp_path: Path) -> Iterator[Deployed]:
    """A tenant before the first azd up."""
    with Tenant() as tenant:
        yield Deployed(tenant, tmp_path)
