"""The webhook adapter over real HTTP: a receiver verifies with the library `standardwebhooks`."""

import json
import logging
import traceback
from datetime import UTC, datetime

import pytest
from standardwebhooks import Webhook, WebhookVerificationError

from shared.adapters.channels.webhook import SignedWebhook
from shared.core.model.secret import Secret
from shared.core.model.watchlist import WebhookChannel
from shared.ports.errors import ChannelError
from shared.render.feeds.webhook import webhook_document
from tests.support.notices import message, notice, service_view
from tests.support.scripted import Asked, Reply, Scripted

SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
OTHER = "whsec_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"
PATH = "/hooks/cAnArYpAtH"
MESSAGE = message(notice(service_view()), id="msg_2f6c9b3413d6")


class Clock:
    """Records the waits instead of waiting."""

    def __init__(self) -> None:
        self.waits: list[float] = []

    def __call__(self, seconds: float) -> None:
        self.waits.append(seconds)


def webhook(url: str, clock: Clock | None = None) -> SignedWebhook:
    channel = WebhookChannel("desk", Secret(f"{url}{PATH}"), Secret(SECRET))
    return SignedWebhook(channel, webhook_document, read_seconds=0.3, sleep=clock or Clock())


def verified(asked: Asked, secret: str = SECRET) -> dict[str, object]:
    """Return the document of a request. Raise if its signature or its time is wrong."""
    document: dict[str, object] = Webhook(secret).verify(asked.body, dict(asked.headers))
    return document


def failure(server: Scripted) -> ChannelError:
    with pytest.raises(ChannelError) as caught:
        webhook(server.url).send(MESSAGE)
    assert caught.value.__context__ is None
    shown = "".join(traceback.format_exception(caught.value)) + repr(caught.value)
    assert not [word for word in (PATH, "127.0.0.1", SECRET, SECRET[6:]) if word in shown]
    return caught.value


def test_receiver_verifies_one_document_a_message() -> None:
    with Scripted([Reply(204)]) as server:
        webhook(server.url).send(MESSAGE)
    (asked,) = server.asked
    assert (asked.method, asked.target) == ("POST", PATH)
    assert asked.headers["content-type"] == "application/json"
    assert asked.headers["webhook-id"] == "msg_2f6c9b3413d6"
    assert verified(asked) == json.loads(webhook_document(MESSAGE))


def test_receiver_with_another_secret_or_a_changed_message_rejects_it() -> None:
    with Scripted([Reply(204)]) as server:
        webhook(server.url).send(MESSAGE)
    (asked,) = server.asked
    later = str(int(asked.headers["webhook-timestamp"]) + 1)
    for wrong in (
        {"webhook-id": "msg_other"},
        {"webhook-timestamp": later},
        {"webhook-signature": "v1," + "A" * 43 + "="},
    ):
        with pytest.raises(WebhookVerificationError):
            Webhook(SECRET).verify(asked.body, {**asked.headers, **wrong})
    with pytest.raises(WebhookVerificationError):
        Webhook(SECRET).verify(asked.body.replace(b"LibCal", b"LibCat"), dict(asked.headers))
    with pytest.raises(WebhookVerificationError):
        verified(asked, OTHER)


def test_signature_is_that_of_the_specification() -> None:
    """The specification's own example, so that not only this library understands us."""
    with Scripted([Reply(204)]) as server:
        channel = WebhookChannel("desk", Secret(server.url), Secret(SECRET))
        SignedWebhook(
            channel,
            lambda _: '{"test": 2432232314}',
            clock=lambda: datetime.fromtimestamp(1614265330, UTC),
        ).send(message(id="msg_p5jXN8AQM9LWM0D4loKWxJek"))
    headers = server.asked[0].headers
    assert headers["webhook-timestamp"] == "1614265330"
    assert headers["webhook-signature"] == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="


def test_temporary_failure_is_retried_with_the_same_id() -> None:
    clock = Clock()
    with Scripted([Reply(503), Reply(429, headers={"Retry-After": "2.5"}), Reply(200)]) as server:
        webhook(server.url, clock).send(MESSAGE)
    assert clock.waits == [1, 2.5]
    assert {asked.headers["webhook-id"] for asked in server.asked} == {MESSAGE.id}
    assert all(verified(asked) for asked in server.asked)


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (Reply(400), "does not accept the message"),
        (Reply(401, SECRET.encode()), "both sides have the same signing secret"),
        (Reply(403), "both sides have the same signing secret"),
        (Reply(404), "does not know this URL"),
        (Reply(410), "does not know this URL"),
        (Reply(413), "too large"),
        (Reply(418), "an unexpected response"),
        (Reply(302, headers={"Location": "/elsewhere"}), "redirects are not followed"),
        (Reply(308, headers={"Location": "/elsewhere"}), "redirects are not followed"),
    ],
)
def test_permanent_failure_says_what_to_do_without_a_retry(answer: Reply, words: str) -> None:
    with Scripted(lambda _: answer) as server:
        error = failure(server)
    assert str(error).startswith("Channel “desk”: not sent. ")
    assert words in str(error)
    assert f"(HTTP {answer.status})" in str(error)
    assert not error.transient
    assert len(server.asked) == 1


def test_message_that_may_have_arrived_is_not_repeated_at_once() -> None:
    with Scripted(lambda _: Reply(hang=True)) as server:
        error = failure(server)
        assert error.transient
        assert "it may or may not have the message" in str(error)
        assert len(server.asked) == 1


def test_no_log_shows_the_url_or_the_secret(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    with Scripted([Reply(503), Reply(404)]) as server:
        failure(server)
    assert PATH not in caplog.text
    assert SECRET[6:] not in caplog.text
