"""Links that open the part of the page that a message is about, and the order of a message."""

import json

import pytest

from shared.core.model.message import Notice
from shared.core.model.views import View
from shared.core.model.vocabulary import Role, Standing
from shared.render.card.card import payloads
from shared.render.mail import plain_text
from shared.render.mail.letter import letter
from shared.render.mail.subject import subject
from shared.render.text.page_part import page_link
from tests.render.cases import HEALTHY, READ, WAITING
from tests.support.notices import (
    BOTH,
    COPY,
    INSTALLER,
    PAGE_URL,
    RENEWER,
    app_view,
    credential,
    inventory_view,
    leftover,
    message,
    notice,
    reading,
    service_view,
    unclaimed,
)


@pytest.mark.parametrize(
    ("view", "roles", "part"),
    [
        (service_view(), INSTALLER, "#libcal-request"),
        (service_view(), BOTH, "#libcal-request"),
        (service_view(), RENEWER, "#service-libcal"),
        (WAITING, INSTALLER, "#libcal-install"),
        (service_view(Standing.HEALTHY, assumed=True), INSTALLER, "#libcal-confirm"),
        (service_view(Standing.APP_PROBLEM), BOTH, "#service-libcal"),
        (HEALTHY, COPY, "#service-libcal"),
        (unclaimed(), RENEWER, "#unclaimed"),
        (leftover(1), INSTALLER, "#leftovers"),
        (app_view("it is disabled"), RENEWER, "#apps"),
        (inventory_view("App", 3), COPY, "#tenant"),
        (reading("Graph is down."), COPY, ""),
    ],
)
def test_link_opens_what_the_message_is_about(
    view: View, roles: frozenset[Role], part: str
) -> None:
    told = message(notice(view, roles=roles))
    assert page_link(told, PAGE_URL) == f"{PAGE_URL}{part}"
    assert page_link(told, "") == ""


def test_a_message_about_nothing_opens_the_page() -> None:
    assert page_link(message(introduction=True), PAGE_URL) == PAGE_URL


def test_mail_with_a_line_for_each_credential_leads_to_the_tenant() -> None:
    notices = (notice(inventory_view(f"App {number}", 3), roles=COPY) for number in range(11))
    told = message(*notices, inventory=READ)
    found = letter(told, page_url=PAGE_URL)
    assert (found.blocks, found.page_url) == ((), f"{PAGE_URL}#tenant")


def test_what_is_the_readers_stands_above_what_is_not() -> None:
    """A failure of Lapsewatch, with Graph's words, is below a reminder; copies are below tasks."""
    failed: Notice = notice(reading("Graph answered 503: x-ms-ags-diagnostic"), roles=COPY)
    own = notice(service_view(in_use=credential(ends=60)), roles=INSTALLER)
    told = message(failed, own)
    assert subject(told).startswith("[LibCal] ")
    for text in (
        plain_text.text(letter(told)),
        json.dumps(payloads(told), ensure_ascii=False),
    ):
        assert text.index("LibCal") < text.index("has not been able to read")
        assert text.index("Changes since then") < text.index("x-ms-ags-diagnostic")
    assert own.order < failed.order
    copy = notice(service_view(), roles=COPY)
    assert notice(service_view(), roles=INSTALLER).order < copy.order < failed.order
