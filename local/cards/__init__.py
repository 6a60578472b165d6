"""Validate and draw cards with the official renderer (npm `adaptivecards`).

Its Node module only parses; drawing needs a browser, so the cards become one HTML file with the
renderer in it. `markdown-it-py` renders Markdown beforehand, with the subset that Teams shows:
bold, italic, lists and links.
"""

import html
import json
import re
import shutil
import subprocess
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from markdown_it import MarkdownIt

from local.browser import QUIET, BrowserFailed, find_browser, path_for, run_browser

HERE = Path(__file__).parent
BUILD = HERE.parents[1] / "build"
RENDERER = HERE.parents[1] / "node_modules" / "adaptivecards" / "dist" / "adaptivecards.min.js"
WIDTH = 720
TIMEOUT_SECONDS = 60.0
"""Timeout for the browser to draw a page, in seconds."""
_HEIGHT = re.compile(r'data-height="(\d+)"')

type Card = Mapping[str, Any]


class RendererMissing(Exception):
    """The renderer, or Node.js, is not installed. The text says what to do."""


def problems(cards: Mapping[str, Card], *, known: str = "") -> list[str]:
    """Return the renderer's errors in `cards` (by name), a line each; one Node process for all.

    `known` is the version that the client knows; without it, each card's own version.
    """
    node = shutil.which("node")
    if node is None or not RENDERER.exists():
        raise RendererMissing(
            f"Cards are validated by Node.js and {RENDERER}. "
            "Install Node.js 20 or newer, then run: make setup"
        )
    found = subprocess.run(  # noqa: S603  (our own script, by its full path)
        [node, str(HERE / "validate.js"), known],
        input=json.dumps(cards),
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
    )
    return found.stdout.splitlines()


def to_html(
    cards: Sequence[Card], *, opened: bool = False, known: str = "", width: int = WIDTH
) -> str:
    """Return a self-contained HTML page that shows `cards` below each other.

    `opened` shows the parts that a button would show; `known` is the version that the client
    knows (without it, each card's own). The page counts the buttons that do not fit into `width`
    pixels (`data-cut`). Raise `RendererMissing`.
    """
    if not RENDERER.exists():
        raise RendererMissing(
            f"The renderer of cards is not installed: there is no {RENDERER}. Run: make setup"
        )
    markdown = MarkdownIt("zero").enable(["emphasis", "list", "link", "escape"])
    data = {
        "cards": [_open(card) for card in cards] if opened else list(cards),
        "markdown": {text: markdown.render(text) for card in cards for text in _texts(card)},
        "known": known,
        "width": width,
        "host": json.loads((HERE / "host.json").read_text(encoding="utf-8")),
    }
    page = (HERE / "page.html").read_text(encoding="utf-8")
    parts = {"RENDERER": RENDERER.read_text(encoding="utf-8"), "DATA": _in_script(data)}
    return re.sub(r"/\*(RENDERER|DATA)\*/", lambda found: parts[found[1]], page)


def picture(page: str, path: Path, *, width: int = WIDTH, within: float = TIMEOUT_SECONDS) -> None:
    """Draw a page of `to_html` into a PNG file of the page's height. Raise `BrowserError`."""
    height = _HEIGHT.search(drawn(page, width=width, within=within))
    if height is None:
        raise BrowserFailed(
            "The browser did not draw the page. Its script failed, for instance because part of it "
            "is not a card, or the browser may not read files in this folder."
        )
    path.unlink(missing_ok=True)
    _browse(
        page,
        f"--window-size={width},{height[1]}",
        "--force-device-scale-factor=1",
        picture=path,
        within=within,
    )
    if not path.exists():
        raise BrowserFailed(
            f"The browser did not write {path}. "
            "It may not be allowed to write files in this folder."
        )


def drawn(page: str, *, width: int = WIDTH, within: float = TIMEOUT_SECONDS) -> str:
    """Return the HTML of the page after the renderer has drawn it. Raise `BrowserError`."""
    return _browse(page, "--dump-dom", f"--window-size={width},800", within=within)


def words(page: str) -> str:
    """Return the visible text of the page, as the browser reports it. Raise `BrowserError`."""
    text = re.search(r'data-words="([^"]*)"', drawn(page))
    return html.unescape(text[1]) if text else ""


def _browse(page: str, *options: str, within: float, picture: Path | None = None) -> str:
    browser = find_browser()
    if picture is not None:
        options += (f"--screenshot={path_for(browser, picture)}",)
    BUILD.mkdir(exist_ok=True)
    # not in /tmp: a browser from a snap has a /tmp of its own
    with tempfile.TemporaryDirectory(
        prefix="browser-", dir=BUILD, ignore_cleanup_errors=True
    ) as folder:
        file = Path(folder, "card.html")
        file.write_text(page, encoding="utf-8")
        profile = path_for(browser, Path(folder, "profile"))
        arguments = [
            *QUIET,
            f"--user-data-dir={profile}",
            *options,
            path_for(browser, file).as_uri(),
        ]
        return run_browser(browser, arguments, within=within)


def _texts(element: object) -> Iterator[str]:
    """Return the texts whose Markdown the renderer will request."""
    match element:
        case {"type": "TextBlock", "text": str(text)}:
            yield text
        case {}:
            for value in element.values():
                yield from _texts(value)
        case [*values]:
            for value in values:
                yield from _texts(value)
        case _:
            pass


def _open(element: Any) -> Any:  # noqa: ANN401  (JSON)
    match element:
        case {}:
            return {key: _open(value) for key, value in element.items() if key != "isVisible"}
        case [*values]:
            return [_open(value) for value in values]
        case _:
            return element


def _in_script(data: object) -> str:
    """Return JSON for a script element, which would end at the first `</`."""
    return json.dumps(data).replace("<", "\\u003c")
