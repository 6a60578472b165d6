from dataclasses import replace
from urllib.parse import parse_qs, urlsplit

import pytest

from shared.core.model.message import Message
from shared.core.model.vocabulary import Reason
from shared.core.model.watchlist import Runbook
from shared.render.mail.plain_text import WIDTH
from shared.render.text.links import entra_credentials
from tests.render.mail_reading import Page, parsed, sent
from tests.support.notices import (
    APP,
    INSTALLER,
    LIBCAL,
    PAGE_URL,
    RENEWER,
    RUNBOOK,
    credential,
    leftover,
    message,
    notice,
    service_view,
    unclaimed,
)

EVIL = (
    "\r\nBcc: evil@example.org\r\n\r\n<script>alert(1)</script> \"'"
    " &body=evil&cc=evil@example.org?x=%0D%0A"
    " \u202e\u200b\ud800 [a](https://evil.example) {{service}}"
)
HEADERS = {
    "From",
    "To",
    "Reply-To",
    "Subject",
    "Date",
    "Auto-Submitted",
    "Importance",
    "X-Priority",
    "MIME-Version",
    "Content-Type",
}
TAGS = {
    *[
        "html",
        "head",
        "meta",
        "title",
        "style",
        "body",
        "div",
        "table",
        "tr",
        "td",
        "h1",
        "h2",
        "p",
        "br",
    ],
    *["a", "b", "strong", "em", "code", "ol", "li"],
}
ATTRIBUTES = {
    *[
        "align",
        "bgcolor",
        "border",
        "cellpadding",
        "cellspacing",
        "charset",
        "class",
        "content",
        "href",
    ],
    *["lang", "name", "role", "style", "valign", "width"],
}


def hostile() -> dict[str, Message]:
    service = replace(
        LIBCAL,
        name=EVIL,
        breaks=EVIL,
        link="javascript:alert(1)",
        renewer=(EVIL,),
        installer=(EVIL,),
    )
    view = service_view(service=service, in_use=credential(EVIL, hint=EVIL))
    named = replace(view, app=replace(view.app, name=EVIL))
    return {
        "renewer": replace(message(notice(named, roles=RENEWER)), channel=EVIL),
        "installer": replace(message(notice(named, roles=INSTALLER)), channel=EVIL),
        "unclaimed": message(notice(unclaimed(credential(EVIL, 400, hint=EVIL)), Reason.UNCLAIMED)),
        "introduction": message(
            notice(replace(leftover(1), owner=named)), introduction=True, watching=(named,)
        ),
    }


@pytest.mark.parametrize("told", hostile().values(), ids=hostile())
def test_text_from_outside_is_inert(told: Message) -> None:
    made = sent(told, PAGE_URL)
    found, page = parsed(made), Page(made.html)
    assert set(found.keys()) <= HEADERS
    assert found["Subject"] == made.subject
    assert made.subject.isprintable()
    assert {tag for tag, _ in page.tags} <= TAGS
    assert all(set(attributes) <= ATTRIBUTES for _, attributes in page.tags)
    for link in page.links:
        if link.startswith("mailto:"):
            assert urlsplit(link).path == "its-helpdesk@example.org"
            assert set(parse_qs(urlsplit(link).query, strict_parsing=True)) <= {"subject", "body"}
        else:
            assert link.partition("#")[0] == PAGE_URL or link == entra_credentials(APP, None)
    assert not {"\u202e", "\u200b", "\ud800"} & set(made.text + made.html)


def test_runbook_has_no_html_picture_or_active_link() -> None:
    steps = (
        "<b onclick=x>Bold</b> ![picture](https://library.example/picture.png)\n\n"
        "1. [a](javascript:alert(1)) [b](https://library.example/a?b&c) <mail@example.org>\n\n"
        "   - *one* `two`\n\n> quoted\n\n"
        "---\n\n```\n<pre>formed\n```\n\n[file](file:///plain)"
    )
    service = replace(LIBCAL, runbook=Runbook("x.md", {**RUNBOOK.sections, "Create": steps}))
    made = sent(message(notice(service_view(service=service), roles=RENEWER)))
    page = Page(made.html)
    assert page.links[:3] == [
        "https://library.example/picture.png",
        "https://library.example/a?b&c",
        "mailto:mail@example.org",
    ]
    assert not any("plain" in link or "javascript" in link for link in page.links)
    assert "&lt;b onclick=x&gt;Bold&lt;/b&gt;" in made.html
    assert (
        "1. [a](javascript:alert(1)) b (https://library.example/a?b&c) mail@example.org\n\n"
        "   - one “two”" in made.text
    )
    assert "\n> quoted\n\n" + "-" * WIDTH + "\n\n    <pre>formed\n\n" in made.text


def test_link_without_https_has_no_button() -> None:
    service = replace(LIBCAL, link="http://127.0.0.1/admin")
    made = sent(message(notice(service_view(service=service))), "http://127.0.0.1/page")
    assert all("127.0.0.1" not in words for words in (made.html, made.text))
