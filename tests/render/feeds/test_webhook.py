"""The document of a webhook: the names are promises, described in docs/openapi.yaml."""

import json
from typing import Any

import pytest

from shared.render.feeds.message_items import items_of
from shared.render.feeds.webhook import webhook_document
from tests.render.cases import MESSAGES, page_of
from tests.support.notices import PAGE_URL, credential, message, notice, service_view
from tests.support.openapi import misfits

SCHEMA = {"$ref": "#/components/schemas/WebhookMessage"}


def document(name: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(webhook_document(MESSAGES[name], page_url=page_of(name)))
    return found


@pytest.mark.parametrize("name", MESSAGES)
def test_document_is_as_described(name: str) -> None:
    found = document(name)
    assert misfits(found, SCHEMA, exactly=True) == []
    assert found["data"]["items"] == json.loads(json.dumps(items_of(MESSAGES[name])))
    assert found["data"]["severity"] == MESSAGES[name].severity
    assert found["data"]["title"]
    assert "You get this mail" not in found["data"]["text"]


def test_document_says_what_a_person_has_to_do() -> None:
    told = message(notice(service_view(in_use=credential(ends=6))))
    found = json.loads(webhook_document(told, page_url=PAGE_URL))
    text, links = found["data"].pop("text"), found["data"].pop("links")
    assert found == {
        "type": "lapsewatch.message",
        "timestamp": "2026-11-22T14:00:00Z",
        "data": {
            "channel": "its",
            "severity": "critical",
            "title": "[LibCal] secret expires in 6 days (28 Nov)",
            "items": [
                {
                    "item": "libcal",
                    "name": "LibCal",
                    "standing": "expiring",
                    "reason": "rung",
                    "severity": "critical",
                    "days_left": 6,
                }
            ],
        },
    }
    assert links["page"] == PAGE_URL
    assert [link["title"] for link in links["items"]["libcal"]] == ["Open in Entra", "Open LibCal"]
    assert "LibCal: secret expires in 6 days (28 Nov)" in text
    assert f"Status page: {PAGE_URL}" in text


def test_body_is_ascii_whatever_names_contain() -> None:
    """So that every receiver signs the same bytes; half of a surrogate pair has no others."""
    told = message(notice(service_view(in_use=credential("Bücher \ud83d \u202e", 6))))
    assert webhook_document(told).isascii()


def test_address_without_https_is_no_link() -> None:
    found = json.loads(webhook_document(message(test=True), page_url="http://127.0.0.1/page"))
    assert found["data"]["links"] == {"page": None, "items": {}}
    assert found["data"]["items"] == []
