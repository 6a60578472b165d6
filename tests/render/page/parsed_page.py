"""A page as a browser parses it."""

from collections.abc import Mapping
from html.parser import HTMLParser

from shared.render.page.page import PageData, page

VOID_TAGS = {"meta", "link", "input", "br", "hr"}
HEADINGS = {"h1", "h2", "h3", "h4", "h5"}


class ParsedPage(HTMLParser):
    """Elements, text, forms and headings; fails if the HTML is not well-formed."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, Mapping[str, str]]] = []
        self.open: list[str] = []
        self.words: list[str] = []
        self.forms: list[tuple[str, list[tuple[str, str]]]] = []
        self.headings: list[tuple[str, str]] = []
        self.feed(html)
        self.close()
        assert not self.open, self.open

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        self.tags.append((tag, given))
        if tag not in VOID_TAGS:
            self.open.append(tag)
        if tag == "form":
            self.forms.append((given["action"], []))
        if tag == "input" and "name" in given:
            self.forms[-1][1].append((given["name"], given.get("value", "")))
        if tag in HEADINGS:
            self.headings.append((tag, ""))

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, {name: value or "" for name, value in attrs}))

    def handle_endtag(self, tag: str) -> None:
        assert self.open, f"</{tag}> closes nothing"
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.words.append(data)
        if self.headings and self.open and self.open[-1] == self.headings[-1][0]:
            tag, text = self.headings[-1]
            self.headings[-1] = (tag, text + data)

    @property
    def text(self) -> str:
        return " ".join("".join(self.words).split())

    def of(self, tag: str) -> list[Mapping[str, str]]:
        return [given for name, given in self.tags if name == tag]

    def sent(self, action: str) -> list[dict[str, str]]:
        """Return the fields of each form with this action."""
        return [dict(fields) for to, fields in self.forms if to == f"/api/page/{action}"]


def parsed(data: PageData) -> ParsedPage:
    return ParsedPage(page(data))


def headline(data: PageData) -> str:
    """Return the text of the h1."""
    html = page(data).split('<h1 id="answer">')[1].split("</h1>")[0]
    return ParsedPage(html).text
