"""Print a page of the site, and fail if it needs more than one sheet of paper (US Letter).

    .venv/bin/python -m local.docs_site.one_sheet [PAGE]

Without PAGE it is the page for library staff, as `make docs` built it.
"""

import re
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

from local.browser import QUIET, BrowserError, BrowserFailed, find_browser, run_browser
from local.command_help import answer_help

SECONDS = 60


def sheets(page: Path) -> int:
    """Return the number of sheets on which a browser prints a page. Raise `BrowserError`."""
    with tempfile.TemporaryDirectory(dir=page.parent, ignore_cleanup_errors=True) as folder:
        printed = Path(folder, "page.pdf")
        where = (f"--user-data-dir={folder}/profile", f"--print-to-pdf={printed}")
        options = (*QUIET, "--no-pdf-header-footer", *where, page.as_uri())
        run_browser(find_browser(windows=False), options, within=SECONDS)
        if not printed.is_file():
            raise BrowserFailed(f"The browser did not print {page}.")
        return len(re.findall(rb"/Type\s*/Page\b", printed.read_bytes()))


def main(arguments: Sequence[str]) -> int:
    """Return 1 if the page does not exist, cannot be printed or needs more than one sheet."""
    page = Path(arguments[0] if arguments else "build/site/staff.html").resolve()
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
    answer_help(__doc__)
    sys.exit(main(sys.argv[1:]))
