from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest

from shared.config.runbook import parse
from shared.render.text.mailto import MAX_MAILTO_CHARS
from tests.render.mail_reading import Page, mailto_of, request
from tests.support.notices import PAGE_URL

ROOT = Path(__file__).parents[3]


def test_installer_gets_the_request_as_text_and_link() -> None:
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
        "To: its-helpdesk@example.org\nSubject: New secret, please\n\n"
        "Hello,\n\nwe need *one* for LibCal & more?\n100 %\n" in made.text
    )
    assert "Press the button" in made.html


def test_request_too_long_for_a_link_is_to_be_copied() -> None:
    made = request("Subject: New secret\n\n" + "Please, please, please. " * 80)
    link = parse_qs(urlsplit(mailto_of(made)).query)
    assert link["subject"] == ["New secret"]
    assert link["body"][0].startswith("Please create a new client secret for LibCal.\r\nEntra: ")
    assert "copy the text below into the new mail" in made.html
    assert Page(made.html).text.count("Please, please, please.") == 80
    assert "%23libcal-request" in mailto_of(request("Please. " * 250, page_url=PAGE_URL))
    wide = request("Subject: " + "\N{EARTH GLOBE AMERICAS}" * 200 + "\n\nPlease.")
    assert mailto_of(wide) == "mailto:its-helpdesk@example.org"


@pytest.mark.parametrize("length", range(1_700, 1_800, 7))
def test_mailto_link_is_short_enough_for_windows(length: int) -> None:
    link = mailto_of(request("Subject: x\n\n" + "y" * length))
    assert len(link) < MAX_MAILTO_CHARS
    assert ("y" * length in link) == (
        len("mailto:its-helpdesk@example.org?subject=x&body=") + length < MAX_MAILTO_CHARS
    )


def test_request_without_an_address_has_no_link() -> None:
    made = request("Subject: New secret\n\nPlease.", to="")
    assert [link for link in Page(made.html).links if link.startswith("mailto:")] == []
    assert "Subject: New secret\n\nPlease.\n" in made.text


def test_shipped_requests_fit_a_mailto_link() -> None:
    for name in ("libcal", "libstaffer"):
        text = parse((ROOT / f"runbooks/{name}.md").read_text("utf-8"), name).sections["Request"]
        assert "body=Hello" in mailto_of(request(text))
