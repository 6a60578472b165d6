"""The text of a request for several services."""

from dataclasses import replace
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest

from shared.config.runbook import parse
from shared.core.model.decision import Acknowledgement
from shared.core.model.directory import Kind
from shared.core.model.views import ServiceView
from shared.core.model.vocabulary import Loss, Standing
from shared.core.model.watchlist import Claim, Runbook
from shared.core.notify.requests import requests
from shared.render.card.card import payloads
from shared.render.text.mailto import MAX_MAILTO_CHARS
from shared.render.text.ready_request import ReadyRequest
from shared.render.text.request import ready_request, request_for_card
from tests.render.cases import MESSAGES
from tests.render.mail_reading import Page, mailto_of, sent
from tests.support.notices import (
    INSTALLER,
    LIBCAL,
    NOW,
    PAGE_URL,
    PAT,
    ZONE,
    credential,
    message,
    notice,
    service_view,
)

ROOT = Path(__file__).parents[3]
SHIPPED = {
    name: parse((ROOT / f"runbooks/{name}.md").read_text("utf-8"), name)
    for name in ("libcal", "libstaffer")
}


def due(name: str, ends: int, runbook: Runbook | None = None, **more: object) -> ServiceView:
    """Return a service whose secret expires in `ends` days."""
    service = replace(
        LIBCAL, id=name.lower(), name=name, claim=Claim("name", f"{name}*"), runbook=runbook
    )
    return service_view(in_use=credential(name, ends), service=service, **more)  # type: ignore[arg-type]  # fields of the view


def asked(*views: ServiceView, page_url: str = "") -> ReadyRequest:
    """Return the only request for these services."""
    [made] = requests(views)
    ready = ready_request(made, now=NOW, zone=ZONE, page_url=page_url)
    assert ready is not None
    return ready


CAL = due("LibCal", 21, SHIPPED["libcal"])
STAFF = due("LibStaffer", 28, SHIPPED["libstaffer"])


@pytest.mark.parametrize("pair", [(CAL, STAFF), (due("LibCal", 21), due("LibStaffer", 28))])
def test_one_mail_asks_for_both_secrets(pair: tuple[ServiceView, ServiceView]) -> None:
    """The shipped runbooks and the text without a runbook state the same."""
    ready = asked(*pair)
    assert ready.subject == "Please create 2 new client secrets for LibCal and LibStaffer"
    assert ready.services == ("libcal", "libstaffer")
    assert (
        "\n\n- LibCal 2028 (for LibCal: its current client secret expires on 13 Dec 2026)\n"
        "- LibStaffer 2028 (for LibStaffer: its current client secret expires on 20 Dec 2026)\n\n"
    ) in ready.text
    assert ready.text.count("https://") == 1
    assert "password manager" in ready.text
    assert (
        "Please leave the current secrets in place until we confirm that LibCal and LibStaffer "
        "sync with the new ones."
    ) in ready.text
    assert ready.link is not None
    assert ready.link.complete
    assert len(ready.link.url) < MAX_MAILTO_CHARS


def test_line_says_what_is_known_of_each_current_credential() -> None:
    ready = asked(
        CAL,
        replace(STAFF, standing=Standing.MISSING, loss=Loss.DELETED),
        replace(
            due("LibWizard", 12),
            in_use=credential("CN=libwizard", 12, kind=Kind.CERTIFICATE),
        ),
        replace(due("LibGuides", 100), standing=Standing.HEALTHY),
    )
    assert [line for line in ready.text.split("\n") if line.startswith("- ")] == [
        "- LibStaffer 2028 (for LibStaffer: its client secret was deleted, please hurry)",
        "- LibWizard 2028 (for LibWizard: its current certificate expires on 4 Dec 2026)",
        "- LibCal 2028 (for LibCal: its current client secret expires on 13 Dec 2026)",
        (
            "- LibGuides 2028 (for LibGuides, while you are at it: its current client secret "
            "expires on 2 Mar 2027)"
        ),
    ]
    assert "4 new credentials for LibStaffer, LibWizard, LibCal and LibGuides" in ready.subject
    assert "leave the current credentials of LibWizard, LibCal and LibGuides in" in ready.text


