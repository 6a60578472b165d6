"""Build the site of the documents in `build/site`: `make docs`.

Sphinx makes it, without a network. A link or an anchor that leads to nothing fails the build, and
so does a page that `docs/navigation.txt` does not list. With `--repository URL` and `--ref NAME`,
links to source code lead there; without, they are text.
"""

import argparse
import sys
from pathlib import Path

from local.docs_site.check import mistakes
from local.docs_site.navigation import NavigationError
from local.docs_site.source_links import NAVIGATION
from local.docs_site.stage import ROOT, folders, stage


def main() -> int:
    """Build the site and return the exit status."""
    parser = argparse.ArgumentParser(
        prog="python -m local.docs_site", description="Build the site of the documents."
    )
    parser.add_argument("--repository", default="", help="the address of the repository")
    parser.add_argument("--ref", default="main", help="its branch or tag")
    given = parser.parse_args()
    where = folders(ROOT / "build")
    try:
        stage(where)
    except NavigationError as error:
        print(f"{NAVIGATION}: {error}", file=sys.stderr)
        return 1
    from sphinx.cmd.build import main as sphinx  # noqa: PLC0415  (only its own environment has it)

    options = ["--quiet", "--fail-on-warning", "--conf-dir", str(Path(__file__).parent)]
    links = ["-D", f"repository={given.repository}", "-D", f"repository_ref={given.ref}"]
    doctrees = ["--doctree-dir", str(ROOT / "build" / "site-doctrees"), "--fresh-env"]
    failed = sphinx([*options, *links, *doctrees, str(where.source), str(where.site)])
    wrong = [] if failed else list(mistakes(where.site))
    print(*wrong, sep="\n", end="\n" if wrong else "", file=sys.stderr)
    if not failed and not wrong:
        print(f"The site is built. Open {(where.site / 'index.html').relative_to(ROOT)}.")
    return int(failed or bool(wrong))


if __name__ == "__main__":
    sys.exit(main())
