"""The longest tests come first, so that no worker has one left when the others have ended."""

import pytest

LONGEST = (
    "tests/e2e/test_killed_host.py",
    "tests/conformance/test_conformance.py",
    "tests/crash/test_killed_anywhere.py",
    "tests/e2e/test_several_tenants.py",
)
"""The files, beginning with the longest test: it takes more than a minute, and mostly waits."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Put the tests of these files first; the others keep their order."""
    items.sort(key=_place)


def _place(item: pytest.Item) -> int:
    file = item.nodeid.partition("::")[0]
    return LONGEST.index(file) if file in LONGEST else len(LONGEST)
