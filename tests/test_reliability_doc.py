"""Every test and every patch that the document on reliability names is there, and each patch runs what it names."""

import re
from pathlib import Path

import pytest

from local.mutate import mutations

ROOT = Path(__file__).parents[1]
DOCUMENT = (ROOT / "docs" / "reliability.md").read_text(encoding="utf-8")
ROWS = re.findall(r"^\| (?!promise)(.+) \| `(tests/\S+)` \| `(\S+)` \|$", DOCUMENT, re.MULTILINE)

MUTATIONS = {mutation.name: mutation for mutation in mutations()}


@pytest.mark.parametrize(("promise", "test", "patch"), ROWS, ids=[row[0] for row in ROWS])
def test_a_promise_has_its_test_and_its_patch(promise: str, test: str, patch: str) -> None:
    assert (ROOT / test).is_file(), promise
    assert test in MUTATIONS[patch].tests


def test_every_row_was_understood_and_no_patch_is_left_out() -> None:
    assert len(ROWS) == DOCUMENT.count("| `tests/")
    assert {patch for _, _, patch in ROWS} == set(MUTATIONS)


def test_every_package_of_the_app_has_its_licence() -> None:
    pinned = re.findall(r"^([A-Za-z0-9_.-]+)==", (ROOT / "requirements.txt").read_text(encoding="utf-8"), re.MULTILINE)
    listed = dict(
        re.findall(r"^\| ([A-Za-z0-9_.-]+) \| (.+) \|$", (ROOT / "docs" / "licences.md").read_text(encoding="utf-8"), re.MULTILINE)
    )
    assert [name for name in pinned if not listed.get(name, "").strip("? ")] == []
