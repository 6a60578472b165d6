import re
from dataclasses import replace

import pytest

from shared.core.model.views import View
from shared.core.model.vocabulary import Standing
from shared.render.mail.mime import Mail, as_bytes
from shared.render.mail.plain_text import WIDTH
from tests.render.cases import MESSAGES, page_of
from tests.render.goldens import kept, kind_of, mail_of
from tests.render.mail_cases import MAILS, written
from tests.render.mail_reading import Page, parsed, part, sent
from tests.support.notices import (
    INSTALLER,
    LIBCAL,
    RENEWER,
    credential,
    leftover,
    message,
    notice,
    service_view,
)

FORBIDDEN = (
    "flex",
    "float",
    "position:",
    "background-image",
    "url(",
    "border-radius",
    "rgba(",
    "data:",
    "<img",
    "<script",
    "javascript:",
)


@pytest.mark.parametrize("name", MAILS)
def test_mail_has_its_golden_digest(name: str) -> None:
    assert mail_of(name) == kept("mails")[kind_of(MAILS[name]), name]


@pytest.mark.parametrize("name", MESSAGES)
def test_every_case_becomes_a_valid_mail(name: str) -> None:
    made = sent(MESSAGES[name], page_of(name))
    found = parsed(made)
    assert [each.get_content_type() for each in found.walk()] == [
        "multipart/alternative",
        "text/plain",
        "text/html",
    ]
    assert part(found, "plain").splitlines() == made.text.splitlines()
    assert part(found, "html").splitlines() == made.html.splitlines()
    assert max(map(len, as_bytes(made).split(b"\r\n"))) <= 998
    assert made.subject.startswith("[")


@pytest.mark.parametrize("name", MESSAGES)
def test_text_and_html_have_the_same_words(name: str) -> None:
    made = sent(MESSAGES[name], page_of(name))
    page = Page(made.html)
    for line in made.text.splitlines():
        words = re.sub(
            r"^(- |\d+\. |[A-Z][a-z ]*\?? ?: +(?=\S))", "", line.replace("“", "").replace("”", "")
        ).strip()
        if words and set(words) - set("=-") and "://" not in words:
            assert words in page.text.replace("“", "").replace("”", ""), line
    assert all(
        address in page.text or address in page.links
        for address in re.findall(r"https://[^\s)>]+", made.text)
    )


@pytest.mark.parametrize("name", MESSAGES)
def test_text_is_78_columns_wide_except_addresses(name: str) -> None:
    assert [
        line
        for line in sent(MESSAGES[name]).text.splitlines()
        if len(line) > WIDTH and "://" not in line
    ] == []


@pytest.mark.parametrize("name", MESSAGES)
def test_html_has_only_what_outlook_shows(name: str) -> None:
    html = sent(MESSAGES[name], page_of(name)).html
    page = Page(html)
    style = re.sub(r"@media[^{]*{.*?}\s*}", "", html, flags=re.DOTALL)
    assert [word for word in FORBIDDEN if word in style] == []
    tables = [attributes for tag, attributes in page.tags if tag == "table"]
    assert {table["role"] for table in tables} == {"presentation"}
    assert [table.get("width") for table in tables].count("600") == 1
    assert ("html", {"lang": "en"}) in page.tags
    assert {"name": "color-scheme", "content": "light dark"} in [
        attributes for tag, attributes in page.tags if tag == "meta"
    ]
    assert "#000" not in html
    assert all(link.startswith(("https://", "mailto:")) for link in page.links)


def test_preview_has_what_the_subject_leaves_out() -> None:
    def preview(name: str) -> str:
        return Page(written(name).html).text.split("\u034f")[0].split(written(name).subject, 1)[1]

    assert "Your turn: create a new client secret named “LibCal 2028”" in preview(
        "expiring_to_renewer"
    )
    unassigned = "Secret “Test by the intern” on LibApps Outlook sync: which service uses it?"
    assert f"{unassigned}; LibStaffer is safe" in preview("several_with_page")
    assert "LibStaffer is safe until 18 Sep 2027" in preview("introduction")
    assert "This is a test message" in preview("a_test")


def test_each_role_gets_only_its_next_sections() -> None:
    waiting = service_view(
        Standing.AWAITING_INSTALL, replacement=credential("LibCal 2026", 723, hint="Zr2")
    )

    def headings(made: Mail) -> list[str]:
        return re.findall(
            r"^(The request.*|Request|Create|Install|Verify|Clean up)\n-+$", made.text, re.MULTILINE
        )

    expected = {
        ("due", RENEWER): ["Create"],
        ("due", INSTALLER): ["The request, ready to send"],
        ("waiting", RENEWER): [],
        ("waiting", INSTALLER): ["Install", "Verify"],
        ("leftover", INSTALLER): ["Verify"],
        ("deletable", RENEWER): ["Clean up"],
    }
    views: dict[str, View] = {
        "due": service_view(),
        "waiting": waiting,
        "leftover": leftover(1),
        "deletable": leftover(40, deletable=True),
    }
    assert {
        (name, roles): headings(sent(message(notice(views[name], roles=roles))))
        for name, roles in expected
    } == expected


def test_renewer_gets_name_and_recipient_without_runbook() -> None:
    made = sent(message(notice(service_view(service=replace(LIBCAL, runbook=None)), roles=RENEWER)))
    assert re.search(
        r"Your turn: create a new client secret .* send\s+its\s+value\s+securely\s+to\s+the\s+"
        r"installer \(libapps-admins\)",
        made.text,
        re.DOTALL,
    )
    assert "\nNew name:    LibCal 2028\n" in made.text
