import re
from collections.abc import Mapping
from dataclasses import replace
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.config.runbook import parse
from shared.core.model.message import Message, Role
from shared.core.model.secret import Secret
from shared.core.model.views import View
from shared.core.model.vocabulary import Reason, Severity, Standing
from shared.core.model.watchlist import EmailChannel, Runbook, Service, TeamsChannel
from shared.render.mail.mail import Mail, mail
from shared.render.mail.mime import as_bytes
from shared.render.mail.plain_text import WIDTH
from shared.render.text.links import entra_credentials
from shared.render.text.mailto import MAX_MAILTO_CHARS
from tests.render.cases import MESSAGES, page_of
from tests.render.goldens import kept, kind_of, mail_of
from tests.render.mail_cases import CHANNELS, MAILS, SENDER, written
from tests.support.notices import (
    APP,
    BOTH,
    INSTALLER,
    LIBCAL,
    LIBSTAFFER,
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

type Channels = Mapping[str, TeamsChannel | EmailChannel]

ROOT = Path(__file__).parents[3]
EVIL = (
    "\r\nBcc: evil@example.org\r\n\r\n<script>alert(1)</script> \"' &body=evil&cc=evil@example.org?x=%0D%0A"
    " \u202e\u200b\ud800 [a](https://evil.example) {{service}}"
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


class Page(HTMLParser):
    """What a mail client finds in an HTML part."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, Mapping[str, str | None]]] = []
        self.words: list[str] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        self.words.append(data)

    @property
    def text(self) -> str:
        return " ".join("".join(self.words).split())

    @property
    def links(self) -> list[str]:
        return [attributes["href"] or "" for tag, attributes in self.tags if tag == "a"]


def sent(told: Message, page_url: str = "", channels: Channels = CHANNELS) -> Mail:
    return mail(
        told,
        to=("reader@example.org", "desk@example.org"),
        sender=SENDER,
        channels=channels,
        page_url=page_url,
    )


def parsed(made: Mail) -> EmailMessage:
    found = message_from_bytes(as_bytes(made), policy=default)
    assert isinstance(found, EmailMessage)
    return found


def part(found: EmailMessage, kind: str) -> str:
    body = found.get_body((kind,))
    assert body is not None
    return str(body.get_content())


def mailto_of(made: Mail) -> str:
    [link] = [link for link in Page(made.html).links if link.startswith("mailto:")]
    return link


def request(text: str, to: str = "its-helpdesk@example.org") -> Mail:
    service = replace(
        LIBCAL,
        request_to=to,
        runbook=Runbook("runbooks/x.md", {**RUNBOOK.sections, "Request": text}),
    )
    return sent(message(notice(service_view(service=service), roles=INSTALLER)))


@pytest.mark.parametrize("name", MAILS)
def test_the_mail_has_the_golden_digest(name: str) -> None:
    assert mail_of(name) == kept("mails")[kind_of(MAILS[name]), name]


@pytest.mark.parametrize("name", MESSAGES)
def test_whatever_can_be_told_can_be_mailed(name: str) -> None:
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
def test_both_parts_say_the_same(name: str) -> None:
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
        for address in re.findall(r"https://\S+", made.text)
    )


@pytest.mark.parametrize("name", MESSAGES)
def test_the_text_is_78_columns_wide_but_for_addresses(name: str) -> None:
    assert [
        line
        for line in sent(MESSAGES[name]).text.splitlines()
        if len(line) > WIDTH and "://" not in line
    ] == []


@pytest.mark.parametrize("name", MESSAGES)
def test_the_html_holds_only_what_outlook_shows(name: str) -> None:
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


def test_the_hidden_line_says_what_the_subject_does_not() -> None:
    def preview(name: str) -> str:
        return Page(written(name).html).text.split("\u034f")[0].split(written(name).subject, 1)[1]

    assert "Your turn: create a new client secret named like “LibCal*”" in preview(
        "expiring_to_renewer"
    )
    assert (
        "Secret “Test by the intern” on LibApps Outlook sync: whose is this?; LibStaffer is safe"
        in preview("several_with_page")
    )
    assert "LibStaffer is safe until 18 Sep 2027" in preview("introduction")
    assert "reaches this mailbox" in preview("a_test")


@pytest.mark.parametrize(
    ("told", "subject"),
    [
        (message(notice(service_view())), "[LibCal] secret ends in 21 days (13 Dec)"),
        (
            message(notice(unclaimed()), notice(service_view(in_use=credential(ends=6)))),
            "[LibCal] secret ends in 6 days (28 Nov), and 1 more",
        ),
        (
            MESSAGES["several_with_page"],
            "[LibCal] the secret in use is gone; is the new one installed? And 2 more",
        ),
        (MESSAGES["confirmed"], "[LibCal] is safe until 14 Nov 2028"),
        (
            MESSAGES["unclaimed"],
            "[Lapsewatch] Secret “Test by the intern” on LibApps Outlook sync: whose is this?",
        ),
        (MESSAGES["app_not_found"], "[LibApps Outlook sync] the app cannot be found"),
        (
            MESSAGES["leftover_tomorrow"],
            "[LibCal] its old secret ends tomorrow (23 Nov, 03:15 CST)",
        ),
        (MESSAGES["introduction"], "[Lapsewatch] now watches 2 services"),
        (MESSAGES["introduction_to_settle"], "[Lapsewatch] now watches 2 services; 2 need you now"),
        (MESSAGES["a_test"], "[Lapsewatch] a test"),
        (MESSAGES["weekly"], "[Lapsewatch] is alive: watching 2 services, all safe"),
    ],
)
def test_a_subject_begins_with_what_it_is_about(told: Message, subject: str) -> None:
    assert parsed(sent(told))["Subject"] == subject


@given(st.text(st.characters() | st.sampled_from("\r\n   []()“é世=?_"), min_size=1))
def test_any_name_comes_back_from_the_subject_as_it_went_in(name: str) -> None:
    made = sent(
        message(
            notice(service_view(service=replace(LIBCAL, name=name, runbook=None)), Reason.STILL_OLD)
        )
    )
    written = as_bytes(made)
    assert message_from_bytes(written, policy=default)["Subject"] == made.subject
    assert all(len(line) <= 78 for line in re.findall(rb"=\?utf-8\?.*", written))


def test_only_what_is_critical_has_high_importance() -> None:
    for name, told in MESSAGES.items():
        found = parsed(sent(told))
        expected = ["high", "1"] if told.severity == Severity.CRITICAL else [None, None]
        assert [found["Importance"], found["X-Priority"]] == expected, name


def test_the_headers_say_who_writes_to_whom_and_that_it_is_a_program() -> None:
    found = parsed(sent(message(notice(service_view(), roles=INSTALLER))))
    assert found.keys() == [
        *["From", "To", "Reply-To", "Subject", "Date", "Auto-Submitted"],
        *["MIME-Version", "Content-Type"],
    ]
    assert (found["From"], found["To"]) == (
        "Lapsewatch <alerts@example.org>",
        "reader@example.org, desk@example.org",
    )
    assert (found["Auto-Submitted"], found["Date"]) == (
        "auto-generated",
        "Sun, 22 Nov 2026 14:00:00 +0000",
    )


def test_an_answer_goes_to_the_other_party() -> None:
    other = replace(LIBSTAFFER, request_to="elsewhere@example.org")
    several = replace(LIBCAL, installer=("everybody", "libapps-admins", "libapps-admins"))

    def answers(
        *services: Service, roles: frozenset[Role] = INSTALLER, channels: Channels = CHANNELS
    ) -> object:
        notices = [notice(service_view(service=service), roles=roles) for service in services]
        return parsed(sent(message(*notices), channels=channels))["Reply-To"]

    assert answers(LIBCAL) == "its-helpdesk@example.org"
    assert answers(LIBCAL, LIBSTAFFER) == "its-helpdesk@example.org"
    assert answers(LIBCAL, LIBSTAFFER, roles=BOTH) == "its-helpdesk@example.org"
    assert answers(LIBCAL, other) is None
    assert answers(replace(LIBCAL, request_to="")) is None
    assert answers(several, roles=RENEWER) == "libapps-admins@example.org, desk@example.org"
    assert answers(LIBCAL, roles=RENEWER, channels={}) is None
    assert (
        answers(
            LIBCAL,
            roles=RENEWER,
            channels={
                "libapps-admins": TeamsChannel("libapps-admins", Secret("https://x.example"))
            },
        )
        is None
    )


def test_what_says_nothing_of_services_has_no_say_in_who_is_answered() -> None:
    assert parsed(sent(MESSAGES["a_test"]))["Reply-To"] is None
    assert parsed(sent(MESSAGES["removed"]))["Reply-To"] is None
    with_channel = replace(
        MESSAGES["channel_failed"],
        notices=(*MESSAGES["channel_failed"].notices, notice(unclaimed(), roles=BOTH)),
    )
    assert parsed(sent(with_channel))["Reply-To"] == "its-helpdesk@example.org"


def test_the_installer_gets_the_request_as_text_and_as_a_link() -> None:
    made = request(
        "Subject: New secret, please\n\nHello,\n\nwe need *one* for {{service}} & more?\n100 %\n"
    )
    link = urlsplit(mailto_of(made))
    assert (link.scheme, link.path, link.fragment) == ("mailto", "its-helpdesk@example.org", "")
    assert parse_qs(link.query, strict_parsing=True) == {
        "subject": ["New secret, please"],
        "body": ["Hello,\r\n\r\nwe need *one* for LibCal & more?\r\n100 %"],
    }
    assert "+" not in link.query
    assert (
        "To: its-helpdesk@example.org\nSubject: New secret, please\n\nHello,\n\nwe need *one* for LibCal & more?\n100 %\n"
        in made.text
    )
    assert "Press the button" in made.html


def test_a_request_that_is_too_long_for_a_link_is_to_be_copied() -> None:
    made = request("Subject: New secret\n\n" + "Please, please, please. " * 80)
    assert mailto_of(made) == "mailto:its-helpdesk@example.org?subject=New%20secret"
    assert "copy the text below into the new mail" in made.html
    assert Page(made.html).text.count("Please, please, please.") == 80
    wide = request("Subject: " + "\N{EARTH GLOBE AMERICAS}" * 200 + "\n\nPlease.")
    assert mailto_of(wide) == "mailto:its-helpdesk@example.org"


@pytest.mark.parametrize("length", range(1_700, 1_800, 7))
def test_a_link_has_fewer_characters_than_windows_takes(length: int) -> None:
    link = mailto_of(request("Subject: x\n\n" + "y" * length))
    assert len(link) < MAX_MAILTO_CHARS
    assert ("y" * length in link) == (
        len("mailto:its-helpdesk@example.org?subject=x&body=") + length < MAX_MAILTO_CHARS
    )


def test_a_request_to_nobody_is_only_a_text() -> None:
    made = request("Subject: New secret\n\nPlease.", to="")
    assert [link for link in Page(made.html).links if link.startswith("mailto:")] == []
    assert "Subject: New secret\n\nPlease.\n" in made.text


def test_the_request_that_ships_fits_its_link() -> None:
    for name in ("libcal", "libstaffer"):
        text = parse((ROOT / f"runbooks/{name}.md").read_text("utf-8"), name).sections["Request"]
        assert "body=Hello" in mailto_of(request(text))


def test_each_party_gets_what_is_next_for_it_and_nothing_else() -> None:
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


def test_the_renewer_is_told_the_exact_name_and_whom_to_hand_it_to_even_without_a_runbook() -> None:
    made = sent(message(notice(service_view(service=replace(LIBCAL, runbook=None)), roles=RENEWER)))
    assert re.search(
        r"Your turn: create a new client secret .* hand\s+its value to the installer \(libapps-admins\)",
        made.text,
        re.DOTALL,
    )
    assert "\nIts name:    LibCal 2028\n" in made.text


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
def test_nothing_in_a_name_can_act(told: Message) -> None:
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
            assert link in {PAGE_URL, entra_credentials(APP, None)}
    assert not {"\u202e", "\u200b", "\ud800"} & set(made.text + made.html)


def test_a_runbook_gives_no_html_no_picture_and_no_link_that_acts() -> None:
    steps = (
        "<b onclick=x>Bold</b> ![picture](https://library.example/picture.png)\n\n"
        "1. [a](javascript:alert(1)) [b](https://library.example/a?b&c) <mail@example.org>\n\n   - *one* `two`\n\n> quoted\n\n"
        "---\n\n```\n<pre>formed\n```\n\n[http](http://plain.example)"
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
        "1. [a](javascript:alert(1)) b (https://library.example/a?b&c) mail@example.org\n\n   - one “two”"
        in made.text
    )
    assert "\n> quoted\n\n" + "-" * WIDTH + "\n\n    <pre>formed\n\n" in made.text


def test_a_line_break_in_a_header_is_refused() -> None:
    with pytest.raises(ValueError, match="linefeed"):
        as_bytes(replace(written("a_test"), subject="a\r\nBcc: evil@example.org"))


def test_a_link_of_the_watchlist_that_is_not_https_makes_no_button() -> None:
    service = replace(LIBCAL, link="http://127.0.0.1/admin")
    made = sent(message(notice(service_view(service=service))), "http://127.0.0.1/page")
    assert all("127.0.0.1" not in words for words in (made.html, made.text))


@pytest.mark.parametrize("case", ["expiring_to_renewer", "introduction_to_settle", "a_test"])
def test_where_there_are_several_tenants_the_subject_says_whose_it_is(case: str) -> None:
    alone, ours = sent(MESSAGES[case]), sent(replace(MESSAGES[case], tenant_name="branch"))
    assert ours.subject == f"[branch] {alone.subject}"
    assert parsed(ours)["Subject"] == ours.subject
    assert ours.text.startswith("branch | Lapsewatch")
