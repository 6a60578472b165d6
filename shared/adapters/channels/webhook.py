"""Post signed JSON documents, as the specification Standard Webhooks has it.

`webhook-signature` is the HMAC-SHA256 of id, time and body under the secret of the channel:
https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md. The
URL is a credential too: no error and no log shows it.
"""

import time
from collections.abc import Callable
from datetime import UTC, datetime

from standardwebhooks import Webhook

from shared.adapters.channels.acceptance import by_receiver
from shared.adapters.channels.http_request import HttpRequest
from shared.adapters.channels.retry import READ_SECONDS, HttpSender, message_timeout
from shared.adapters.channels.webhook_errors import explain
from shared.adapters.timeout import TimeLeft, unlimited
from shared.core.model.message import Message
from shared.core.model.watchlist import WebhookChannel, label_of
from shared.ports.clock import Clock

type Document = Callable[[Message], str]
"""Returns the body of the request for a message: JSON in ASCII."""


def _now() -> datetime:
    return datetime.now(UTC)


class SignedWebhook:
    """A program that receives signed messages; implements the port `Channel`."""

    def __init__(
        self,
        channel: WebhookChannel,
        document: Document,
        *,
        read_seconds: float = READ_SECONDS,
        left: TimeLeft = unlimited,
        sleep: Callable[[float], None] = time.sleep,
        clock: Clock = _now,
    ) -> None:
        """Send to `channel` what `document` makes of a message.

        Sending ends within the time that is `left`; `sleep` waits before a retry; receivers
        reject a message that was signed minutes away from their own clock.
        """
        self._channel = channel
        self._document = document
        self._timeout = message_timeout(read_seconds)
        self._left = left
        self._sleep = sleep
        self._clock = clock

    def send(self, message: Message) -> None:
        """Post `message` as one document. Raises `ChannelError`."""
        body = self._document(message)
        url = self._channel.url.reveal()
        request = HttpRequest(url, self._headers(message.id, body), by_receiver, body.encode())
        with HttpSender(
            explain, timeout=self._timeout, left=self._left, sleep=self._sleep
        ) as sender:
            failure = sender.send(request)
        if failure is not None:
            raise failure.of_channel(label_of(self._channel))

    def _headers(self, message_id: str, body: str) -> dict[str, str]:
        at = self._clock()
        signature = Webhook(self._channel.secret.reveal()).sign(message_id, at, body)
        return {
            "Content-Type": "application/json",
            "User-Agent": "Lapsewatch",
            "webhook-id": message_id,
            "webhook-timestamp": str(int(at.timestamp())),
            "webhook-signature": signature,
        }
