"""Send mail through Microsoft Graph, as one mailbox that the identity may use.

`POST /users/{sender}/sendMail` takes MIME in Base64 as text/plain, and answers 202: the mail was
accepted, not delivered. A copy is among the sender's sent items:
https://learn.microsoft.com/graph/api/user-sendmail. The permission to send as a mailbox is given
in Exchange Online, not in Entra:
https://learn.microsoft.com/exchange/permissions-exo/application-rbac.
No error and no log holds the token.
"""

import time
from base64 import b64encode
from collections.abc import Callable
from functools import partial
from urllib.parse import quote

from shared.adapters.channels.acceptance import by_graph
from shared.adapters.channels.explanations import NO_TIME
from shared.adapters.channels.http_request import HttpRequest
from shared.adapters.channels.mail_errors import explain
from shared.adapters.channels.retry import READ_SECONDS, Failure, HttpSender, message_timeout
from shared.adapters.channels.token import CredentialFactory, token_for
from shared.adapters.timeout import TimeLeft, unlimited
from shared.adapters.token_errors import no_token_for_graph
from shared.core.model.message import Message
from shared.render.mail.mime import Mail, as_bytes

type Writer = Callable[[Message], Mail]
"""Returns the mail about a message."""


class MailboxChannel:
    """Mailboxes that get the same mail; implements the port `Channel`."""

    def __init__(  # noqa: PLR0913  (all by keyword)
        self,
        name: str,
        write: Writer,
        *,
        sender: str,
        graph: str,
        sign_in: CredentialFactory,
        read_seconds: float = READ_SECONDS,
        left: TimeLeft = unlimited,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        """Send what `write` returns from the mailbox `sender`.

        Args:
            name: what people call the channel, for errors.
            write: returns the mail about a message, with its recipients.
            sender: the address of the mailbox.
            graph: the root of Graph, without a slash at its end.
            sign_in: makes the credential of a message, which is closed after it.
            read_seconds: seconds to wait for a response.
            left: the time within which sending must end.
            sleep: waits some seconds before a retry.
        """
        self._name = name
        self._write = write
        self._sender = sender
        self._graph = graph
        self._sign_in = sign_in
        self._timeout = message_timeout(read_seconds)
        self._left = left
        self._sleep = sleep

    def send(self, message: Message) -> None:
        """Send `message` as one mail. Raises `ChannelError`."""
        failure = self._send(message)
        if failure is not None:
            raise failure.of_channel(self._name)

    def _send(self, message: Message) -> Failure | None:
        written = self._write(message)
        if self._left() < sum(self._timeout):
            return Failure(NO_TIME, transient=True)
        token = token_for(f"{self._graph}/.default", self._sign_in, no_token_for_graph)
        if isinstance(token, Failure):
            return token
        url = f"{self._graph}/v1.0/users/{quote(self._sender, safe='@')}/sendMail"
        headers = {
            "Authorization": f"Bearer {token}",
            "Content-Type": "text/plain",
            "User-Agent": "Lapsewatch",
        }
        why = partial(explain, sender=self._sender)
        with HttpSender(why, timeout=self._timeout, left=self._left, sleep=self._sleep) as sender:
            return sender.send(HttpRequest(url, headers, by_graph, b64encode(as_bytes(written))))
