"""docs/reliability.md lists every mutation with its promise and its test."""

import re
from pathlib import Path

import pytest

from local.mutate import mutations

ROOT = Path(__file__).parents[2]
DOCUMENT = (ROOT / "docs" / "reliability.md").read_text(encoding="utf-8")
ROWS = re.findall(r"^\| (?!promise)(.+) \| `(tests/\S+)` \| `(\S+)` \|$", DOCUMENT, re.MULTILINE)

MUTATIONS = {mutation.name: mutation for mutation in mutations()}


@pytest.mark.parametrize(("promise", "test", "name"), ROWS, ids=[row[2] for row in ROWS])
def test_a_row_matches_its_mutation(promise: str, test: str, name: str) -> None:
    assert promise == MUTATIONS[name].promise
    assert test == MUTATIONS[name].test.partition("::")[0]


def test_every_mutation_has_one_row() -> None:
    assert len(ROWS) == DOCUMENT.count("| `tests/")
    assert sorted(name for _, _, name in ROWS) == sorted(MUTATIONS)


def test_every_package_of_the_app_has_a_licence() -> None:
    pinned = re.findall(
        r"^([A-Za-z0-9_.-]+)==",
        (ROOT / "requirements.txt").read_text(encoding="utf-8"),
        re.MULTILINE,
    )
    listed = dict(
        re.findall(
            r"^\| ([A-Za-z0-9_.-]+) \| (.+) \|$",
            (ROOT / "docs" / "licences.md").read_text(encoding="utf-8"),
            re.MULTILINE,
        )
    )
    assert [name for name in pinned if not listed.get(name, "").strip("? ")] == []
