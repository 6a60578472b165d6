"""The documents match the program: settings, commands, links, watchlists and make targets."""

import json
import re
from pathlib import Path
from textwrap import dedent

import pytest
from typer.main import get_command

from shared import __main__ as cli
from shared.config.setting_list import SETTINGS
from shared.config.watchlist import parse

ROOT = Path(__file__).parents[2]
README = (ROOT / "README.md").read_text(encoding="utf-8")
DOCUMENTS = [
    ROOT / "README.md",
    ROOT / "CONTRIBUTING.md",
    ROOT / "CHANGELOG.md",
    *(ROOT / "docs").glob("*.md"),
]


def test_readme_lists_the_settings_of_the_program() -> None:
    section = README.split("## Settings")[1].split("\n## ")[0]
    rows = {
        name: (meaning, default)
        for name, meaning, default in re.findall(
            r"^\| `([A-Z_]+)` \| (.+) \| (.+) \|$", section, re.MULTILINE
        )
    }
    own = {row.name: row for row in SETTINGS if not row.by_azure}
    assert set(rows) == set(own)
    for name, (_, default) in rows.items():
        expected = (
            "required"
            if own[name].required
            else f"`{own[name].default}`"
            if own[name].default
            else "none"
        )
        assert default == expected, name


def test_example_settings_are_known() -> None:
    example = json.loads((ROOT / "local.settings.example.json").read_text(encoding="utf-8"))[
        "Values"
    ]
    named = set(
        re.findall(r'"env:([A-Z_]+)"', (ROOT / "watchlist.toml").read_text(encoding="utf-8"))
    )
    known = (
        {row.name for row in SETTINGS} | named | {"FUNCTIONS_WORKER_RUNTIME", "AzureWebJobsStorage"}
    )
    assert set(example) <= known
    assert {row.name for row in SETTINGS if row.required} | {"LAPSEWATCH_SCHEDULE"} <= set(example)


def test_readme_lists_the_commands_and_options() -> None:
    section = README.split("## Command line")[1].split("\n## ")[0]
    listed = {
        words.split()[0]: set(re.findall(r"--[a-z-]+", words))
        for words in re.findall(r"^\| `([^`]+)` \|", section, re.MULTILINE)
    }
    commands = get_command(cli.app).commands  # type: ignore[attr-defined]  # a group, as it has several commands
    real = {
        name: {
            option
            for parameter in command.params
            for option in parameter.opts
            if option.startswith("--")
        }
        for name, command in commands.items()
    }
    assert listed == real


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.name)
def test_linked_files_exist(document: Path) -> None:
    text = document.read_text(encoding="utf-8")
    links = [
        link.partition("#")[0]
        for link in re.findall(r"\]\(([^)]+)\)", text)
        if not link.startswith("https://")
    ]
    assert [link for link in links if link and not (document.parent / link).exists()] == []


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.name)
def test_named_files_exist(document: Path) -> None:
    """A path may omit `.py`, and `*` stands for any name. The example channel slack is new."""
    named = re.findall(
        r"`((?:shared|local|tests|infra|bench|docs|runbooks)/[\w./*-]*)`",
        document.read_text(encoding="utf-8"),
    )
    assert [
        path
        for path in named
        if "slack" not in path and not any([*ROOT.glob(path), *ROOT.glob(f"{path}.py")])
    ] == []


def test_watchlists_in_the_documents_are_valid() -> None:
    """The one in docs/tenants.md is complete; README's part extends the shipped watchlist."""
    settings = dict.fromkeys(
        ("TEAMS_WEBHOOK_URL", "TEAMS_WEBHOOK_URL_BRANCH"), "https://flow.example/x"
    )
    settings["LIBAPPS_CLIENT_ID"] = "22222222-3333-4444-8555-666666666666"

    def shown(file: str) -> str:
        (block,) = re.findall(
            r"^ *```toml\n(.*?)^ *```$", (ROOT / file).read_text("utf-8"), re.MULTILINE | re.DOTALL
        )
        return dedent(block)

    assert parse(shown("docs/tenants.md"), "branch.toml", settings, lambda _: "").tenant_id
    shipped = (ROOT / "watchlist.toml").read_text("utf-8")
    whole = parse(
        shipped + shown("README.md"),
        "watchlist.toml",
        settings,
        lambda name: (ROOT / name).read_text("utf-8"),
    ).inventory
    assert whole is not None
    assert whole.tell == ("libapps",)


def test_make_targets_in_the_documents_exist() -> None:
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    named = {
        target
        for document in DOCUMENTS
        for target in re.findall(
            r"\bmake ([a-z-]+)\b(?=`|\n)", document.read_text(encoding="utf-8")
        )
    }
    assert {"demo", "test", "setup"} <= named
    assert [
        target for target in named if not re.search(rf"^{target}:", makefile, re.MULTILINE)
    ] == []


def test_requirements_have_hashes_and_no_registry() -> None:
    for name in ("requirements.txt", "requirements-dev.txt", "requirements-docs.txt"):
        lines = (ROOT / name).read_text(encoding="utf-8").splitlines()
        pins = [
            line for line in lines if line and line[0] not in "# -" and not line.startswith("    ")
        ]
        assert pins
        assert all("==" in pin for pin in pins)
        assert all(lines[lines.index(pin) + 1].strip().startswith("--hash=sha256:") for pin in pins)
        assert not any(
            "index-url" in line or "://" in line or "find-links" in line for line in lines
        )
    assert '"resolved"' not in (ROOT / "package-lock.json").read_text(encoding="utf-8")
