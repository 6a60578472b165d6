"""`python -m local.set_up_browser`: see that there is a browser for the tests, and install one where that is possible.

As root on Debian it is Debian's package; elsewhere the one that Playwright downloads (this way was
not run here). It never fails: without a browser, the tests that need one do not run, and say so.
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
        return (apt, "update", "--quiet"), (
            apt,
            "install",
            *options,
            "chromium",
            "fonts-dejavu-core",
        )
    return ((sys.executable, "-m", "playwright", "install", "chromium"),)


def main() -> None:
    """Install a browser if there is none, and none is wanted to be hidden."""
    if SETTING in os.environ or _found():
        return
    print("There is no browser for the tests; installing one.", flush=True)
    for command in commands(os.environ, root=os.geteuid() == 0):
        try:
            done = subprocess.run(  # noqa: S603  (our own)
                command, check=False, timeout=TIMEOUT_SECONDS, stdout=subprocess.DEVNULL
            )
        except (OSError, subprocess.TimeoutExpired) as error:
            print(f"That failed: {error}", file=sys.stderr)
            return
        if done.returncode:
            print(
                f"That failed: {' '.join(command)} (exit status {done.returncode})", file=sys.stderr
            )
            return


def _found() -> bool:
    try:
        find_browser(windows=False)
    except BrowserMissing:
        return False
    return True


if __name__ == "__main__":
    main()
