"""The body and the headers of a webhook keep their names: other programs read them."""

import json

from shared.adapters.channels.webhook import SignedWebhook
from shared.core.model.secret import Secret
from shared.core.model.watchlist import WebhookChannel
from shared.render.feeds.webhook import webhook_document
from tests.support.notices import PAGE_URL, message, notice, service_view
from tests.support.scripted import Reply, Scripted

HEADERS = {"content-type", "webhook-id", "webhook-timestamp", "webhook-signature"}


def test_names_of_a_message() -> None:
    document = json.loads(webhook_document(message(notice(service_view())), page_url=PAGE_URL))
    data = document.pop("data")
    assert set(document) == {"type", "timestamp"}
    assert document["type"] == "lapsewatch.message"
    assert set(data) == {"channel", "severity", "title", "text", "items", "links"}
    assert [set(item) for item in data["items"]] == [
        {"item", "name", "standing", "reason", "severity", "days_left"}
    ]
    assert set(data["links"]) == {"page", "items"}


def test_names_of_the_headers() -> None:
    with Scripted([Reply(204)]) as server:
        secret = Secret("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")
        channel = WebhookChannel("desk", Secret(server.url), secret)
        SignedWebhook(channel, webhook_document).send(message(id="msg_1"))
    assert set(server.asked[0].headers) >= HEADERS
    assert server.asked[0].headers["webhook-signature"].startswith("v1,")
