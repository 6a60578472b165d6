"""The official card renderer (npm `adaptivecards`) is the judge of our cards: it validates them, and draws them as Teams would.

Its Node module only parses; drawing needs a browser, so a card becomes one HTML file that carries the renderer with it.
Markdown is done beforehand by `markdown-it-py`, with no more of it than Teams shows: bold, italic, lists and links.
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

HERE = Path(__file__).parent
RENDERER = HERE.parents[1] / "node_modules" / "adaptivecards" / "dist" / "adaptivecards.min.js"
BROWSERS = ("chromium", "chromium-browser", "google-chrome", "chrome")
WIDTH = 720
_HEIGHT = re.compile(r'data-height="(\d+)"')

type Card = Mapping[str, Any]


def problems(cards: Mapping[str, Card]) -> list[str]:
    """Give what the renderer finds wrong in `cards` (by name), a line each; one Node process for all of them."""
    node = _program("node")
    found = subprocess.run(  # noqa: S603  (our own script, by its full path)
        [node, str(HERE / "validate.js")], input=json.dumps(cards), capture_output=True, text=True, check=True, timeout=60
    )
    return found.stdout.splitlines()


def to_html(cards: Sequence[Card], *, opened: bool = False) -> str:
    """Give one self-contained HTML page that shows `cards` below each other; `opened` shows what buttons would unfold."""
    markdown = MarkdownIt("zero").enable(["emphasis", "list", "link", "escape"])
    data = {
        "cards": [_open(card) for card in cards] if opened else list(cards),
        "markdown": {text: markdown.render(text) for card in cards for text in _texts(card)},
        "host": json.loads((HERE / "host.json").read_text(encoding="utf-8")),
    }
    page = (HERE / "page.html").read_text(encoding="utf-8")
    parts = {"RENDERER": RENDERER.read_text(encoding="utf-8"), "DATA": _in_script(data)}
    return re.sub(r"/\*(RENDERER|DATA)\*/", lambda found: parts[found[1]], page)


def picture(page: str, path: Path, *, width: int = WIDTH) -> None:
    """Draw a page of `to_html` into a PNG file, as high as it needs to be."""
    height = _HEIGHT.search(drawn(page, width=width))
    _browse(page, f"--screenshot={path}", f"--window-size={width},{height[1] if height else 800}", "--force-device-scale-factor=1")


def drawn(page: str, *, width: int = WIDTH) -> str:
    """Give the HTML of the page after the renderer has drawn it."""
    return _browse(page, "--dump-dom", f"--window-size={width},800")


def words(page: str) -> str:
    """Give the words that a reader of the page sees, as the browser reports them."""
    text = re.search(r'data-words="([^"]*)"', drawn(page))
    return html.unescape(text[1]) if text else ""


def _browse(page: str, *options: str) -> str:
    quiet = ("--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--hide-scrollbars")
    offline = ("--disable-background-networking", "--disable-component-update", "--disable-sync")
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder, "card.html")
        file.write_text(page, encoding="utf-8")
        command = [_program(*BROWSERS), *quiet, *offline, f"--user-data-dir={folder}/profile", *options, file.as_uri()]
        return subprocess.run(command, capture_output=True, text=True, check=True, timeout=60).stdout  # noqa: S603  (our own file)


def _program(*names: str) -> str:
    for name in names:
        if found := shutil.which(name):
            return found
    raise RuntimeError(f"None of {', '.join(names)} is installed; install one to draw or validate cards.")


def _texts(element: object) -> Iterator[str]:
    """Give every text that the renderer will ask to have its Markdown done."""
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
    """Write JSON for a script element, which ends at the first `</`."""
    return json.dumps(data).replace("<", "\\u003c")
