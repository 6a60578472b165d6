"""The version has one source, and everything that shows it shows the same."""

import json
import re
import subprocess
import sys
import tomllib
from pathlib import Path

import yaml  # type: ignore[import-untyped]  # it has no types of its own

from local.release import notes
from local.simulation.build import at
from shared.core.model.check_record import Outcome
from shared.core.results import CheckResult
from shared.render.feeds.log_line import log_line
from shared.version import VERSION

ROOT = Path(__file__).parents[2]


def read(name: str) -> str:
    return (ROOT / name).read_text("utf-8")


def test_the_version_is_semantic() -> None:
    assert re.fullmatch(r"(0|[1-9]\d*)(\.(0|[1-9]\d*)){2}", VERSION)


def test_the_project_reads_the_version() -> None:
    document = tomllib.loads(read("pyproject.toml"))
    assert "version" not in document["project"]
    assert document["project"]["dynamic"] == ["version"]
    attribute = document["tool"]["setuptools"]["dynamic"]["version"]["attr"]
    assert attribute == "shared.version.VERSION"


def test_the_documents_have_the_version() -> None:
    assert yaml.safe_load(read("docs/openapi.yaml"))["info"]["version"] == VERSION
    template = yaml.safe_load(read("azure.yaml"))["metadata"]["template"]
    assert template == f"lapsewatch@{VERSION}"


def test_the_version_has_a_dated_section_of_the_changelog() -> None:
    assert notes(f"v{VERSION}", read("CHANGELOG.md"))


def test_a_check_logs_the_version() -> None:
    line = json.loads(log_line(CheckResult(at("2026-11-22T14:00Z"), Outcome.OK), "own"))
    assert line["version"] == VERSION


def test_the_command_line_shows_the_version(tmp_path: Path) -> None:
    ran = subprocess.run(
        [sys.executable, "-m", "shared", "--version"],
        cwd=tmp_path,
        env={"PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
    assert ran.stdout == f"Lapsewatch {VERSION}\n"
