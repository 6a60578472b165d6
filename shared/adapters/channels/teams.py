"""Post cards to a Teams Workflows webhook; no error shows its URL, a credential."""

import time
from collections.abc import Callable, Sequence

from shared.adapters.channels.acceptance import by_flow
from shared.adapters.channels.http_request import HttpRequest
from shared.adapters.channels.retry import READ_SECONDS, HttpSender, message_timeout
from shared.adapters.channels.teams_errors import explain
from shared.adapters.timeout import TimeLeft, unlimited
from shared.core.model.message import Message
from shared.core.model.watchlist import TeamsChannel
from shared.ports.errors import ChannelError

HEADERS = {"Content-Type": "application/json; charset=utf-8", "User-Agent": "Lapsewatch"}

type Cards = Callable[[Message], Sequence[bytes]]
"""Returns the bodies of the requests for a message, in order."""


class TeamsWebhook:
    """A Teams channel behind a Workflows webhook; implements the port `Channel`."""

    def __init__(
        self,
        channel: TeamsChannel,
        cards: Cards,
        *,
        read_seconds: float = READ_SECONDS,
        left: TimeLeft = unlimited,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        """Send to `channel` what `cards` makes of a message.

        Sending ends within the time that is `left`; `sleep` waits before a retry.
        """
        self._channel = channel
        self._cards = cards
        self._timeout = message_timeout(read_seconds)
        self._left = left
        self._sleep = sleep

    def send(self, message: Message) -> None:
        """Post every card of `message`, in order.

        That a flow has taken a card does not prove that it is shown.

        Raises:
            ChannelError: a card was not taken; the cards before it stay.
        """
        url = self._channel.url.reveal()
        cards = self._cards(message)
        with HttpSender(
            explain, timeout=self._timeout, left=self._left, sleep=self._sleep
        ) as sender:
            for number, card in enumerate(cards):
                failure = sender.send(HttpRequest(url, HEADERS, by_flow, card))
                if failure is not None:
                    sent = f"only {number} of {len(cards)} cards was sent" if number else "not sent"
                    text = f"Channel “{self._channel.name}”: {sent}. {failure.text}."
                    raise ChannelError(text, transient=failure.transient, code=failure.code)
