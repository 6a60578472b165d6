"""Every mutation matches the code, and `make mutate` fails if a test does not notice one."""

import re
import subprocess
from pathlib import Path

import pytest

from local.mutate import MUTATIONS, ROOT, Mutation, MutationError, main, mutations, run_all

ENTRY = """
[wrong-answer]
promise = "The answer is 42"
file = "answer.py"
old = '''{old}'''
new = '''{new}'''
test = "test_answer.py::{test}"
"""
TEST = """
from pathlib import Path

def test_it():
    assert "ANSWER = 42" in Path("answer.py").read_text()

def test_other(): pass
"""


@pytest.mark.parametrize("mutation", mutations(), ids=lambda mutation: mutation.name)
def test_mutation_matches_once_and_its_test_exists(mutation: Mutation) -> None:
    code = (ROOT / mutation.file).read_text("utf-8")
    assert mutation.apply(code) != code
    file, _, test = mutation.test.partition("::")
    assert f"def {test.partition('[')[0]}(" in (ROOT / file).read_text("utf-8")


def program(folder: Path, *entries: str) -> Path:
    """Write a program of two lines, its test, and mutations of it; return its folder."""
    (folder / MUTATIONS).mkdir(parents=True)
    (folder / "answer.py").write_text("ANSWER = 42\nOTHER = 1\n")
    (folder / "test_answer.py").write_text(TEST)
    for number, entry in enumerate(entries):
        (folder / MUTATIONS / f"{number}.toml").write_text(entry)
    (folder / "pytest.ini").write_text("[pytest]\naddopts = --disable-plugin-autoload\n")
    subprocess.run(["git", "init", "-q"], cwd=folder, check=True)
    return folder


@pytest.mark.parametrize(
    ("old", "new", "test", "said"),
    [
        (
            "ANSWER = 41",
            "ANSWER = 43",
            "test_it",
            "old matches 0 times in answer.py, expected once",
        ),
        (" = ", " == ", "test_it", "old matches 2 times in answer.py, expected once"),
        (
            "ANSWER = 42",
            "ANSWER = 43",
            "test_gone",
            "pytest could not run test_answer.py::test_gone",
        ),
    ],
)
def test_why_a_mutation_cannot_be_tried_is_given(
    tmp_path: Path, old: str, new: str, test: str, said: str
) -> None:
    root = program(tmp_path, ENTRY.format(old=old, new=new, test=test))
    (outcome,) = run_all(mutations(root), 1, root)
    assert said in outcome.error


def test_run_that_fails_without_pytest_notices_nothing(tmp_path: Path) -> None:
    """Python exits with 1 if pytest is missing, as pytest does if a test failed."""
    root = program(tmp_path, ENTRY.format(old="ANSWER = 42", new="ANSWER = 43", test="test_it"))
    (root / "pytest.py").write_text("raise SystemExit('No module named pytest')")
    (outcome,) = run_all(mutations(root), 1, root)
    assert "pytest could not run test_answer.py::test_it:\n\nNo module named" in outcome.error


def test_failed_run_of_a_passed_test_notices_nothing(tmp_path: Path) -> None:
    root = program(tmp_path, ENTRY.format(old="ANSWER = 42", new="ANSWER = 43", test="test_other"))
    (root / "conftest.py").write_text("def pytest_sessionfinish(session): session.exitstatus = 1")
    (outcome,) = run_all(mutations(root), 1, root)
    assert "pytest could not run test_answer.py::test_other" in outcome.error


@pytest.mark.parametrize(
    ("names", "status", "shown"),
    [
        ([], 1, "1 of 2 mutations noticed"),
        (["wrong-answer"], 0, "1 of 1 mutations noticed"),
    ],
)
def test_exit_status_tells_whether_all_are_noticed(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], names: list[str], status: int, shown: str
) -> None:
    with pytest.raises(SystemExit, match=str(status)):
        main(names, two_mutations(tmp_path))
    out = capsys.readouterr().out
    assert shown in out
    assert re.search(r"^noticed +\d+\.\d s  wrong-answer: The answer is 42$", out, re.MULTILINE)
    assert ("harmless: the mutation survived" in out) == bool(status)


def two_mutations(folder: Path) -> Path:
    """Write a program with a mutation that its test notices, and one that it does not."""
    first = ENTRY.format(old="ANSWER = 42", new="ANSWER = 43", test="test_it")
    second = ENTRY.format(old="OTHER = 1", new="OTHER = 2", test="test_it").replace(
        "wrong-answer", "harmless"
    )
    return program(folder, first, second)


def test_work_copy_is_restored_after_each_mutation(tmp_path: Path) -> None:
    """Both are tried in one copy; the test would fail for the second if the first was still in."""
    root = two_mutations(tmp_path)
    noticed, survived = run_all(mutations(root), 1, root)
    assert noticed.error == ""
    assert "the mutation survived: test_answer.py::test_it still passes" in survived.error
    assert (root / "answer.py").read_text() == "ANSWER = 42\nOTHER = 1\n"


@pytest.mark.parametrize(
    ("code", "matches"),
    [
        ("call(first, [second])", True),
        ("call(\n    first,\n    [second],\n)", True),
        ("call(first,  [ second ])", True),
        ("call(first, second)", False),
        ("callfirst, [second]", False),
    ],
)
def test_old_matches_however_the_code_is_wrapped(code: str, *, matches: bool) -> None:
    mutation = Mutation(
        "name", "promise", "code.py", old="call(first, [second])", new=r"other(\1)", test=""
    )
    if matches:
        assert mutation.apply(f"x = {code}\n") == "x = other(\\1)\n"
    else:
        with pytest.raises(MutationError, match="matches 0 times"):
            mutation.apply(code)


def test_incomplete_entry_is_refused(tmp_path: Path) -> None:
    root = program(tmp_path, '[wrong-answer]\npromise = "The answer is 42"\n')
    with pytest.raises(
        MutationError,
        match=r"0\.toml: \[wrong-answer\] must have exactly these keys: promise, file, old, new, ",
    ):
        mutations(root)


def test_name_that_occurs_twice_is_refused(tmp_path: Path) -> None:
    entry = ENTRY.format(old="ANSWER = 42", new="ANSWER = 43", test="test_it")
    root = program(tmp_path, entry, entry)
    with pytest.raises(MutationError, match=r"1\.toml: there are two mutations \[wrong-answer\]"):
        mutations(root)


def test_unknown_name_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit, match="2"):
        main(["no-such-mutation"])
    assert "there is no mutation no-such-mutation" in capsys.readouterr().err
