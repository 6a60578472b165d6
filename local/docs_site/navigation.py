"""The navigation of the site, from `docs/navigation.txt`.

A line without indent names a part, or a group of one behind ":". An indented one is a page: its
path from `docs/`, and if its own title is too long for the navigation, `|` and a shorter one.
"""

import posixpath
from collections.abc import Iterator, Sequence
from itertools import groupby
from typing import NamedTuple

PARTS = ("Start", "How-to", "Reference", "Explanation")
"""The four kinds of documents that Diátaxis distinguishes, in this order."""


class NavigationError(Exception):
    """The navigation is wrong. The text says which line, and why."""


class Page(NamedTuple):
    """A page: its path from the root of the repository, and its title in the navigation."""

    path: str
    title: str


class Part(NamedTuple):
    """A part of the navigation, or a group of it."""

    name: str
    pages: tuple[Page, ...]


def read_navigation(text: str) -> Sequence[Part]:
    """Return the parts. Raise `NavigationError` if one is missing or a page is there twice."""
    parts: dict[str, list[Page]] = {}
    for number, line in enumerate(text.splitlines(), start=1):
        if not line.strip() or line.startswith("#"):
            continue
        if not line[0].isspace():
            parts[line.strip()] = []
            continue
        if not parts:
            raise NavigationError(f"Line {number} is a page before the first part.")
        path, _, title = (each.strip() for each in line.partition("|"))
        parts[[*parts][-1]].append(Page(posixpath.normpath(f"docs/{path}"), title))
    named = tuple(part for part, _ in groupby(name.partition(":")[0] for name in parts))
    if named != PARTS:
        raise NavigationError(f"The parts are {', '.join(named)}; expected {', '.join(PARTS)}.")
    paths = [page.path for pages in parts.values() for page in pages]
    for path in paths:
        if paths.count(path) > 1:
            raise NavigationError(f"The page {path} is there twice.")
    return [Part(name, tuple(pages)) for name, pages in parts.items()]


def page_name(path: str) -> str:
    """Return the name of a page on the site, from its path in the repository: `how-to/mail`."""
    stem = path.rpartition(".")[0]
    return stem.removeprefix("docs/") if stem.startswith("docs/") else stem.lower()


def contents(parts: Sequence[Part]) -> str:
    """Return the navigation as directives of Sphinx, for the end of the first page."""
    return "\n".join(line for part in parts for line in _part(part))


def _part(part: Part) -> Iterator[str]:
    yield from ("", "```{toctree}", ":hidden:", f":caption: {part.name}", "")
    for page in part.pages:
        name = f"/{page_name(page.path)}"
        yield f"{page.title} <{name}>" if page.title else name
    yield "```"