def test_text_is_that_of_the_service_that_expires_first() -> None:
    text = Runbook("a.md", {"Request": "Subject: {{service}}\n\nFor {{services}}"})
    assert asked(due("LibCal", 9, text), STAFF).text == "For LibCal and LibStaffer"
    assert asked(due("LibCal", 90, text), STAFF).text.startswith("Hello,")


def test_old_runbook_asks_for_its_own_service() -> None:
    old = Runbook("a.md", {"Request": "{{service}}, {{suggested_name}}. {{keep_the_old}}"})
    made = requests([due("LibCal", 9, old), due("LibStaffer", 28, old)])
    ready = [ready_request(each, now=NOW, zone=ZONE) for each in made]
    assert [each.text.partition(".")[0] for each in ready if each] == [
        "LibCal, LibCal 2028",
        "LibStaffer, LibStaffer 2028",
    ]


def test_link_of_many_services_has_a_sentence_and_a_link() -> None:
    many = [due(f"Service with a long name {number}", number) for number in range(8, 40)]
    ready = asked(*many[:12], page_url=PAGE_URL)
    assert ready.link is not None
    assert not ready.link.complete
    assert len(ready.link.url) < MAX_MAILTO_CHARS
    body = parse_qs(urlsplit(ready.link.url).query)["body"][0]
    assert body.startswith("Please create 12 new client secrets for Service with a long name")
    assert body.endswith(f"{PAGE_URL}#{many[0].service.id}-request")
    assert all(f"name {number} 2028 (" in ready.text for number in range(8, 20))


def test_list_stays_a_list_and_names_stay_text_on_a_card() -> None:
    evil = replace(STAFF.service, name="[x](https://evil.example) {{services}}")
    [made] = requests([CAL, replace(STAFF, service=evil)])
    shown = request_for_card(made, now=NOW, zone=ZONE)
    assert "\n\n- LibCal 2028 (for LibCal: " in shown
    assert "\n- LibStaffer 2028 (for \\[x\\](https://evil.example) { {services}}: " in shown


def test_reader_sees_what_may_have_been_asked_for_already() -> None:
    """The note is for the reader; the mail to ITS does not contain it."""
    given = Acknowledgement("libcal", NOW.date(), "ticket 4711", NOW, PAT, "")
    cal = replace(CAL, acknowledged=given)
    assert asked(cal).note == ""
    ready = asked(cal, STAFF)
    assert ready.note == "LibCal is snoozed until 22 Nov 2026: “ticket 4711”."
    assert "4711" not in ready.text
    told = message(notice(STAFF, roles=INSTALLER), requests=requests([cal, STAFF]))
    made = sent(told)
    assert made.text.count(ready.note) == 1
    assert ready.note in Page(made.html).text
    assert ready.note in str(payloads(told))


def test_request_stands_once_in_a_mail_about_both() -> None:
    """It is also the same text as in the status document."""
    made = sent(MESSAGES["two_in_a_month"])
    assert made.text.count("The request for LibCal and LibStaffer, ready to send") == 1
    assert made.text.count("LibStaffer 2028 (for LibStaffer") == 1
    assert "It is part of the request above." in made.text
    assert mailto_of(made)
    assert "do not change that one" not in Page(made.html).text


@pytest.mark.parametrize("hands_over", [True, False])
@pytest.mark.parametrize("runbook", [None, *SHIPPED.values()], ids=["none", *SHIPPED])
def test_request_says_send_only_where_nothing_is_handed_over(
    runbook: Runbook | None, *, hands_over: bool
) -> None:
    text = asked(replace(due("LibCal", 9, runbook), hands_over=hands_over)).text
    assert ("hand each value over on the Lapsewatch status page" in text) is hands_over
    assert ("send us each value" in text) is not hands_over
    assert "not by email, chat or in the ticket." in text
