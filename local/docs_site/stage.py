"""Put what Sphinx reads into one folder: the documents as they are, and three pages made of others.

`docs/openapi.yaml` and `docs/story.txt` become pages, and `CHANGELOG.md` is one of them too.
"""

import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

import yaml  # type: ignore[import-untyped]  # it has no types of its own

from local.docs_site.navigation import contents, page_name, read_navigation
from local.docs_site.openapi_page import SOURCE, openapi_page
from local.docs_site.source_links import FIRST, NAVIGATION, documents

ROOT = Path(__file__).parents[2]
STORY, CHANGELOG = "docs/story.txt", "CHANGELOG.md"


class Folders(NamedTuple):
    """Where the parts of a site are: its sources, files that stay as they are, and the result."""

    source: Path
    files: Path
    site: Path


def folders(build: Path) -> Folders:
    """Return the folders of a site below a folder for builds."""
    return Folders(build / "site-source", build / "site-files", build / "site")


def pages(root: Path = ROOT) -> Mapping[str, str]:
    """Return the name of each page by the path of its source in the repository."""
    return {path: page_name(path) for path in (*documents(root), SOURCE, STORY, CHANGELOG)}


def stage(into: Folders, root: Path = ROOT) -> None:
    """Write the sources of the site, and replace what a build before left.

    Raise `NavigationError` if the navigation is wrong.
    """
    written = pages(root)
    navigation = contents(read_navigation((root / NAVIGATION).read_text("utf-8")))
    for folder in into:
        shutil.rmtree(folder, ignore_errors=True)
    for path, name in written.items():
        text = _markdown(path, (root / path).read_text("utf-8"))
        file = into.source / f"{name}.md"
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text + (navigation if path == FIRST else ""), encoding="utf-8")
    for file in sorted((root / "docs").rglob("*")):
        path = file.relative_to(root).as_posix()
        page = path in written and file.suffix == ".md"
        if file.is_file() and not page and path != NAVIGATION:
            copies = (into.files,) if file.suffix == ".md" else (into.source, into.files)
            for folder in copies:  # Sphinx reads pictures, and copies the others only
                copy = folder / file.relative_to(root / "docs")
                copy.parent.mkdir(parents=True, exist_ok=True)
                shutil.copy(file, copy)


def _markdown(path: str, text: str) -> str:
    match path:
        case _ if path == SOURCE:
            return openapi_page(yaml.safe_load(text))
        case _ if path == STORY:
            return f"# {text.partition('\n')[0]}\n\n```text\n{text}```\n"
        case _:
            return text
