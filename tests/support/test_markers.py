"""Tests get markers from what they use, and none starts a process without a marker."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from local.cards import problems, words
from tests.e2e.conftest import Lapsewatch
from tests.support.markers import uses

ROOT = Path(__file__).parents[2]
INNER = """
import subprocess, sys

def test_hidden():
    getattr(sys.modules["subprocess"], "run")([sys.executable, "--version"], check=True)

def test_plain(): pass
"""


def direct() -> None:
    subprocess.run(["true"], check=True)


def through_others() -> None:
    def inner() -> None:
        direct()

    inner()


def by_a_class(program: Lapsewatch) -> None:
    Lapsewatch(program.tenant, program.tables)()


def draws() -> None:
    words("")


def validates() -> None:
    problems({})


def plain() -> None:
    uses(plain)


def test_uses_are_found_through_all_calls() -> None:
    found = [
        set(uses(function))
        for function in (direct, through_others, by_a_class, draws, validates, plain)
    ]
    assert found == [{"process"}, {"process"}, {"process"}, {"browser"}, {"node"}, set()]


@pytest.mark.usefixtures("azurite")
def test_a_fixture_counts_too(request: pytest.FixtureRequest) -> None:
    assert request.node.get_closest_marker("azurite")
    assert not request.node.get_closest_marker("process")


def test_a_process_that_is_started_in_another_way_fails_the_test(tmp_path: Path) -> None:
    (tmp_path / "test_inner.py").write_text(INNER, encoding="utf-8")
    options = ["-p", "tests.support.markers", "-p", "no:cacheprovider", f"--rootdir={tmp_path}"]
    options += ["--disable-plugin-autoload"]
    command = [sys.executable, "-m", "pytest", *options, str(tmp_path / "test_inner.py")]
    done = subprocess.run(
        command, cwd=ROOT, env=os.environ, capture_output=True, text=True, timeout=100, check=False
    )
    assert done.returncode == 1, done.stdout
    assert "1 failed, 1 passed" in done.stdout
    known = "azurite, browser, node, process"
    assert f"test_hidden starts a process, but has none of these markers: {known}" in done.stdout
