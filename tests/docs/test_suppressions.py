"""Every suppressed check has a reason beside it."""

import re
import tokenize
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
NOT_OURS = {".venv", "node_modules", "build", ".git"}
SUPPRESSION = re.compile(
    r"# *(?:noqa|type: *ignore|pragma:|fmt: *(?:off|skip)|nosec"
    r"|(?:ruff|mypy|pyright|pylint|isort):)"
)
"""A comment that switches a check off."""
REASON = re.compile(rf"  (?:\(.*\w{{2}}.*\)|(?!{SUPPRESSION.pattern})# .*\w{{2}}.*)$")
"""For example `# noqa: S603  (our own module)` or `# type: ignore[misc]  # no types`."""
EXCEPTIONS = {
    "ignore",
    "per-file-ignores",
    "filterwarnings",
    "follow_imports",
    "omit",
    "ignore_imports",
    "extend-exclude",
    "extend-ignore-re",
    "extend-words",
}
"""Keys of pyproject.toml that switch a check off."""


def unexplained_comments(file: Path) -> Iterator[str]:
    """Yield the suppressions of a Python file that have no reason. Strings do not count."""
    if not SUPPRESSION.search(file.read_text(encoding="utf-8")):
        return  # reading all tokens takes long
    with tokenize.open(file) as source:
        for token in tokenize.generate_tokens(source.readline):
            if (
                token.type == tokenize.COMMENT
                and SUPPRESSION.match(token.string)
                and not REASON.search(token.string)
            ):
                yield f"{file.name}:{token.start[0]}: {token.string}"


def exceptions(value: object, *, excepting: bool = False) -> Iterator[str]:
    """Yield every text below a key that switches something off."""
    match value:
        case dict():
            for key, below in value.items():
                yield from exceptions(below, excepting=excepting or key in EXCEPTIONS)
        case list():
            for below in value:
                yield from exceptions(below, excepting=excepting)
        case str() if excepting and value != "error":
            yield value


def unexplained_exceptions(text: str) -> list[str]:
    """Return the exceptions in a pyproject.toml that have no comment on their line."""
    quoted = [
        re.compile(rf"""["']{re.escape(value)}["']""") for value in exceptions(tomllib.loads(text))
    ]
    lines = (line for line in text.splitlines() if any(found.search(line) for found in quoted))
    return [line.strip() for line in lines if not re.search(r"# .*\w.*\w", line)]


def test_suppressions_in_python_have_a_reason() -> None:
    files = [
        file for file in ROOT.rglob("*.py") if not NOT_OURS & set(file.relative_to(ROOT).parts)
    ]
    assert len(files) > 100
    assert [found for file in sorted(files) for found in unexplained_comments(file)] == []


def test_exceptions_in_pyproject_have_a_reason() -> None:
    assert unexplained_exceptions((ROOT / "pyproject.toml").read_text(encoding="utf-8")) == []


def test_suppressions_in_bicep_have_a_reason_above() -> None:
    for file in (ROOT / "infra").rglob("*.bicep"):
        lines = file.read_text(encoding="utf-8").splitlines()
        suppressed = [
            number for number, line in enumerate(lines) if line.strip().startswith("#disable-")
        ]
        assert [
            lines[number] for number in suppressed if not lines[number - 1].strip().startswith("//")
        ] == [], file


@pytest.mark.parametrize(
    ("line", "explained"),
    [
        ("x = 1  # noqa: S603  (our own module)", True),
        ("x = 1  # type: ignore[misc]  # the SDK has no types", True),
        ("x = 1  # type: ignore[misc]  # noqa: S603  (there is no other way)", True),
        ("x = 'a # noqa'", True),
        ("x = 1  # noqa", False),
        ("x = 1  # noqa: S603", False),
        ("x = 1  # noqa: S603  ()", False),
        ("x = 1  # type: ignore[misc]", False),
        ("x = 1  # type: ignore[misc]  # noqa: S603", False),
        ("x = 1  # pragma: no cover", False),
        ("x = {  }  # fmt: skip", False),
    ],
)
def test_a_suppression_is_found_by_its_comment(line: str, explained: bool, tmp_path: Path) -> None:  # noqa: FBT001  (a table of cases)
    file = tmp_path / "example.py"
    file.write_text(f"{line}\n", encoding="utf-8")
    assert list(unexplained_comments(file)) == (
        [] if explained else [f"example.py:1: {line[line.index('#') :]}"]
    )


def test_an_exception_in_pyproject_is_found_by_its_key() -> None:
    text = """[x]
select = ["ALL"]
ignore = [
  "A", # because
  "B",
]
[x.per-file-ignores]
"a.py" = ["C"]
"""
    assert unexplained_exceptions(text) == ['"B",', '"a.py" = ["C"]']
