"""Check a built site: each link leads to something, and no page loads a thing from another host."""

import re
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urlsplit

LOADING = {"audio", "embed", "form", "iframe", "img", "input", "link", "script", "source", "video"}
"""Elements that make a browser ask for their address. A link that people click is an `a`."""


class _Html(HTMLParser):
    """The anchors of a page, the addresses that it loads, and its links."""

    def __init__(self, text: str) -> None:
        """Read the page."""
        super().__init__()
        self.anchors: set[str] = set()
        self.loaded: list[str] = []
        self.links: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        self.anchors |= {given[name] for name in ("id", "name") if name in given}
        for name in ("href", "src", "action", "data"):
            if name in given and (tag in LOADING or tag == "a"):
                (self.loaded if tag in LOADING else self.links).append(given[name])
        self.loaded += re.findall(r"url\(([^)]*)\)", given.get("style", ""))


def mistakes(site: Path) -> Iterator[str]:
    """Yield a sentence for each mistake in the files of a site."""
    read = {file: _Html(file.read_text("utf-8")) for file in sorted(site.rglob("*.html"))}
    for file, page in read.items():
        name = file.relative_to(site)
        for address in page.loaded:
            if urlsplit(address).netloc:
                yield f"{name} loads {address} from another host."
        for address in (*page.loaded, *page.links):
            if not _leads_somewhere(address, file, site, read):
                yield f"{name} has a link that leads to nothing: {address}"
    for file in sorted(site.rglob("*.css")):
        for address in re.findall(r"(?:url\(|@import )[\"']?([^\"')]+)", file.read_text("utf-8")):
            if urlsplit(address).netloc:
                yield f"{file.relative_to(site)} loads {address} from another host."


def _leads_somewhere(address: str, file: Path, site: Path, read: dict[Path, _Html]) -> bool:
    parts = urlsplit(address)
    if parts.scheme or parts.netloc:
        return True
    target = (file.parent / unquote(parts.path)).resolve() if parts.path else file
    if not target.is_relative_to(site.resolve()) or not target.is_file():
        return False
    page = read.get(target)
    return page is None or parts.fragment in {"", *page.anchors}
