"""A browser for the tests comes from Debian's package or from Playwright; it never fails."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from local.set_up_browser import commands, install
from tests.local.test_browser import on, program

ROOT = Path(__file__).parents[2]


def test_root_on_debian_installs_the_package(tmp_path: Path) -> None:
    apt = str(program(tmp_path / "apt-get"))
    update, package = commands({"PATH": str(tmp_path)}, root=True)
    assert update == (apt, "update", "--quiet")
    assert (package[0], package[-2:]) == (apt, ("chromium", "fonts-dejavu-core"))


def test_others_let_playwright_download_one(tmp_path: Path) -> None:
    by_playwright = ((sys.executable, "-m", "playwright", "install", "chromium"),)
    assert commands({"PATH": str(tmp_path)}, root=True) == by_playwright
    program(tmp_path / "apt-get")
    assert commands({"PATH": str(tmp_path)}, root=False) == by_playwright


def test_nothing_is_installed_if_a_browser_is_set() -> None:
    command = [sys.executable, "-m", "local.set_up_browser"]
    environment = {**os.environ, "LAPSEWATCH_BROWSER": "none"}
    done = subprocess.run(
        command, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=60, check=False
    )
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


def test_nothing_is_installed_if_there_is_a_browser(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    program(tmp_path / "bin" / "chromium")
    program(tmp_path / "bin" / "apt-get", "echo apt-get >&2")
    install(on(tmp_path), tmp_path, root=True)
    assert capfd.readouterr() == ("", "")


@pytest.mark.parametrize(
    ("script", "errors"),
    [
        ('echo "$1" >&2', "update\ninstall\n"),
        ("exit 1", "The installation failed: {apt} update --quiet (exit status 1)\n"),
    ],
)
def test_package_is_installed_or_the_failure_is_printed(
    tmp_path: Path, capfd: pytest.CaptureFixture[str], script: str, errors: str
) -> None:
    apt = program(tmp_path / "bin" / "apt-get", script)
    install(on(tmp_path), tmp_path, root=True)
    out, err = capfd.readouterr()
    assert out == "No browser was found for the tests. Installing one.\n"
    assert err == errors.format(apt=apt)


def test_command_that_cannot_be_run_is_reported(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    program(tmp_path / "bin" / "apt-get").write_text("#!/no/such/shell\n", encoding="utf-8")
    install(on(tmp_path), tmp_path, root=True)
    assert "The installation failed: [Errno 2]" in capfd.readouterr().err
