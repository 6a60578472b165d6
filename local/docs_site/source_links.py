"""`python -m local.docs_site.source_links`: check the links of all Markdown files, as on GitHub.

Each link must lead to a file or a heading, and `docs/navigation.txt` must list each page once.
"""

import re
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

from local.command_help import answer_help
from local.docs_site.links import Kind, find_target
from local.docs_site.navigation import NavigationError, read_navigation

ROOT = Path(__file__).parents[2]
NAVIGATION = "docs/navigation.txt"
FIRST = "docs/index.md"
EXAMPLES = "docs/examples/"
"""Runbooks and watchlists to copy. They are files, not pages."""
_NOT_OURS = {".git", ".venv", "node_modules", "build"}
_CODE = re.compile(r"^( *)```.*?^\1```|`[^`\n]+`", re.MULTILINE | re.DOTALL)
_LINK = re.compile(r"\]\(<?([^)\s>]+)>?[^)]*\)|^\[[^\]]+\]: *(\S+)", re.MULTILINE)


def broken_links(root: Path = ROOT) -> Iterator[str]:
    """Yield `file: link` for each link that leads to nothing."""
    for file in sorted(_markdown(root)):
        source = file.relative_to(root).as_posix()
        prose = _CODE.sub("`code`", file.read_text("utf-8"))
        for link in (first or second for first, second in _LINK.findall(prose)):
            if re.match(r"[a-z]+:|\{\{", link):  # an address, or a field of a runbook
                continue
            if find_target(link, source, {}, root).kind is Kind.NOTHING:
                yield f"{source}: {link} leads to nothing"


def documents(root: Path = ROOT) -> Sequence[str]:
    """Return the paths of the documents that are pages of the site."""
    found = (file.relative_to(root).as_posix() for file in (root / "docs").rglob("*.md"))
    return sorted(path for path in found if not path.startswith(EXAMPLES))


def wrong_navigation(root: Path = ROOT) -> Iterator[str]:
    """Yield what is wrong with the navigation: a page that is missing, or is not there."""
    try:
        parts = read_navigation((root / NAVIGATION).read_text("utf-8"))
    except NavigationError as error:
        yield f"{NAVIGATION}: {error}"
        return
    listed = {page.path for part in parts for page in part.pages}
    for path in documents(root):
        if path in {FIRST, *listed}:
            continue
        yield f"{NAVIGATION}: {path} is missing; add a line for it to one of the parts"
    for path in sorted(listed):
        if not (root / path).is_file():
            yield f"{NAVIGATION}: {path} does not exist"


def _markdown(folder: Path) -> Iterator[Path]:
    for path in folder.iterdir():
        if path.is_dir() and path.name not in _NOT_OURS:
            yield from _markdown(path)
        elif path.suffix == ".md":
            yield path


if __name__ == "__main__":
    answer_help(__doc__)
    found = [*broken_links(), *wrong_navigation()]
    print(*found, sep="\n", end="\n" if found else "")
    sys.exit(bool(found))
