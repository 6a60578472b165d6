"""Only https, http, mailto and msteams addresses are links, on cards, in mails and on the page."""

from collections.abc import Iterator
from dataclasses import replace
from html.parser import HTMLParser

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt
from markdown_it.token import Token

from shared.core.model.watchlist import Runbook
from shared.render.mail.markdown_text import markdown_text
from shared.render.text.card_markdown import card_markdown
from shared.render.text.markdown import html_for_mail, html_for_page
from shared.render.text.runbooks import for_card
from tests.support.notices import NOW, ZONE, service_view

GOOD = ("https:", "http:", "mailto:", "msteams:")
SCHEMES = ("javascript", "JaVaScRiPt", "data", "vbscript", "file", "ms-excel", "java\tscript")
TRICKS = ("", " ", "\t", "\x01", "\u200b", "\N{NO-BREAK SPACE}", "&#9;", "&Tab;", "\\", "/", "%0a")
FORMS = (
    "[x]({})",
    "[x](<{}>)",
    "[x]( {} 'title')",
    "<{}>",
    "[x][1]\n\n[1]: {}\n",
    "[1]\n\n[1]: <{}>\n",
    "[**x** `y`]({})",
    "![x]({})",
    "[![x]({})](https://a.example)",
    "- [x\n  y]({})",
    "> [x]({})",
    "\\[x]({})",
    "`[x`]({})",
    '<a href="{}">x</a>',
    "&#91;x]({})",
)


class Hrefs(HTMLParser):
    """Collects the addresses of links and other active attributes."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    def handle_starttag(self, _: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found += [value or "" for name, value in attrs if name in {"href", "src"}]


def hrefs_of_html(html: str) -> list[str]:
    parser = Hrefs()
    parser.feed(html)
    return parser.found


def takes_any(url: str) -> bool:  # noqa: ARG001  (named as the library calls it)
    return True


def hrefs_of_markdown(markdown: str) -> list[str]:
    """Return the links that a client finds which takes every address for a link."""
    client = MarkdownIt("commonmark", {"html": True})
    client.validateLink = takes_any  # type: ignore[method-assign]  # the documented way
    tokens = list(all_tokens(client.parse(markdown)))
    html = "".join(token.content for token in tokens if token.type.startswith("html"))
    linked = (token.attrGet("href") or token.attrGet("src") for token in tokens)
    return [*(str(each) for each in linked if each), *hrefs_of_html(html)]


def all_tokens(tokens: list[Token]) -> Iterator[Token]:
    for token in tokens:
        yield token
        yield from all_tokens(token.children or [])


def assert_no_bad_link(markdown: str) -> None:
    found = [
        *hrefs_of_markdown(card_markdown(markdown)),
        *hrefs_of_html(html_for_mail(markdown)),
        *hrefs_of_html(html_for_page(markdown)),
    ]
    assert all(each.lower().startswith(GOOD) for each in found), (markdown, found)
    markdown_text(markdown, 72)


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("scheme", SCHEMES)
def test_address_of_another_scheme_is_not_a_link(form: str, scheme: str) -> None:
    for trick in TRICKS:
        for address in (f"{trick}{scheme}:alert(1)", f"{scheme}{trick}:alert(1)", f"{trick}//x"):
            assert_no_bad_link(form.format(address))


@given(st.text(st.sampled_from("[]()<>!\\`*_&#;: \n\t\x01\"'-1.javscriptdh/@x"), max_size=60))
def test_no_text_has_a_link_of_another_scheme(markdown: str) -> None:
    assert_no_bad_link(markdown)
    assert_no_bad_link(f"[x](javascript:{markdown}")
    assert_no_bad_link(f"{markdown}[x](javascript:y)")


@pytest.mark.parametrize("address", ["https://a.example/b", "http://a.example", "msteams:/l/x"])
def test_good_address_is_a_link_everywhere(address: str) -> None:
    text = f"[x]({address}) and <mailto:me@a.example>"
    expected = [address, "mailto:me@a.example"]
    assert hrefs_of_markdown(card_markdown(text)) == expected
    assert hrefs_of_html(html_for_mail(text)) == expected
    assert hrefs_of_html(html_for_page(text)) == expected


def test_bad_link_of_a_runbook_is_text_on_a_card() -> None:
    view = service_view()
    runbook = Runbook("a.md", {"Create": "Press [here](javascript:alert(1))."})
    view = replace(view, service=replace(view.service, runbook=runbook))
    shown = for_card(view, ("Create",), now=NOW, zone=ZONE).markdown
    assert shown == "**Create**\n\nPress \\[here\\](javascript:alert(1))."


def test_card_shows_numbers_and_blocks_as_text() -> None:
    text = "1986\\. a year\n\n\\- a dash\n\n```\n- code\n2. more\n```\n"
    assert card_markdown(text) == "1986\\. a year\n\n\\- a dash\n\n\\- code\n\n2\\. more"
    assert card_markdown("- a\n\n  b\n  1. c\n- d") == "- a\n\n  b\n  1. c\n- d"
    assert card_markdown("## A *b*\n\n> c  \n> d\n\n---") == "**A *b***\n\nc\nd\n\n"
