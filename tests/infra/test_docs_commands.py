"""The pages about a deployment: a shell can parse every command, and every name exists."""

import re
import subprocess
from pathlib import Path

import pytest

from shared.config.setting_list import SETTINGS
from tests.infra.deployed import ROLES
from tests.infra.test_azd import ASKED, BICEP, FROM_AZD, OUTPUTS, ROOT, SCRIPTS, references

DEPLOY, WITHOUT_AZD = ROOT / "docs/deploy.md", ROOT / "infra/README.md"
PAGES = [*sorted((ROOT / "docs").rglob("*.md")), WITHOUT_AZD]
OF_THE_SHELL = {"HOME", "PATH"}


def blocks(page: Path, language: str) -> list[str]:
    """Return the blocks of a page in a language, without the indent of a list."""
    found = re.findall(
        rf"^( *)```{language}\n(.*?)^ *```$",
        page.read_text(encoding="utf-8"),
        re.MULTILINE | re.DOTALL,
    )
    return [
        "\n".join(line.removeprefix(indent) for line in text.splitlines()) for indent, text in found
    ]


@pytest.mark.parametrize("page", PAGES, ids=lambda path: path.name)
def test_bash_can_parse_every_shell_block(page: Path) -> None:
    for block in blocks(page, "sh"):
        read = subprocess.run(
            ["bash", "-n"], input=block, capture_output=True, text=True, timeout=10, check=False
        )
        assert (read.returncode, read.stderr) == (0, ""), block


def test_the_deployment_pages_have_commands() -> None:
    assert len(blocks(DEPLOY, "sh")) >= 5
    assert len(blocks(WITHOUT_AZD, "sh")) >= 12


@pytest.mark.parametrize("page", [DEPLOY, WITHOUT_AZD], ids=lambda path: path.name)
def test_every_variable_is_set_before_its_use(page: Path) -> None:
    known = OF_THE_SHELL | {str(number) for number in range(10)}
    for block in blocks(page, "sh"):
        for line in block.splitlines():
            if "azd env get-values" in line:
                known |= OUTPUTS | set(references()) | FROM_AZD | ASKED
            code = re.sub(r"(?<!\S)#.*", "", line)
            assigned = set(re.findall(r"(?:^|export |[\s;])([A-Z][A-Z_]*)=", code)) | set(
                re.findall(r"^IFS= read .* (\w+)$", code)
            )
            used = set(re.findall(r"\$\{?(\w+)", code))
            assert used - known - (assigned if "export" in code else set()) == set(), line
            known |= assigned


@pytest.mark.parametrize("page", [DEPLOY, WITHOUT_AZD], ids=lambda path: path.name)
def test_every_named_setting_and_output_exists(page: Path) -> None:
    text = page.read_text(encoding="utf-8")
    named = set(re.findall(r"\b(?:LAPSEWATCH|AZURE|LIBAPPS)_[A-Z_]+[A-Z]\b", text))
    assert named
    known = (
        OUTPUTS
        | set(references())
        | FROM_AZD
        | ASKED
        | {row.name for row in SETTINGS}
        | {"LAPSEWATCH_HOOKS_PATIENCE"}
    )
    assert named - known == set()


@pytest.mark.parametrize("page", [DEPLOY, WITHOUT_AZD], ids=lambda path: path.name)
def test_every_named_file_exists(page: Path) -> None:
    text = page.read_text(encoding="utf-8")
    quoted = re.findall(r"`([\w./-]+)`", text) + re.findall(
        r"(?<=[ \"])((?:infra|docs|build|\.venv)/[\w./-]+)", text
    )
    paths = {
        path
        for path in quoted
        if "/" in path and not path.startswith(("/", ".azure/", "build/", ".venv/"))
    }
    places = (ROOT, page.parent)
    assert [
        path
        for path in paths
        if re.search(r"\.\w+$", path) and not any((place / path).exists() for place in places)
    ] == []
    links = [
        link.partition("#")[0]
        for link in re.findall(r"\]\(([^)]+)\)", text)
        if not link.startswith("https://")
    ]
    assert [link for link in links if link and not (page.parent / link).exists()] == []


def test_every_linked_section_exists() -> None:
    headings = re.findall(r"^#+ (.+)$", DEPLOY.read_text(encoding="utf-8"), re.MULTILINE)
    anchors = {
        re.sub(r"[^a-z0-9 -]", "", heading.lower()).replace(" ", "-") for heading in headings
    }
    linked = re.findall(r"deploy\.md#([\w-]+)", WITHOUT_AZD.read_text(encoding="utf-8"))
    assert linked
    assert set(linked) <= anchors


def test_the_table_of_values_matches_parameters_and_prompts() -> None:
    rows = re.findall(
        r"^\| `([A-Z_]+)` \| .+ \| (.+) \|$", DEPLOY.read_text(encoding="utf-8"), re.MULTILINE
    )
    told = dict(rows)
    assert len(told) == len(rows)
    taken = {
        name: default for name, default in references().items() if name not in FROM_AZD
    } | dict.fromkeys(ASKED)
    assert set(told) == set(taken)
    for name, default in taken.items():
        is_asked = default in {None, "unset"}
        expected = "asked for" if is_asked else f"`{default}`" if default else "none"
        assert told[name] in {expected, "made by the first hook"}, name


def test_the_parameters_without_azd_are_in_the_bicep() -> None:
    text = WITHOUT_AZD.read_text(encoding="utf-8")
    declared = set(re.findall(r"^param (\w+)", BICEP, re.MULTILINE))
    given = set(re.findall(r'\b([a-z]+[A-Z]\w*|location)="\$', text))
    assert set(re.findall(r"^param (\w+) \w+$", BICEP, re.MULTILINE)) <= given <= declared
    assert set(re.findall(r"`([a-z]+[A-Z][A-Za-z]+)(?:=true)?`", text)) <= declared


def test_the_ids_without_azd_are_those_of_the_hooks() -> None:
    text = WITHOUT_AZD.read_text(encoding="utf-8")
    hooks = "".join(script.read_text(encoding="utf-8") for script in SCRIPTS)
    granted = dict(re.findall(r"^grant ([0-9a-f-]{36}) # ([\w.]+)$", text, re.MULTILINE))
    assert granted == {role: name for name, role in ROLES.items() if name != "Mail.Send"}
    made_up = "00000000-1111-2222-3333-444444444444"
    assert [
        found
        for found in re.findall(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}", text)
        if found not in hooks and found != made_up
    ] == []


def test_the_walk_names_a_test_or_says_not_run() -> None:
    """Each row of the last table of docs/deploy.md; the tests are in this folder."""
    walk = DEPLOY.read_text(encoding="utf-8").partition("## What `azd up` does, step by step")[2]
    tests = "".join(path.read_text(encoding="utf-8") for path in Path(__file__).parent.glob("*.py"))
    cells = [line.strip("|").split("|") for line in walk.splitlines() if line.startswith("| ")]
    rows = [(row[0].strip(), row[-1].strip()) for row in cells[1:]]
    assert len(rows) >= 20
    for case, named in rows:
        found = re.findall(r"`(test_\w+)`", named)
        assert found or named == "not run", case
        assert [name for name in found if f"def {name}(" not in tests] == [], case
    cases = "".join(case for case, _ in rows)
    for case in ("new tenant", "second run", "colleague", "azd down", "administrator", "CI"):
        assert case in cases
