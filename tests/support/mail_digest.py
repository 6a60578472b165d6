"""A mail as text for review: headers, text part, and the additions of its HTML part.

Those are the hidden line, headings and bars with their colours, lists, bold words, links with
their targets, and the words that only one of the two parts has. The few mails that are kept in
full cover the rest of the HTML.
"""

import re
from collections.abc import Iterator
from difflib import SequenceMatcher
from email import message_from_bytes
from email.policy import default
from html.parser import HTMLParser

from tests.support.visible import indented, visible, visible_lines

USUAL_HEADERS = {
    "From": "Lapsewatch <alerts@example.org>",
    "To": "reader@example.org",
    "Auto-Submitted": "auto-generated",
    "MIME-Version": "1.0",
}
"""Shown if they differ or are missing."""
UNSHOWN_HEADERS = {"Date", "Content-Type"}
PADDING = "\N{COMBINING GRAPHEME JOINER}\N{ZERO WIDTH NON-JOINER}\N{NO-BREAK SPACE}"
"""It hides the rest of the mail after the hidden line in a list of mails."""
INLINE = {"a", "b", "strong", "em", "code"}
NAMES = {"b": "bold", "strong": "bold", "em": "italic", "a": "link"}
SHOWN = {"title", "h1", "h2", *INLINE}
USUAL_COLOR = "#242424"
VOID = {"meta", "br"}
MARKS = "()*<>:=-"
QUOTES = str.maketrans("", "", "“”`")


def mail_digest(message: bytes) -> str:
    """Return the digest of a mail as it is sent."""
    found = message_from_bytes(message, policy=default)
    plain, html = (found.get_body((kind,)) for kind in ("plain", "html"))
    assert plain is not None
    assert html is not None
    text = plain.get_content().replace("\r\n", "\n")
    headers = [
        f"{name}: {visible(str(value))}"
        for name, value in found.items()
        if _is_shown(name, str(value))
    ]
    missing = [f"{name}: (none)" for name in USUAL_HEADERS if name not in found]
    lines = (
        *headers,
        *missing,
        "",
        *indented(visible_lines(text.strip("\n"))),
        "",
        *html_digest(html.get_content(), text, str(found["Subject"])),
    )
    return "".join(f"{line}\n" for line in lines)


def _is_shown(name: str, value: str) -> bool:
    return name not in UNSHOWN_HEADERS and USUAL_HEADERS.get(name) != value


def html_digest(html: str, text: str, subject: str) -> Iterator[str]:
    """Return what the HTML part adds to `text`; also its title if it is not the subject."""
    page = _Page(html)
    if [part.words for part in page.parts if part.name == "title"] != [subject]:
        yield "not titled as its subject:"
    yield from (part.line() for part in page.parts if (part.name, part.words) != ("title", subject))
    ours, theirs = _words(text), _words("".join(page.shown))
    for change, i, j, k, m in SequenceMatcher(a=ours, b=theirs, autojunk=False).get_opcodes():
        if change in {"delete", "replace"}:
            yield f"only in the text: {visible(' '.join(ours[i:j]))}"
        if change in {"insert", "replace"}:
            yield f"only in the HTML: {visible(' '.join(theirs[k:m]))}"


def _words(text: str) -> list[str]:
    """Return the words of a part, without the text part's marks of headings, items and quotes."""
    bare = (word.translate(QUOTES).strip(MARKS) for word in text.split())
    return [word for word in bare if word and not re.fullmatch(r"\d+\.", word)]


class _Part:
    """An element that the digest shows."""

    def __init__(self, name: str, target: str) -> None:
        self.name = name
        self.target = target
        self.words = ""
        self.items = 0

    def line(self) -> str:
        words = " ".join(self.words.replace(PADDING, "").split())
        padding = f" (padding x {self.words.count(PADDING)})" if PADDING in self.words else ""
        if self.name in {"ol", "ul"}:
            return f"{self.name} of {self.items}"
        return f"{self.name}{f': {visible(words)}' if words else ''}{padding}{self.target}"


class _Page(HTMLParser):
    """The parts of an HTML part in their order, and the words that a reader sees."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.parts: list[_Part] = []
        self.shown: list[str] = []
        self._open: list[tuple[str, _Part | None, str, bool]] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        attributes = {name: value or "" for name, value in attrs}
        hidden = "display:none" in attributes.get("style", "")
        part = _part(tag, attributes, hidden=hidden)
        if part:
            self.parts.append(part)
        if tag == "li":
            self._list().items += 1
        self.shown.append("" if tag in INLINE else " ")
        if tag not in VOID:
            self._open.append(
                (tag, part, attributes.get("href", ""), hidden or tag in {"title", "style"})
            )

    def handle_endtag(self, tag: str) -> None:
        opened, _, target, _ = self._open.pop()
        assert opened == tag, f"<{opened}> is closed by </{tag}>"
        self.shown.append(
            f" {target} " if target.startswith("https:") else "" if tag in INLINE else " "
        )

    def handle_data(self, data: str) -> None:
        for _, part, _, _ in self._open:
            if part:
                part.words += data
        if not any(unseen for *_, unseen in self._open):
            self.shown.append(data)

    def _list(self) -> _Part:
        return next(part for tag, part, *_ in reversed(self._open) if part and tag in {"ol", "ul"})


def _part(tag: str, attributes: dict[str, str], *, hidden: bool) -> _Part | None:
    style = attributes.get("style", "")
    if hidden:
        return _Part("hidden", "")
    if tag == "td" and attributes.get("width") == "4":
        return _Part(f"bar {attributes.get('bgcolor', '')}", "")
    if tag in {"ol", "ul"}:
        return _Part(tag, "")
    if tag not in SHOWN:
        return None
    kind = attributes.get("class", "").replace("words", "")
    name = " ".join(dict.fromkeys(filter(None, (NAMES.get(tag, tag), kind))))
    color = re.search(r"(?:^|;)color:([^;]+)", style) if tag in {"h1", "h2"} else None
    shown = f" {color[1]}" if color and color[1] != USUAL_COLOR else ""
    return _Part(name + shown, f" -> {visible(attributes.get('href', ''))}" if tag == "a" else "")
