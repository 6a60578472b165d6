"""Install a browser for the tests if there is none: `python -m local.set_up_browser`.

As root on Debian it installs Debian's package; elsewhere Playwright downloads one. It never fails:
without a browser, `make test` leaves out the tests that need one and prints how many.
"""

import os
import shutil
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

from local.browser import SETTING, BrowserMissing, find_browser
from local.command_help import answer_help

TIMEOUT_SECONDS = 300
"""Seconds that one command may take."""


def commands(environment: Mapping[str, str], *, root: bool) -> Sequence[Sequence[str]]:
    """Return the commands that install a browser."""
    apt = shutil.which("apt-get", path=environment.get("PATH", ""))
    if root and apt:
        options = ("--quiet", "--yes", "--no-install-recommends")
        packages = ("chromium", "fonts-dejavu-core")
        return (apt, "update", "--quiet"), (apt, "install", *options, *packages)
    return ((sys.executable, "-m", "playwright", "install", "chromium"),)


def install(environment: Mapping[str, str], machine: Path = Path("/"), *, root: bool) -> None:
    """Install a browser if there is none and LAPSEWATCH_BROWSER is not set."""
    if SETTING in environment or _found(environment, machine):
        return
    print("No browser was found for the tests. Installing one.", flush=True)
    for command in commands(environment, root=root):
        error = _run(command)
        if error:
            print(f"The installation failed: {error}", file=sys.stderr)
            return


def _found(environment: Mapping[str, str], machine: Path) -> bool:
    try:
        find_browser(environment, machine, windows=False)
    except BrowserMissing:
        return False
    return True


def _run(command: Sequence[str]) -> str:
    """Run a command. Return what is wrong, or an empty text."""
    try:
        done = subprocess.run(  # noqa: S603  (our own)
            command, check=False, timeout=TIMEOUT_SECONDS, stdout=subprocess.DEVNULL
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        return str(error)
    return f"{' '.join(command)} (exit status {done.returncode})" if done.returncode else ""


if __name__ == "__main__":
    answer_help(__doc__)
    install(os.environ, root=os.geteuid() == 0)
