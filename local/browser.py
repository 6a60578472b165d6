"""Find a browser on this machine, and run it without a window.

`LAPSEWATCH_BROWSER` is the path of one, or a program on PATH. Empty or `none`: use no browser.
"""

import contextlib
import itertools
import os
import re
import shutil
import signal
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path, PurePath, PureWindowsPath

SETTING = "LAPSEWATCH_BROWSER"
INSTALL = (
    "Install Chromium (apt-get install chromium), Chrome or Edge, "
    f"or set {SETTING} to the path of one."
)
NAMES = (
    "chromium",
    "chromium-browser",
    "google-chrome",
    "google-chrome-stable",
    "chrome",
    "microsoft-edge",
    "msedge",
)
ON_A_MAC = ("Google Chrome", "Chromium", "Microsoft Edge")
ON_WINDOWS = (
    "Google/Chrome/Application/chrome.exe",
    "Chromium/Application/chrome.exe",
    "Microsoft/Edge/Application/msedge.exe",
)
QUIET = (
    *("--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"),
    *("--hide-scrollbars", "--disable-background-networking", "--disable-component-update"),
    "--disable-sync",
)
"""The options without a window, and without requests of the browser's own."""
PLAYWRIGHT_CACHES = (".cache/ms-playwright", "Library/Caches/ms-playwright")
OF_PLAYWRIGHT = (
    "chromium-*/chrome-linux*/chrome",
    "chromium-*/chrome-mac*/*.app/Contents/MacOS/*",
    "chromium_headless_shell-*/chrome-*/headless_shell",
    "chromium_headless_shell-*/chrome-*/chrome-headless-shell",
)


class BrowserError(Exception):
    """There is no usable browser. The text says why, and what to do."""


class BrowserMissing(BrowserError):
    """No browser was found."""


class BrowserFailed(BrowserError):
    """A browser was found, but it failed."""


def find_browser(
    environment: Mapping[str, str] = os.environ, root: Path = Path("/"), *, windows: bool = True
) -> Path:
    """Return the program of a browser. Raise `BrowserMissing` if there is none.

    `windows` allows one of Windows from WSL: it can draw a page, but Playwright cannot drive it.
    """
    chosen = environment.get(SETTING)
    if chosen is not None:
        return _chosen(chosen.strip(), environment)
    for candidate in _candidates(environment, root, windows=windows):
        if candidate.is_file() and os.access(candidate, os.X_OK):
            return candidate
    raise BrowserMissing(f"No browser was found. {INSTALL}")


def run_browser(browser: Path, arguments: Sequence[str], *, within: float) -> str:
    """Run a browser and return its output, within `within` seconds.

    Raises:
        BrowserFailed: it failed, or took longer.
    """
    command = [str(browser), *arguments]
    pipe = subprocess.PIPE
    try:
        process = subprocess.Popen(  # noqa: S603  (a browser that is installed here)
            command,
            stdin=subprocess.DEVNULL,
            stdout=pipe,
            stderr=pipe,
            encoding="utf-8",
            errors="replace",
            start_new_session=True,
        )
    except OSError as error:
        raise BrowserFailed(
            f"{browser} could not be started: {error.strerror}. {INSTALL}"
        ) from error
    with process:
        try:
            printed, errors = process.communicate(timeout=within)
        except subprocess.TimeoutExpired as error:
            raise BrowserFailed(f"{browser} did not finish within {within:g} seconds.") from error
        finally:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)  # with its child processes
    if process.returncode:
        reason = (errors.strip().splitlines() or ["it printed no reason"])[-1][:300]
        raise BrowserFailed(f"{browser} failed (exit status {process.returncode}): {reason}")
    return printed


def path_for(browser: Path, path: Path) -> PurePath:
    """Return the name of a file for a browser: one of Windows sees WSL as a network share."""
    if browser.suffix != ".exe":
        return path
    return PureWindowsPath(run_browser(Path("wslpath"), ["-w", str(path)], within=10).strip())


def _chosen(name: str, environment: Mapping[str, str]) -> Path:
    if name in {"", "none"}:
        raise BrowserMissing(f'{SETTING} is "{name}", so no browser is used.')
    program = os.path.expanduser(name)  # noqa: PTH111  (a name on PATH is not a path)
    found = shutil.which(program, path=environment.get("PATH", ""))
    if found is None:
        raise BrowserMissing(
            f'{SETTING} is "{name}", which is not a program. '
            "Set it to the path of a browser, or unset it."
        )
    return Path(found)


def _candidates(environment: Mapping[str, str], root: Path, *, windows: bool) -> Iterator[Path]:
    """Return the places where a browser may be, the best one first."""
    home = Path(environment.get("HOME", "/nonexistent"))
    own = environment.get("PLAYWRIGHT_BROWSERS_PATH")
    caches = [Path(own)] if own else [home / cache for cache in PLAYWRIGHT_CACHES]
    on_path = (shutil.which(name, path=environment.get("PATH", "")) for name in NAMES)
    yield from (Path(found) for found in on_path if found)
    for folder in (root / "Applications", home / "Applications"):
        yield from (folder / f"{name}.app" / "Contents" / "MacOS" / name for name in ON_A_MAC)
    for cache, pattern in itertools.product(caches, OF_PLAYWRIGHT):
        yield from sorted(cache.glob(pattern), key=_revision, reverse=True)
    if windows:
        for programs in ("Program Files", "Program Files (x86)"):
            yield from (root / "mnt" / "c" / programs / program for program in ON_WINDOWS)


def _revision(program: Path) -> int:
    """Return the number in `chromium-1255`: Playwright keeps older versions beside the newest."""
    return max(
        int(number) for number in re.findall(r"/chromium\w*-(\d+)/", program.as_posix()) or ["0"]
    )
