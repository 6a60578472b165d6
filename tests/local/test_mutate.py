"""A promise that no test holds is noticed: each patch applies to the program as it is, and one that changes nothing survives."""

import subprocess
from pathlib import Path

import pytest

from local.mutate import PATCHES, ROOT, Mutation, mutations, tried


@pytest.mark.parametrize("mutation", mutations(), ids=lambda mutation: mutation.name)
def test_every_patch_applies_and_names_tests_that_exist(mutation: Mutation) -> None:
    done = subprocess.run(["git", "apply", "--check", str(mutation.file)], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.stderr == ""
    assert mutation.promise
    assert [test for test in mutation.tests if not (ROOT / test).exists()] == []


def program(folder: Path, patch: str) -> Path:
    """A program of one line with its test, kept by git, and a patch for it."""
    (folder / PATCHES).mkdir(parents=True)
    (folder / "answer.py").write_text("ANSWER = 42\nOTHER = 1\n")
    (folder / "test_answer.py").write_text(
        "from pathlib import Path\n\ndef test_it():\n    assert 'ANSWER = 42' in Path('answer.py').read_text()\n"
    )
    (folder / PATCHES / "one.patch").write_text(
        f"Promise: the answer is 42\nTests: test_answer.py\n\n--- a/answer.py\n+++ b/answer.py\n{patch}"
    )
    subprocess.run(["git", "init", "-q"], cwd=folder, check=True)
    return folder


@pytest.mark.parametrize(
    ("patch", "how"),
    [
        ("@@ -1,2 +1,2 @@\n-ANSWER = 42\n+ANSWER = 43\n OTHER = 1\n", "noticed"),
        ("@@ -1,2 +1,2 @@\n ANSWER = 42\n-OTHER = 1\n+OTHER = 2\n", "survived"),
        ("@@ -1,2 +1,2 @@\n-ANSWER = 41\n+ANSWER = 43\n OTHER = 1\n", "does not apply"),
    ],
)
def test_a_patch_is_noticed_or_survives_or_does_not_apply(tmp_path: Path, patch: str, how: str) -> None:
    (mutation,) = mutations(program(tmp_path, patch))
    assert tried(mutation, tmp_path).how == how


def test_a_patch_without_a_header_is_a_mistake(tmp_path: Path) -> None:
    root = program(tmp_path, "")
    (root / PATCHES / "one.patch").write_text("--- a/answer.py\n")
    with pytest.raises(ValueError, match=r"one\.patch has no header"):
        mutations(root)
