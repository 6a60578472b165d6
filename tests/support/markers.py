"""Which tests need more than Python: markers by folder and by fixture, so that a new test gets its own by itself."""

from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
BY_FOLDER = {"browser": ("browser",)}
"""By the folder of a test, from `tests/`."""
BY_FIXTURE = {"browser": ("browser",)}
"""By the name of a fixture that a test asks for, itself or through others."""


def marks(item: pytest.Item) -> set[str]:
    """Return the markers that follow from where a test is and what it asks for."""
    folder = item.path.relative_to(ROOT).parts[0] if item.path.is_relative_to(ROOT) else ""
    fixtures: list[str] = getattr(item, "fixturenames", [])
    return {mark for fixture in fixtures for mark in BY_FIXTURE.get(fixture, ())} | set(
        BY_FOLDER.get(folder, ())
    )


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark every test, before `-m` selects."""
    for item in items:
        for mark in sorted(marks(item)):
            item.add_marker(mark)
