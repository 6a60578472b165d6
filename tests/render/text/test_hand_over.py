"""The words about a hand-over: who acts next, where a link leads, and what stays as it was."""

import json
from dataclasses import replace

import pytest

from shared.core.model.hand_over import Ending, HandOver
from shared.core.model.message import Notice
from shared.core.model.news import News
from shared.core.model.views import ServiceView
from shared.core.model.vocabulary import Loss, Reason, Role, Standing
from shared.core.notify.requests import requests
from shared.render.card.card import cards
from shared.render.feeds.webhook import webhook_document
from shared.render.mail import plain_text
from shared.render.mail.letter import letter
from shared.render.mail.subject import subject
from shared.render.text.dates import Moment
from shared.render.text.next_steps import next_step, next_steps
from shared.render.text.page_part import page_link
from shared.render.text.request import ready_request
from tests.render.hand_over_cases import EXPIRING, HAND_OVERS, HOSTILE, LOST, VIEW
from tests.support.hand_over_records import ended, hand_over, opened
from tests.support.notices import (
    BOTH,
    INSTALLER,
    LIBSTAFFER,
    NEW,
    NOW,
    PAGE_URL,
    RENEWER,
    ZONE,
    message,
    notice,
    service_view,
)

AT = Moment(NOW, ZONE)
READY, OPENED = hand_over(), opened(hand_over(), "Dana Example")
OPEN = "open the value of “LibCal 2026” on the status page, paste it into LibCal"
AGAIN = "hand the value of “LibCal 2026” over again on the status page"


@pytest.mark.parametrize(
    ("view", "record", "installer", "renewer"),
    [
        (VIEW, READY, f"Your turn: {OPEN}", f"Installer (libapps-admins): {OPEN}"),
        (VIEW, OPENED, "Your turn: paste the value of", "Installer (libapps-admins): paste the"),
        (VIEW, ended(Ending.EXPIRED), "Your turn: ask its-helpdesk@", f"Your turn: {AGAIN}"),
        (VIEW, ended(Ending.NOT_KEPT), "Your turn: ask its-helpdesk@", f"Your turn: {AGAIN}"),
        (
            VIEW,
            ended(Ending.CONFIRMED),
            "Your turn: paste the",
            "Installer (libapps-admins): paste",
        ),
        (EXPIRING, LOST, "Your turn: ask its-helpdesk@", "Your turn: create a new client secret"),
        (EXPIRING, None, "Your turn: ask its-helpdesk@", "Your turn: create a new client secret"),
    ],
)
def test_whose_turn_it_is(
    view: ServiceView, record: HandOver | None, installer: str, renewer: str
) -> None:
    shown = replace(view, hand_over=record)
    assert next_step(shown, AT, INSTALLER).startswith(installer)
    assert next_step(shown, AT, RENEWER).startswith(renewer)
    steps = next_steps(shown, AT, BOTH)
    assert len(steps) == len({step.partition(":")[0] for step in steps})


@pytest.mark.parametrize("standing", [Standing.MISSING, Standing.EXPIRED, Standing.UNMATCHED])
def test_a_value_for_a_lost_secret_is_opened_not_asked_for(standing: Standing) -> None:
    view = service_view(standing, over=Loss.DELETED, candidates=(NEW,), hand_over=READY)
    assert next_step(view, AT, INSTALLER).startswith(f"Your turn: {OPEN}")
    assert requests([view]) == ()


def test_the_renewer_hands_the_value_over_instead_of_sending_it() -> None:
    assert next_step(EXPIRING, AT, RENEWER).endswith("and hand its value over on the status page.")
    off = replace(EXPIRING, hands_over=False)
    assert next_step(off, AT, RENEWER).endswith(
        "and send its value securely to the installer (libapps-admins)."
    )
    for view, expected in ((EXPIRING, "status page"), (off, "password manager")):
        plain = replace(view, service=replace(LIBSTAFFER, id="libcal"))
        ready = ready_request(requests([plain])[0], now=NOW, zone=ZONE)
        assert ready is not None
        assert expected in ready.text


def test_an_orphan_is_named_with_the_command_that_removes_it() -> None:
    for text in texts("hand_over_orphan"):
        command = f"az ad app credential delete --id {VIEW.app.client_id} --key-id {NEW.key_id}"
        assert command in text
        assert "then run “renew” again" in text


@pytest.mark.parametrize(
    ("record", "part"), [(READY, "service-libcal"), (OPENED, "libcal-install")]
)
def test_a_link_leads_to_the_next_step(record: HandOver, part: str) -> None:
    """A value that nobody has opened: its button, which is above the steps."""
    assumed = service_view(
        Standing.AWAITING_INSTALL, assumed=True, replacement=NEW, hand_over=record
    )
    for view in (replace(VIEW, hand_over=record), assumed):
        told = message(notice(view, Reason.READY, INSTALLER))
        assert page_link(told, PAGE_URL) == f"{PAGE_URL}#{part}"


def test_another_reason_hides_no_news() -> None:
    """Neither the news nor the state: both stand in the message, whatever its headline."""
    news = (News(Reason.WITHDRAWN, NOW, INSTALLER),)
    view = replace(
        service_view(Standing.HEALTHY, confirmed=True), hand_over=ended(Ending.WITHDRAWN)
    )
    told = message(Notice(view, Reason.CONFIRMED, INSTALLER, news))
    mail = " ".join(plain_text.text(letter(told)).split())
    assert "Pat Example confirmed" in mail
    assert "The value of the secret “LibCal 2026” was withdrawn." in mail
    state = "opened by Dana Example on 22 Nov at 09:00 CST; its value is deleted in 14 days (6 Dec)"
    for reason in (Reason.RUNG, Reason.STILL_WAITING, Reason.STILL_OLD):
        shown = message(notice(replace(VIEW, hand_over=OPENED), reason, INSTALLER))
        assert state in " ".join(plain_text.text(letter(shown)).split())


@pytest.mark.parametrize("name", HAND_OVERS)
def test_a_program_reads_the_reason_and_nobody_a_value(name: str) -> None:
    told = HAND_OVERS[name]
    data = json.loads(webhook_document(told, page_url=PAGE_URL))["data"]
    assert data["items"][0]["reason"] == told.notices[0].reason
    assert data["title"] == subject(told)
    assert "good news" not in "".join(texts(name))


def test_hostile_names_are_text() -> None:
    card, mail = texts("hand_over_hostile")
    assert "{{DATE" not in card
    assert "<at>" not in card
    assert "\u202e" not in card + mail
    assert HOSTILE.rstrip("\u202e") in mail


def texts(name: str) -> list[str]:
    told = HAND_OVERS[name]
    card = "".join(each.decode() for each in cards(told, page_url=PAGE_URL))
    return [card, " ".join(plain_text.text(letter(told, page_url=PAGE_URL)).split())]


def test_every_role_is_named_in_news() -> None:
    assert {role for each in HAND_OVERS.values() for role in each.notices[0].roles} == {
        Role.RENEWER,
        Role.INSTALLER,
    }
