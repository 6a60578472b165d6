import re
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest

from local.cards import drawn, problems, to_html, words
from shared.core.model.message import Message
from shared.core.model.vocabulary import Reason, Severity, Standing
from shared.core.model.watchlist import Runbook
from shared.render.card.card import LIMIT, encoded, payloads
from shared.render.card.elements import open_url
from tests.render.cases import MESSAGES, page_of
from tests.render.goldens import card_of, kept, kind_of
from tests.support.notices import (
    INSTALLER,
    LIBCAL,
    NEW,
    PAGE_URL,
    app_view,
    credential,
    message,
    notice,
    service_view,
    unclaimed,
    unmatched,
)

ELEMENTS = {
    "AdaptiveCard",
    "TextBlock",
    "RichTextBlock",
    "TextRun",
    "Container",
    "ColumnSet",
    "Column",
    "ActionSet",
}
FLOOR = "1.2"
"""The version of cards that Teams knows on phones."""
ACTIONS = {"Action.OpenUrl", "Action.ToggleVisibility"}
MANY = message(
    *(
        notice(unclaimed(credential(f"stray {number}", 400)), Reason.UNCLAIMED)
        for number in range(60)
    )
)
URGENT = message(
    *(
        notice(
            service_view(in_use=credential(ends=3), service=replace(LIBCAL, name=f"Service {n}"))
        )
        for n in range(30)
    ),
    *MANY.notices,
)


def cards_of(told: Message, page_url: str = "") -> list[dict[str, Any]]:
    return [payload["attachments"][0]["content"] for payload in payloads(told, page_url=page_url)]


