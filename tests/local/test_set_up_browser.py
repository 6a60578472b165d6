"""A browser for the tests comes from Debian's package or from Playwright; it never fails."""

import os
import subprocess
import sys
from pathlib import Path

from local.set_up_browser import commands
from tests.local.test_browser import program

ROOT = Path(__file__).parents[2]


def test_root_on_debian_installs_the_package(tmp_path: Path) -> None:
    apt = str(program(tmp_path / "apt-get"))
    update, install = commands({"PATH": str(tmp_path)}, root=True)
    assert update == (apt, "update", "--quiet")
    assert (install[0], install[-2:]) == (apt, ("chromium", "fonts-dejavu-core"))


def test_others_let_playwright_download_one(tmp_path: Path) -> None:
    by_playwright = ((sys.executable, "-m", "playwright", "install", "chromium"),)
    assert commands({"PATH": str(tmp_path)}, root=True) == by_playwright
    program(tmp_path / "apt-get")
    assert commands({"PATH": str(tmp_path)}, root=False) == by_playwright


def test_nothing_is_installed_where_a_browser_is_set_or_hidden() -> None:
    assert ran(LAPSEWATCH_BROWSER="none") == (0, "", "")


def test_nothing_is_installed_where_a_browser_is(tmp_path: Path) -> None:
    program(tmp_path / "chromium")
    assert ran(PATH=str(tmp_path)) == (0, "", "")


def ran(**settings: str) -> tuple[int, str, str]:
    kept = {name: value for name, value in os.environ.items() if name != "LAPSEWATCH_BROWSER"}
    command = [sys.executable, "-m", "local.set_up_browser"]
    done = subprocess.run(
        command,
        cwd=ROOT,
        env={**kept, **settings},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    return done.returncode, done.stdout, done.stderr
