"""Post cards to a Teams Workflows webhook; no error shows its URL or a token.

The URL is a credential, unless the flow admits the app's identity instead of anyone.
"""

import time
from collections.abc import Callable, Mapping, Sequence
from functools import partial

from shared.adapters.channels.acceptance import by_flow
from shared.adapters.channels.explanations import NO_TIME
from shared.adapters.channels.http_request import HttpRequest
from shared.adapters.channels.retry import READ_SECONDS, Failure, HttpSender, message_timeout
from shared.adapters.channels.teams_errors import explain
from shared.adapters.channels.token import CredentialFactory, token_for
from shared.adapters.timeout import TimeLeft, unlimited
from shared.adapters.token_errors import no_token_for_flow
from shared.core.model.message import Message
from shared.core.model.watchlist import TeamsChannel, label_of

HEADERS = {"Content-Type": "application/json; charset=utf-8", "User-Agent": "Lapsewatch"}

FLOW_AUDIENCE = "https://service.flow.microsoft.com/"
"""Whom the token is for: https://learn.microsoft.com/power-automate/oauth-authentication.

The settings let it go to hosts of Power Automate only (`shared/config/flow_url.py`).
"""
FLOW_SCOPE = f"{FLOW_AUDIENCE}/.default"
"""With two slashes: the audience ends with one."""

type Cards = Callable[[Message], Sequence[bytes]]
"""Returns the bodies of the requests for a message, in order."""


class TeamsWebhook:
    """A Teams channel behind a Workflows webhook; implements the port `Channel`."""

    def __init__(
        self,
        channel: TeamsChannel,
        cards: Cards,
        *,
        sign_in: CredentialFactory | None = None,
        read_seconds: float = READ_SECONDS,
        left: TimeLeft = unlimited,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        """Send to `channel` what `cards` makes of a message.

        `sign_in` makes the credential for a flow that admits the app's identity. Sending ends
        within the time that is `left`; `sleep` waits before a retry.
        """
        self._channel = channel
        self._cards = cards
        self._sign_in = sign_in
        self._timeout = message_timeout(read_seconds)
        self._left = left
        self._sleep = sleep

    def send(self, message: Message) -> None:
        """Post every card of `message`, in order.

        That a flow has taken a card does not prove that it is shown.

        Raises:
            ChannelError: a card was not taken; the cards before it stay.
        """
        cards = self._cards(message)
        headers = self._headers()
        if isinstance(headers, Failure):
            raise headers.of_channel(label_of(self._channel))
        url, why = self._channel.url.reveal(), partial(explain, auth=self._channel.auth)
        with HttpSender(why, timeout=self._timeout, left=self._left, sleep=self._sleep) as sender:
            for number, card in enumerate(cards):
                failure = sender.send(HttpRequest(url, headers, by_flow, card))
                if failure is not None:
                    sent = f"only {number} of {len(cards)} cards was sent" if number else "not sent"
                    raise failure.of_channel(label_of(self._channel), sent)

    def _headers(self) -> Mapping[str, str] | Failure:
        """Return the headers, with a token if the flow admits the identity."""
        if self._channel.auth == "url":
            return HEADERS
        assert self._sign_in is not None
        if self._left() < sum(self._timeout):
            return Failure(NO_TIME, transient=True)
        token = token_for(FLOW_SCOPE, self._sign_in, no_token_for_flow)
        return token if isinstance(token, Failure) else _with_token(token)


def _with_token(token: str) -> Mapping[str, str]:
    return {**HEADERS, "Authorization": f"Bearer {token}"}
