import re
from pathlib import Path

import pytest

from tests.docs.test_shell import ROOT, shell_in
from tests.infra.az_check import problems
from tests.infra.az_commands import (
    VALUE,
    Found,
    collect,
    commands_in,
    commands_in_prose,
    pages,
    said_by_doctor,
    said_by_hooks,
)
from tests.infra.az_parser import unreadable_json

SOURCES = (*(ROOT / "infra/hooks").rglob("*.py"), ROOT / "shared/render/text/commands.py")


@pytest.mark.parametrize(
    ("script", "expected"),
    [
        ("az login", [("login",)]),
        ("az a --b 'c d' \\\n  --e \"$F\"", [("a", "--b", "c d", "--e", VALUE)]),
        ('A=$(az b)\ncurl "$A" | az c', [("b",), ("c",)]),
        ("f() {\n  az a \"$1\"\n}\nf 'b\nc'", [("a", "b\nc")]),
        ('az a ""', [("a", "")]),
        ("rm -rf / && az a; cd /; ./az b", [("a",)]),
        ("# az a\necho az b", []),
    ],
)
def test_bash_splits_the_words(script: str, expected: list[tuple[str, ...]]) -> None:
    assert commands_in(script) == expected


def test_no_other_program_is_run(tmp_path: Path) -> None:
    commands_in(f"touch {tmp_path}/made; mkdir {tmp_path}/made; env touch {tmp_path}/made")
    assert list(tmp_path.iterdir()) == []


def test_prose_has_commands_in_code_font_and_in_parentheses() -> None:
    text = "Run `az a --b 'c d'` (az e --f) or ``az g``, `azd h`, $(az i) or az j."
    assert list(commands_in_prose(text)) == [("a", "--b", "c d"), ("e", "--f")]


@pytest.mark.parametrize("page", pages(), ids=lambda path: path.name)
def test_every_command_of_a_page_is_collected(page: Path) -> None:
    """A branch of the shell that does not run would hide one."""
    script = re.sub(r"(?:^|\s)#.*", "", shell_in(page))
    written = re.findall(r"(?<![\w./-])az ([a-z][\w-]*)", script)
    assert sorted(set(written)) == sorted({words[0] for words in commands_in(script)})
    assert len(written) <= len(commands_in(script))


def test_every_command_in_the_sources_is_collected(tmp_path: Path) -> None:
    lines = [*said_by_hooks(tmp_path).splitlines(), *said_by_doctor()]
    said = {" ".join(words) for line in lines if "az " in line for words in commands_in(line)}
    said |= {" ".join(words) for line in lines for words in commands_in_prose(line)}
    source = "".join(path.read_text(encoding="utf-8") for path in SOURCES)
    written = set(re.findall(r"\baz ((?:[a-z][a-z-]+ )+)--|\"az ([a-z -]+)\"", source))
    assert len(written) >= 10
    missing = [
        one or other
        for one, other in written
        if not any(words.startswith((one or other).strip()) for words in said)
    ]
    assert missing == []
    assert any(words.startswith("rest --method PATCH") for words in said)


def test_the_collection_is_complete() -> None:
    found = list(collect())
    places = {command.where for command in found}
    assert {"docs/deploy.md", "infra/README.md", "infra/hooks", "doctor"} <= places
    assert ".github/workflows/bicep.yml" in places
    assert len(found) > 100


def test_what_azure_cli_rejects_is_reported_in_one_line() -> None:
    full, part = Found("a.md", ("b", "c d")), Found("a.md", ("b",), in_prose=True)
    missing = "the following arguments are required: --e"
    assert list(problems([full, full, part], [missing, "", missing])) == [
        f"a.md: {missing}: az b 'c d'"
    ]
    assert list(problems([part], ["'b' is misspelled"])) == ["a.md: 'b' is misspelled: az b"]


def test_json_in_a_command_must_be_readable() -> None:
    assert unreadable_json(["--query", "[].name", "--body", '{"a": 1}', '[{"b": 2}]']) == ""
    assert "line 1 column 2" in unreadable_json(["--body", "{'a': 1}"])
