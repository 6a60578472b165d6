"""The readme fits one screen; the documents name settings, files and targets that exist."""

import json
import re
from pathlib import Path

import pytest

from shared.config.setting_list import SETTINGS

ROOT = Path(__file__).parents[2]
README = (ROOT / "README.md").read_text(encoding="utf-8")
CHANGELOG = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
MAX_README_WORDS = 600
MAX_CHANGELOG_LINES = 120
DOCUMENTS = [
    ROOT / "README.md",
    ROOT / "CONTRIBUTING.md",
    ROOT / "CHANGELOG.md",
    *sorted((ROOT / "docs").rglob("*.md")),
]


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


def test_the_readme_fits_one_screen() -> None:
    """It is a landing page: everything else is one click away."""
    assert len(README.split()) <= MAX_README_WORDS
    assert len(re.findall(r"!\[", README)) == 1
    for part in ("Try it", "Test it", "Deploy it", "Read on"):
        assert f"\n## {part}\n" in README
    assert {"make demo", "make test", "azd up"} <= set(re.findall(r"(?:make|azd) \w+", README))


def test_the_changelog_is_short_and_has_room_for_the_next_release() -> None:
    versions = re.findall(r"^## \[(.+?)\]", CHANGELOG, re.MULTILINE)
    assert versions[:2] == ["Unreleased", "1.0.0"]
    assert len(CHANGELOG.splitlines()) < MAX_CHANGELOG_LINES


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
    for name in ("requirements.txt", "requirements-dev.txt"):
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
