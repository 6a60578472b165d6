"""Print a page of the site, and fail if it needs more than one sheet of paper (US Letter)."""

import re
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

from local.browser import BrowserError, find_browser, run_browser

SECONDS = 60


def sheets(page: Path) -> int:
    """Return the number of sheets on which a browser prints a page. Raise `BrowserError`."""
    quiet = ("--headless", "--no-sandbox", "--disable-gpu", "--disable-background-networking")
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        printed = Path(folder, "page.pdf")
        where = (f"--user-data-dir={folder}/profile", f"--print-to-pdf={printed}")
        options = (*quiet, "--no-pdf-header-footer", *where, page.resolve().as_uri())
        run_browser(find_browser(windows=False), options, within=SECONDS)
        return len(re.findall(rb"/Type\s*/Page\b", printed.read_bytes()))


def main(arguments: Sequence[str]) -> int:
    """Return 1 if the page does not exist, cannot be printed or needs more than one sheet."""
    page = Path(arguments[0] if arguments else "build/site/staff.html")
    if not page.is_file():
        print(f"{page} does not exist. Run make docs first.", file=sys.stderr)
        return 1
    try:
        found = sheets(page)
    except BrowserError as error:
        print(error, file=sys.stderr)
        return 1
    if found != 1:
        print(f"{page} prints on {found} sheets, expected one. Shorten it.", file=sys.stderr)
        return 1
    print(f"{page} prints on one sheet.")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
