"""A notice of a snooze says who, why and until when; it has nothing for its readers to do."""

import json
from dataclasses import replace

import pytest

from shared.core.model.message import Message
from shared.core.model.views import ServiceView
from shared.core.model.vocabulary import Loss, Reason, Severity, Standing
from shared.core.notify.requests import requests
from shared.render.card.card import cards
from shared.render.feeds.webhook import webhook_document
from shared.render.mail import plain_text
from shared.render.mail.letter import letter
from shared.render.mail.subject import subject
from tests.render.cases import KNOWN, LATE, TAKEN_BACK, TWO_IN_A_MONTH, WAITING
from tests.support.notices import BOTH, PAGE_URL, message, notice, service_view

GIVEN = {Reason.SNOOZED: {"acknowledged": KNOWN}, Reason.RESUMED: {"resumed": TAKEN_BACK}}
WORDS = {
    Reason.SNOOZED: (
        "[LibCal] Pat Example snoozed reminders until 1 Dec",
        "Pat Example: ticket 4711 is with ITS, quiet until 1 Dec.",
    ),
    Reason.RESUMED: (
        "[LibCal] Pat Example took the snooze back",
        "Pat Example took the snooze of LibCal back: reminders continue.",
    ),
}
LOST = service_view(Standing.MISSING, over=Loss.DELETED)


@pytest.mark.parametrize("view", [TWO_IN_A_MONTH[0], WAITING, LOST, LATE])
@pytest.mark.parametrize("reason", GIVEN)
def test_it_is_quiet_and_asks_for_nothing(view: ServiceView, reason: Reason) -> None:
    shown = replace(view, **GIVEN[reason])  # type: ignore[arg-type]  # fields of the view
    told = message(notice(shown, reason, BOTH))
    told = replace(told, requests=requests([shown]))
    assert told.severity == Severity.NOTICE
    title, sentence = WORDS[reason]
    assert subject(told) == title
    for text in texts(told):
        assert sentence in text
        for step in ("Next step", "Your turn", "ready to send", "Please create", "Show "):
            assert step not in text


def texts(told: Message) -> list[str]:
    card = cards(told, page_url=PAGE_URL, mention=("dana@example.org",))
    mail = plain_text.text(letter(told, page_url=PAGE_URL))
    document = json.loads(webhook_document(told, page_url=PAGE_URL))
    assert document["data"]["severity"] == "notice"
    assert "mentioned" not in card[0].decode()
    return [card[0].decode(), mail, document["data"]["text"]]