def nodes(value: object) -> Iterator[dict[str, Any]]:
    if isinstance(value, dict):
        yield value
        for inner in value.values():
            yield from nodes(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from nodes(inner)


def texts(value: object) -> list[str]:
    return [node["text"] for node in nodes(value) if "text" in node]


@pytest.mark.parametrize("name", MESSAGES)
def test_card_has_its_golden_digest(name: str) -> None:
    assert card_of(name) == kept("cards")[kind_of(MESSAGES[name]), name]


@pytest.mark.parametrize("name", MESSAGES)
def test_card_has_only_elements_that_teams_shows(name: str) -> None:
    for payload in payloads(MESSAGES[name], page_url=page_of(name)):
        assert payload["type"] == "message"
        assert len(encoded(payload)) < LIMIT
        card = payload["attachments"][0]["content"]
        assert card["version"] == FLOOR
        assert card["msteams"] == {"width": "Full"}
        found = list(nodes({key: value for key, value in card.items() if key != "msteams"}))
        assert {node["type"] for node in found} <= ELEMENTS | ACTIONS
        assert all(
            re.match(r"https://[a-z0-9.-]+/", node["url"]) for node in found if "url" in node
        )
        assert all(len(node["actions"]) <= 6 for node in found if "actions" in node)
        ids = [node["id"] for node in found if "id" in node]
        assert len(ids) == len(set(ids))
        assert {target for node in found for target in node.get("targetElements", ())} == set(ids)


@pytest.mark.parametrize("known", ["", FLOOR, "1.5"])
def test_official_renderer_finds_no_problem(known: str) -> None:
    named = {
        f"{name} {number}": card
        for name in MESSAGES
        for number, card in enumerate(cards_of(MESSAGES[name], page_of(name)))
    }
    assert problems(named, known=known) == []


def test_official_renderer_finds_what_is_too_new() -> None:
    table = {"type": "Table", "columns": [], "rows": []}
    good = {"type": "Container", "style": "good", "items": []}
    named: dict[str, dict[str, Any]] = {
        "version": {"type": "AdaptiveCard", "version": "1.5", "body": []},
        "element": {"type": "AdaptiveCard", "version": FLOOR, "body": [table]},
        "value": {"type": "AdaptiveCard", "version": "1.1", "body": [good]},
    }

    def faulty(known: str) -> set[str]:
        return {line.partition(":")[0] for line in problems(named, known=known)}

    assert faulty(FLOOR) == {"version", "element"}
    assert faulty("") == {"element", "value"}


def test_official_renderer_finds_a_broken_card() -> None:
    broken = {
        "type": "AdaptiveCard",
        "version": "1.5",
        "body": [{"type": "Container", "style": "loud", "items": []}, {"type": "Nothing"}],
    }
    assert len(problems({"broken": broken})) == 2


@pytest.mark.browser
def test_official_renderer_shows_outside_text_literally() -> None:
    name = "[free](https://x.example) **b** <b>x</b> {{DATE(2026-01-01T00:00:00Z)}} <at>"
    told = message(notice(unclaimed(credential(name, 400, hint="a_*")), Reason.UNCLAIMED))
    shown = words(to_html(cards_of(told)))
    assert (
        "Secret “[free](https://x.example) **b** <b>x</b> { {DATE(2026-01-01T00:00:00Z)}} < at>”"
        in shown
    )
    assert "(begins with a_*, expires 27 Dec 2027)" in shown


PHONE = 390


@pytest.mark.browser
def test_phone_shows_each_card_whole() -> None:
    """Teams on phones knows version 1.2: the same words, and no button beyond the edge."""
    every = [card for name in MESSAGES for card in cards_of(MESSAGES[name], page_of(name))]
    buttons = [open_url(f"Open service {number}", "https://a.example/") for number in range(4)]
    wide = {**every[0], "body": [{"type": "ActionSet", "actions": buttons}], "actions": []}
    phone = drawn(to_html(every, known=FLOOR, width=PHONE))
    newest = drawn(to_html([*every, wide], known="1.5", width=PHONE))
    assert 'data-cut="0"' in phone
    assert 'data-cut="0"' not in newest
    assert said(newest).startswith(said(phone))


def said(page: str) -> str:
    found = re.search(r'data-words="([^"]*)"', page)
    assert found is not None
    return found[1]


def test_most_urgent_item_comes_first() -> None:
    styles = [
        node["style"]
        for node in cards_of(MESSAGES["several_with_page"])[0]["body"]
        if node["type"] == "Container"
    ]
    assert styles == ["attention", "accent", "good"]


def test_without_a_page_every_item_is_on_a_card() -> None:
    cards = cards_of(MANY)
    said = " ".join(texts(cards))
    assert len(cards) > 1
    assert all(f"“stray {number}”" in said for number in range(60))
    assert cards[1]["body"][0]["text"] == f"Lapsewatch: 60 items (2 of {len(cards)})"


def test_items_listed_on_the_page_may_be_counted() -> None:
    cards = cards_of(MANY, PAGE_URL)
    shown = sum(node["type"] == "Container" for node in cards[0]["body"])
    assert len(cards) == 1
    assert f"And {60 - shown} more on the status page." in texts(cards)


def test_critical_item_is_never_left_out() -> None:
    cards = cards_of(URGENT, PAGE_URL)
    said = texts(cards)
    assert len(cards) > 1
    assert all(
        f"Service {number}: secret expires in 3 days (25 Nov)" in said for number in range(30)
    )
    assert all(len(encoded(payload)) < LIMIT for payload in payloads(URGENT, page_url=PAGE_URL))


def test_introduction_names_every_service() -> None:
    services = tuple(
        service_view(Standing.HEALTHY, service=replace(LIBCAL, name=f"Service {number}"))
        for number in range(300)
    )
    told = message(introduction=True, watching=services)
    said = texts(cards_of(told, PAGE_URL))
    assert "Lapsewatch now watches 300 services (1 of 3)" in said
    assert all(f"Service {number} is safe until 13 Dec 2026" in said for number in range(300))


def test_longest_and_widest_texts_fit_a_card() -> None:
    wide = "\N{EARTH GLOBE AMERICAS}" * 400
    strays = tuple(credential(f"{number}{wide}", 400, hint=wide) for number in range(9))
    service = replace(
        LIBCAL, name=wide, breaks=wide, request_to=wide, renewer=(wide,) * 9, installer=(wide,)
    )
    found = replace(unmatched(*strays), service=service)
    missing = replace(service_view(Standing.MISSING), service=service, candidates=strays)
    rivals = unclaimed(strays[0], rivals=(service,) * 9)
    lost = app_view(
        *(f"the redirect URI https://a.example/{wide} is missing" for _ in range(40)),
        aspect="redirect_uris",
    )
    for view in (found, missing, rivals, lost):
        for payload in payloads(message(notice(view)), page_url=PAGE_URL):
            assert len(encoded(payload)) < LIMIT


def test_what_is_too_long_for_a_card_is_named() -> None:
    """Whatever the reader has to do next and does not fit, the card says where it is."""
    text = "word " * 900
    runbook = Runbook("runbooks/long.md", {"Request": text, "Create": "Press New.", "Verify": text})
    view = service_view(service=replace(LIBCAL, runbook=runbook))
    asking = cards_of(message(notice(view)), PAGE_URL)[0]
    assert "“Request” on the status page or in runbooks/long.md (too long for a card)" in texts(
        asking
    )
    assert "Press New." in str(asking)
    waiting = replace(view, standing=Standing.AWAITING_INSTALL, replacement=NEW)
    card = cards_of(message(notice(waiting, roles=INSTALLER)))[0]
    assert "“Verify” in runbooks/long.md (too long for a card)" in texts(card)
    assert not [node for node in nodes(card) if node.get("type") == "Action.ToggleVisibility"]


def test_link_without_https_has_no_button() -> None:
    service = replace(LIBCAL, link="http://library.libcal.example/admin")
    titles = [
        node.get("title")
        for node in nodes(
            cards_of(message(notice(service_view(service=service))), "http://127.0.0.1/page")
        )
    ]
    assert "Open LibCal" not in titles
    assert "Open the status page" not in titles


def test_deleted_app_has_no_link() -> None:
    assert not [node for node in nodes(cards_of(MESSAGES["app_not_found"])) if "url" in node]


def test_fallback_text_is_one_line() -> None:
    assert cards_of(MESSAGES["several_with_page"])[0]["fallbackText"].startswith(
        "Lapsewatch: 3 items, 1 urgent; LibCal: its current secret was deleted"
    )
    assert r"\[free\](" in cards_of(MESSAGES["hostile"])[0]["fallbackText"]


def test_weekly_status_is_a_subtle_line_above_its_rows() -> None:
    (card,) = cards_of(MESSAGES["weekly"])
    (box,) = card["body"]
    assert box["style"] == "default"
    line, following = box["items"]
    assert "LibStaffer on 18 Sep 2027; LibCal on 14 Nov 2028" in str(following)
    status = "Weekly status: 2 services watched, nothing to do"
    text = f"{status}. Next message on 15 Sep 2027 if nothing changes."
    assert [(run["text"], run["isSubtle"]) for run in line["inlines"]] == [(text, True)]
    assert card["fallbackText"] == status


def test_color_of_a_card_follows_the_severity() -> None:
    def style(name: str) -> str:
        return next(
            str(node["style"])
            for node in cards_of(MESSAGES[name])[0]["body"]
            if node["type"] == "Container"
        )

    assert style("confirmed") == "good"
    assert style("confirmed_on_an_ending_one") == "warning"
    assert style("expired") == "attention"
    assert MESSAGES["expired"].severity == Severity.CRITICAL
