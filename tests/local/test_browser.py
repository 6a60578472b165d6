"""Which browser is found on a machine, and what happens if it does not work."""

import contextlib
import sys
import time
from pathlib import Path

import pytest

from local.browser import BrowserFailed, BrowserMissing, find_browser, path_for, run_browser

PLAYWRIGHT = ".cache/ms-playwright"


def program(path: Path, script: str = "") -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f"#!/bin/sh\n{script}\n", encoding="utf-8")
    path.chmod(0o755)
    return path


def on(root: Path, **more: str) -> dict[str, str]:
    """Return the environment of somebody whose whole machine is in `root`."""
    return {"PATH": str(root / "bin"), "HOME": str(root / "home"), **more}


@pytest.mark.parametrize(
    "place",
    [
        *(
            f"bin/{name}"
            for name in (
                "chromium",
                "chromium-browser",
                "google-chrome",
                "google-chrome-stable",
                "chrome",
            )
        ),
        *("bin/microsoft-edge", "bin/msedge"),
        *(
            "Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
            "home/Applications/Chromium.app/Contents/MacOS/Chromium",
        ),
        "Applications/Microsoft Edge.app/Contents/MacOS/Microsoft Edge",
        *(
            f"home/{PLAYWRIGHT}/chromium-1255/{folder}/chrome"
            for folder in ("chrome-linux", "chrome-linux64")
        ),
        f"home/{PLAYWRIGHT}/chromium_headless_shell-1255/chrome-linux/headless_shell",
        f"home/{PLAYWRIGHT}/chromium_headless_shell-1255/chrome-headless-shell-linux64/chrome-headless-shell",
        "home/Library/Caches/ms-playwright/chromium-1255/chrome-mac/Chromium.app/Contents/MacOS/Chromium",
        "home/Library/Caches/ms-playwright/chromium_headless_shell-1255/chrome-mac/headless_shell",
        *(
            "mnt/c/Program Files/Google/Chrome/Application/chrome.exe",
            "mnt/c/Program Files (x86)/Microsoft/Edge/Application/msedge.exe",
        ),
    ],
)
def test_a_browser_is_found_in_its_usual_place(tmp_path: Path, place: str) -> None:
    installed = program(tmp_path / place)
    assert find_browser(on(tmp_path), tmp_path) == installed


def test_playwrights_folder_can_be_elsewhere(tmp_path: Path) -> None:
    installed = program(tmp_path / "own" / "chromium-1" / "chrome-linux" / "chrome")
    assert (
        find_browser(on(tmp_path, PLAYWRIGHT_BROWSERS_PATH=str(tmp_path / "own")), tmp_path)
        == installed
    )


def test_the_newest_revision_of_playwright_is_used(tmp_path: Path) -> None:
    for revision in (999, 1255, 1000):
        program(tmp_path / "home" / PLAYWRIGHT / f"chromium-{revision}" / "chrome-linux" / "chrome")
    assert "chromium-1255" in str(find_browser(on(tmp_path), tmp_path))


def test_a_browser_on_path_comes_first(tmp_path: Path) -> None:
    program(tmp_path / "Applications/Chromium.app/Contents/MacOS/Chromium")
    program(tmp_path / "home" / PLAYWRIGHT / "chromium-1" / "chrome-linux" / "chrome")
    installed = program(tmp_path / "bin" / "google-chrome")
    assert find_browser(on(tmp_path), tmp_path) == installed


def test_playwright_is_not_given_a_browser_of_windows(tmp_path: Path) -> None:
    program(tmp_path / "mnt/c/Program Files/Google/Chrome/Application/chrome.exe")
    with pytest.raises(BrowserMissing):
        find_browser(on(tmp_path), tmp_path, windows=False)


