"""What any test may ask for: one Azurite for the whole run, and a table of its own on it."""

import os
from collections.abc import Iterator
from uuid import uuid4

import pytest

from local.azurite import Azurite
from tests.support import markers, secret_scan, without_browser
from tests.support.examples import register
from tests.support.markers import pytest_collection_modifyitems
from tests.support.secret_scan import spoken

__all__ = ["pytest_collection_modifyitems"]


def pytest_configure(config: pytest.Config) -> None:
    """Listen to every test, and leave out those that cannot run here."""
    secret_scan.pytest_configure(config)
    without_browser.pytest_configure(config)
    markers.pytest_configure(config)


register()


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_auto_num_workers() -> int:
    """Run one worker more than there are processors: many tests wait for Azurite, a browser, or a limit that they try out."""
    return (os.process_cpu_count() or 1) + 1


@pytest.fixture(scope="session")
def azurite() -> Iterator[Azurite]:
    """Tables on a free port. Shared by all tests, so none may end it; one that must starts its own."""
    with Azurite() as running:
        yield running
        running.kill()  # so that it writes down all it has
        rows = "".join(
            file.read_text("utf-8", "replace")
            for file in running.folder.glob("__azurite_db_table*")
        )
    assert list(spoken(rows)) == []


@pytest.fixture
def table() -> str:
    """A table name that no other test uses."""
    return f"Test{uuid4().hex}"
