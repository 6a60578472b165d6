"""A runbook's Markdown as HTML, for mails and for the page. Raw HTML is shown as text."""

import re
from collections.abc import Iterator, Sequence

from markdown_it import MarkdownIt
from markdown_it.token import Token
from markupsafe import Markup

PAGE_HEADING = "h5"
"""Headings of a runbook on the page, where the sections of a card are h4."""

_STYLES = {
    "p": "margin:0 0 10px 0;",
    "ol": "margin:0 0 14px 24px;padding:0;",
    "ul": "margin:0 0 14px 24px;padding:0;",
    "li": "margin:0 0 6px 0;",
    "blockquote": "margin:0 0 10px 16px;",
    "pre": "margin:0 0 10px 0;white-space:pre-wrap;",
    "code": "font-family:Consolas,'Courier New',monospace;background-color:#edebe9;color:#242424;",
    "a": "color:#0f6cbd;text-decoration:underline;",
}
"""By element, inline: Outlook on Windows, which shows mail by Word, ignores style sheets here."""
_DARK = {"code": "code", "a": "link"}
"""Classes by element: the mail's style sheet changes their colour in dark mode."""


_GOOD_LINK = re.compile(r"(?:https?://|mailto:|msteams:)", re.IGNORECASE)


def _is_good_link(url: str) -> bool:
    """Return whether an address is a link; of any other scheme, it is shown as text."""
    return _GOOD_LINK.match(url) is not None


MARKDOWN = MarkdownIt("commonmark", {"html": False}).disable("image")
MARKDOWN.validateLink = _is_good_link  # type: ignore[method-assign]  # the documented way


def html_for_mail(markdown: str) -> Markup:
    """Return `markdown` as HTML with its styles inline."""
    tokens = MARKDOWN.parse(markdown)
    for token in _with_children(tokens):
        if token.nesting < 0:
            continue
        if style := _STYLES.get(token.tag):
            token.attrSet("style", style)
        if token.tag in _DARK:
            token.attrSet("class", _DARK[token.tag])
    return _html(tokens)


def html_for_page(markdown: str) -> Markup:
    """Return `markdown` as HTML without styles, its headings below the page's own."""
    tokens = MARKDOWN.parse(markdown)
    for token in tokens:
        if token.type in {"heading_open", "heading_close"}:
            token.tag = PAGE_HEADING
    return _html(tokens)


def _html(tokens: Sequence[Token]) -> Markup:
    return Markup(MARKDOWN.renderer.render(tokens, MARKDOWN.options, {}))  # noqa: S704  (no raw HTML)


def _with_children(tokens: Sequence[Token]) -> Iterator[Token]:
    for token in tokens:
        yield token
        yield from _with_children(token.children or ())
