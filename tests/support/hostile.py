"""Texts with markup or commands, and readers of each medium that detect whether they work."""

import json
import re
import unicodedata
from collections.abc import Iterator
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from html.parser import HTMLParser
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from shared.core.model.message import Message
from shared.render.card.card import LIMIT, encoded, payloads
from shared.render.mail.mail import mail
from shared.render.mail.mime import Mail, as_bytes
from shared.render.text.mailto import MAX_MAILTO_CHARS
from tests.render.mail_cases import CHANNELS, SENDER
from tests.support.notices import PAGE_URL

TEXTS = {
    "HTML": "\"'><img src=x onerror=alert(1)><script>alert(1)</script></form></title><!--",
    "Markdown": "[free](https://evil.example) ![x](https://evil.example/x.png) **b** `c` "
    "<https://evil.example> https://evil.example",
    "card expressions": "{{DATE(2026-01-01T00:00:00Z)}} ${name} $(1) <at>Everybody</at> "
    "{{7*7}} {% raw %}",
    "line breaks": "a\r\nBcc: evil@example.org\r\n\r\nbody\u2028next\u2029next\x85next\x0b\x0c\x1b[31mred\x1b]8;;https://evil.example\x07\x00",
    "bidi": "\u202egpj.exe\u202c \u2066a\u2069 \u200f\u061c",
    "zero width": "\u200bLib\u200dCal\u2060\ufeff\u00ad\U000e0041",
    "lone surrogates": "\ud800 \udfff \udc80 \ud83d",
    "100 KB": "W" * 50_000 + " \N{EARTH GLOBE AMERICAS}" * 10_000,
    "query": "?cc=evil@example.org&bcc=evil@example.org&body=evil#x %0D%0ABcc:evil@example.org",
    "formula": '=HYPERLINK("https://evil.example";1)\t@SUM(A1)',
    "calendar": "x\nEND:VEVENT\nBEGIN:VALARM\nACTION:PROCEDURE\nATTACH:file:///evil;x,y\\n",
    "metrics": 'x"} 1\n# HELP evil\nevil{a="b"} 2\n',
    "shell": "$(touch evil) `touch evil`; touch evil | 'x' \"y\" && rm",
    "rich": "[link=https://evil.example]x[/link] [bold red]",
    "nothing": "",
}
UNSEEN = {"Cf", "Cs", "Zl", "Zp"}
"""Categories of characters that are invisible or change the direction of text."""
OURS = ("https://entra.microsoft.com/", PAGE_URL, "https://library.libcal.example/")
HEADERS = {
    *["From", "To", "Reply-To", "Subject", "Date", "Auto-Submitted"],
    *["Importance", "X-Priority", "MIME-Version", "Content-Type"],
}
every_text = pytest.mark.parametrize("evil", TEXTS.values(), ids=TEXTS)


def unseen(text: str) -> list[str]:
    """Return the invisible characters, without line breaks."""
    kinds = [(each, unicodedata.category(each)) for each in text]
    return [
        f"U+{ord(each):04X}"
        for each, kind in kinds
        if kind in UNSEEN or (kind == "Cc" and each not in "\r\n\t")
    ]


def strings(value: object) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    for each in (
        value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    ):
        yield from strings(each)


def nodes(value: object) -> Iterator[dict[str, Any]]:
    if isinstance(value, dict):
        yield value
    for each in (
        value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    ):
        yield from nodes(each)


class Seen(HTMLParser):
    """The tags of a page and their attributes."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.given: list[tuple[str, str]] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.given += [(name, value or "") for name, value in attrs]

    @property
    def links(self) -> list[str]:
        return [
            value for name, value in self.given if name in {"href", "src", "action", "formaction"}
        ]

    @property
    def handlers(self) -> list[str]:
        return [name for name, _ in self.given if name.startswith("on")]


def parsed(made: Mail) -> EmailMessage:
    found = message_from_bytes(as_bytes(made), policy=default)
    assert isinstance(found, EmailMessage)
    return found


def cards_of(told: Message) -> list[dict[str, Any]]:
    """Return the cards of a message, after checking actions, visibility and links of each."""
    cards = []
    for payload in payloads(told, page_url=PAGE_URL):
        written = encoded(payload)
        assert len(written) < LIMIT
        cards.append(card := json.loads(written))
        for text in strings(card):
            assert unseen(text) == []
            assert "{{" not in text
            assert not re.search(r"</?at\b", text, re.IGNORECASE)
        for node in nodes(card):
            assert str(node.get("url", PAGE_URL)).startswith(OURS)
            if node.get("type") == "TextBlock":
                assert not re.search(r"(?<!\\)\]\(", node["text"])
    return cards


def mail_of(told: Message, to: str = "reader@example.org") -> Mail:
    """Return the mail of a message, after checking that headers, tags and links are ours."""
    made = mail(told, to=(to,), sender=SENDER, channels=CHANNELS, page_url=PAGE_URL)
    found, written, seen = parsed(made), as_bytes(made), Seen(made.html)
    assert set(found.keys()) <= HEADERS
    assert found["To"] == to
    assert str(found["Subject"]) == made.subject
    assert made.subject.isprintable()
    assert unseen(made.text) == []
    assert max(map(len, written.split(b"\r\n"))) <= 998
    assert not {"script", "img", "form", "iframe"} & set(seen.tags)
    assert seen.handlers == []
    for link in seen.links:
        assert link.startswith((*OURS, "mailto:"))
        if link.startswith("mailto:"):
            assert len(link) <= MAX_MAILTO_CHARS
            assert urlsplit(link).path == "its-helpdesk@example.org"
            assert set(parse_qs(urlsplit(link).query)) <= {"subject", "body"}
    return made
