"""Where a link of a document leads: to a page of the site, to a file of it, or to the repository.

The documents link to files as GitHub resolves them. On the site, a file outside `docs/` is a link
to the repository if its address is known, and otherwise a path to read.
"""

import posixpath
import re
from collections.abc import Mapping
from enum import Enum
from pathlib import Path
from typing import NamedTuple


class Kind(Enum):
    """What a link leads to."""

    PAGE = "page"
    FILE = "file"
    REPOSITORY = "repository"
    NOTHING = "nothing"


class Target(NamedTuple):
    """The end of a link: the name of a page, or a path in the repository, and an anchor."""

    kind: Kind
    name: str
    anchor: str = ""


def find_target(link: str, source: str, pages: Mapping[str, str], root: Path) -> Target:
    """Return where a link leads.

    Args:
        link: The link as it is written.
        source: The path of the document, from the root of the repository.
        pages: The name of each page by its path in the repository.
        root: The repository.
    """
    written, _, anchor = link.partition("#")
    path = source
    if written:
        path = posixpath.normpath(posixpath.join(posixpath.dirname(source), written))
    if path in pages:
        return Target(Kind.PAGE, pages[path], anchor)
    there = root / path
    if path.startswith("..") or not there.exists():
        return Target(Kind.NOTHING, path)
    if anchor and (there.suffix != ".md" or anchor not in anchors(there.read_text("utf-8"))):
        return Target(Kind.NOTHING, f"{path}#{anchor}")
    inside = path.startswith("docs/") and there.is_file()
    return Target(Kind.FILE if inside else Kind.REPOSITORY, path, anchor)


def anchors(text: str) -> frozenset[str]:
    """Return the anchors that GitHub gives to the headings of a Markdown text."""
    prose = re.sub(r"^( *)```.*?^\1```", "", text, flags=re.MULTILINE | re.DOTALL)
    found: dict[str, int] = {}
    for heading in re.findall(r"^#{1,6} +(.+?) *$", prose, re.MULTILINE):
        shown = re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", heading)
        slug = re.sub(r"[^\w\- ]", "", shown.lower()).replace(" ", "-")
        found[slug] = found.get(slug, -1) + 1
        if found[slug]:
            found[f"{slug}-{found[slug]}"] = 0
    return frozenset(found) | frozenset(re.findall(r'<a (?:id|name)="([^"]+)"', prose))


def repository_address(target: Target, repository: str, ref: str, root: Path) -> str:
    """Return the address of a file or folder in the repository, as GitHub has it."""
    kind = "tree" if (root / target.name).is_dir() else "blob"
    anchor = f"#{target.anchor}" if target.anchor else ""
    return f"{repository.rstrip('/')}/{kind}/{ref}/{target.name}{anchor}"
