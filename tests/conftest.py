"""Fixtures of all tests: one Azurite for the whole run, and a table for each test."""

import os
from collections.abc import Iterator
from uuid import uuid4

import pytest

from local.azurite import Azurite
from tests.support import markers, order, secret_scan, without_browser
from tests.support.examples import register
from tests.support.markers import pytest_collection_modifyitems
from tests.support.secret_scan import spoken

__all__ = ["pytest_collection_modifyitems"]


def pytest_configure(config: pytest.Config) -> None:
    """Register the plugins: search for secrets, leave out browser tests, add markers, order."""
    secret_scan.pytest_configure(config)
    without_browser.pytest_configure(config)
    markers.pytest_configure(config)
    config.pluginmanager.register(order, "order")


register()


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_auto_num_workers() -> int:
    """Return the number of workers: more than processors, since many tests wait for a service."""
    return (os.process_cpu_count() or 1) + 2


@pytest.fixture(scope="session")
def azurite() -> Iterator[Azurite]:
    """Yield an Azurite that all tests share. A test that stops one starts its own."""
    with Azurite() as running:
        yield running
        running.kill()  # it then writes all rows to its files
        rows = "".join(
            file.read_text("utf-8", "replace")
            for file in running.folder.glob("__azurite_db_table*")
        )
    assert list(spoken(rows)) == []


@pytest.fixture
def table() -> str:
    """Return a table name that no other test uses."""
    return f"Test{uuid4().hex}"
