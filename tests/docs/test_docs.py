"""The documents match the tree: files, example settings and make targets.

The tables of docs/reference are compared with the program in test_reference.py, watchlists in
documents in test_watchlist_schema.py, links in test_links.py.
"""

import json
import re
from pathlib import Path

import pytest

from shared.config.setting_list import SETTINGS

ROOT = Path(__file__).parents[2]
DOCUMENTS = [
    ROOT / "README.md",
    ROOT / "CONTRIBUTING.md",
    ROOT / "CHANGELOG.md",
    *(ROOT / "docs").rglob("*.md"),
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


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.relative_to(ROOT).as_posix())
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
