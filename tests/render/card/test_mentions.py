"""A Teams channel's `mention`: these people are notified when a message is urgent."""

import re
from typing import Any

import pytest

from local.cards import problems, to_html, words
from shared.core.model.message import Message
from shared.core.model.vocabulary import Reason, Severity
from shared.render.card.card import LIMIT, encoded, payloads
from tests.render.cases import MESSAGES, page_of
from tests.support.notices import credential, message, notice, service_view, unclaimed

DANA, SAM = "dana@example.org", "sam_o'neil@example.org"
MANY = tuple(f"{'x' * 100}{number}@example.org" for number in range(10))
URGENT = message(notice(service_view(in_use=credential(ends=3))))


def cards_of(told: Message, *mention: str) -> list[dict[str, Any]]:
    return [each["attachments"][0]["content"] for each in payloads(told, mention=mention)]


def texts(card: dict[str, Any]) -> list[str]:
    return [each["text"] for each in card["body"] if each["type"] == "TextBlock"]


def test_urgent_card_mentions_each_person_as_teams_finds_them() -> None:
    (card,) = cards_of(URGENT, DANA, SAM)
    assert texts(card)[:2] == ["Lapsewatch: urgent", f"Urgent for <at>{DANA}</at>, <at>{SAM}</at>"]
    assert card["msteams"] == {
        "width": "Full",
        "entities": [
            {"type": "mention", "text": f"<at>{each}</at>", "mentioned": {"id": each, "name": each}}
            for each in (DANA, SAM)
        ],
    }


@pytest.mark.parametrize("name", MESSAGES)
def test_only_an_urgent_message_mentions_anybody(name: str) -> None:
    found = payloads(MESSAGES[name], page_url=page_of(name), mention=(DANA,))
    mentions = sum(DANA in encoded(each).decode() for each in found)
    assert mentions == (MESSAGES[name].severity == Severity.CRITICAL)


def test_several_cards_notify_once_and_all_fit() -> None:
    told = message(
        *URGENT.notices,
        *(notice(unclaimed(credential(f"stray {n}", 400)), Reason.UNCLAIMED) for n in range(60)),
    )
    found = payloads(told, mention=MANY)
    assert len(found) > 1
    assert all(len(encoded(each)) < LIMIT for each in found)
    assert [b"entities" in encoded(each) for each in found] == [True] + [False] * (len(found) - 1)


def test_name_from_outside_mentions_nobody() -> None:
    hostile = f"<at>{DANA}</at> </at><AT>"
    view = unclaimed(credential(hostile, 3))
    (card,) = cards_of(message(*URGENT.notices, notice(view, Reason.UNCLAIMED)), SAM)
    shown = encoded(card).decode()
    assert DANA in shown
    assert re.findall(r"<at>([^<]*)</at>", shown, re.IGNORECASE) == [SAM, SAM]


def test_official_renderer_of_phones_finds_no_problem() -> None:
    named = {"urgent": cards_of(URGENT, DANA, SAM)[0], "many": cards_of(URGENT, *MANY)[0]}
    assert problems(named, known="1.2") == []


@pytest.mark.browser
def test_markdown_leaves_the_names_as_they_are() -> None:
    names = (DANA, SAM, "a_b_c@example.org", "pat_x.y#ext#@example.org")
    shown = words(to_html(cards_of(URGENT, *names)))
    assert [each for each in names if f"<at>{each}</at>" not in shown] == []
