"""The longest tests come first; the others keep their order."""

from pathlib import Path
from types import SimpleNamespace
from typing import Any

from tests.support.order import LONGEST, pytest_collection_modifyitems

ROOT = Path(__file__).parents[2]


def test_longest_tests_come_first() -> None:
    second, first = (f"{file}::test[a]" for file in reversed(LONGEST[:2]))
    items: list[Any] = [
        SimpleNamespace(nodeid=each) for each in ("b.py::b", second, "a.py::a", first)
    ]
    pytest_collection_modifyitems(items)
    assert [item.nodeid for item in items] == [first, second, "b.py::b", "a.py::a"]
    assert [file for file in LONGEST if not (ROOT / file).is_file()] == []