def test_a_file_that_cannot_be_run_is_not_a_browser(tmp_path: Path) -> None:
    program(tmp_path / "bin" / "chromium").chmod(0o644)
    (tmp_path / "Applications/Chromium.app/Contents/MacOS/Chromium").mkdir(parents=True)
    with pytest.raises(
        BrowserMissing,
        match=r"^No browser was found\. Install Chromium \(apt-get install chromium\), Chrome or ",
    ):
        find_browser(on(tmp_path), tmp_path)


def test_the_setting_names_a_path_or_a_program(tmp_path: Path) -> None:
    program(tmp_path / "bin" / "chromium")
    wanted = program(tmp_path / "bin" / "brave")
    assert find_browser(on(tmp_path, LAPSEWATCH_BROWSER=str(wanted)), tmp_path) == wanted
    assert find_browser(on(tmp_path, LAPSEWATCH_BROWSER="brave"), tmp_path) == wanted


@pytest.mark.parametrize("value", ["", "none"])
def test_the_setting_can_hide_every_browser(tmp_path: Path, value: str) -> None:
    program(tmp_path / "bin" / "chromium")
    with pytest.raises(
        BrowserMissing, match=f'LAPSEWATCH_BROWSER is "{value}", so no browser is used'
    ):
        find_browser(on(tmp_path, LAPSEWATCH_BROWSER=value), tmp_path)


def test_a_wrong_setting_is_an_error_though_a_browser_is_there(tmp_path: Path) -> None:
    program(tmp_path / "bin" / "chromium")
    with pytest.raises(
        BrowserMissing, match='LAPSEWATCH_BROWSER is "/nowhere/chrome", which is not a program'
    ):
        find_browser(on(tmp_path, LAPSEWATCH_BROWSER="/nowhere/chrome"), tmp_path)


def test_what_a_browser_prints_is_returned(tmp_path: Path) -> None:
    assert (
        run_browser(
            program(tmp_path / "browser", 'echo "$1"; echo noise >&2'), ["<html>"], within=30
        )
        == "<html>\n"
    )


def test_a_browser_that_fails_is_quoted(tmp_path: Path) -> None:
    with pytest.raises(BrowserFailed, match=r"browser failed \(exit status 3\): no display$"):
        run_browser(
            program(tmp_path / "browser", "echo starting >&2; echo no display >&2; exit 3"),
            [],
            within=30,
        )


def test_a_browser_that_crashes_without_a_word_is_reported(tmp_path: Path) -> None:
    with pytest.raises(BrowserFailed, match=r"failed \(exit status -9\): it printed no reason$"):
        run_browser(program(tmp_path / "browser", "kill -9 $$"), [], within=30)


def test_a_browser_that_hangs_is_ended_with_all_it_has_started(tmp_path: Path) -> None:
    child = tmp_path / "child"
    hanging = program(tmp_path / "browser", f"sleep 300 & echo $! > {child}; wait")
    started = time.monotonic()
    with pytest.raises(BrowserFailed, match=r"did not finish within 1 seconds"):
        run_browser(hanging, [], within=1)
    assert time.monotonic() - started < 20
    while _runs(child.read_text().strip()):
        assert time.monotonic() - started < 30
        time.sleep(0.05)


def _runs(pid: str) -> bool:
    """Return whether a process runs, and is not a zombie. Without /proc (Linux) none does."""
    status = Path("/proc", pid, "status")
    with contextlib.suppress(FileNotFoundError, ProcessLookupError):
        return "State:\tZ" not in status.read_text()
    return False


def test_a_file_that_is_no_program_is_reported(tmp_path: Path) -> None:
    broken = tmp_path / "browser"
    broken.write_bytes(b"\x7fELF no more")
    broken.chmod(0o755)
    with pytest.raises(BrowserFailed, match=r"could not be started: .*\. Install Chromium"):
        run_browser(broken, [], within=30)


def test_a_browser_of_windows_that_cannot_be_reached_is_reported() -> None:
    with pytest.raises(BrowserFailed, match="wslpath could not be started"):
        path_for(Path("chrome.exe"), Path(sys.executable))
