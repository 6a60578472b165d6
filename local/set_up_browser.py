"""Install a browser for the tests if there is none: `python -m local.set_up_browser`.

As root on Debian it installs Debian's package; elsewhere Playwright downloads one. It never fails:
without a browser, `make test` leaves out the tests that need one and prints how many.
"""

import os
import shutil
import subprocess
import sys
from collections.abc import Mapping, Sequence

from local.browser import SETTING, BrowserMissing, find_browser

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


def main() -> None:
    """Install a browser if there is none and LAPSEWATCH_BROWSER is not set."""
    if SETTING in os.environ or _found():
        return
    print("No browser was found for the tests. Installing one.", flush=True)
    for command in commands(os.environ, root=os.geteuid() == 0):
        try:
            done = subprocess.run(  # noqa: S603  (our own)
                command, check=False, timeout=TIMEOUT_SECONDS, stdout=subprocess.DEVNULL
            )
        except (OSError, subprocess.TimeoutExpired) as error:
            print(f"The installation failed: {error}", file=sys.stderr)
            return
        if done.returncode:
            failed = f"{' '.join(command)} (exit status {done.returncode})"
            print(f"The installation failed: {failed}", file=sys.stderr)
            return


def _found() -> bool:
    try:
        find_browser(windows=False)
    except BrowserMissing:
        return False
    return True


if __name__ == "__main__":
    main()
