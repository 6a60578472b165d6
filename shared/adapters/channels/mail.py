"""Sends mail through Microsoft Graph, as one mailbox that the identity may use; its token reaches no error and no log.

`POST /users/{sender}/sendMail` takes MIME in base64 as text/plain, and answers 202, which says that the mail was taken
and not that it was delivered; a copy is among the sender's sent items:
https://learn.microsoft.com/graph/api/user-sendmail. Who may send as which mailbox is said in Exchange Online and not in
Entra: https://learn.microsoft.com/exchange/permissions-exo/application-rbac.
"""

import time
from base64 import b64encode
from collections.abc import Callable, Mapping
from urllib.parse import quote

from azure.core.credentials import TokenCredential

from shared.adapters.channels.http_post import (
    READ_SECONDS,
    Failure,
    HttpPost,
    Post,
    Refusal,
    Silence,
)
from shared.adapters.token_errors import no_token_for_graph
from shared.core.model.message import Message
from shared.core.model.watchlist import EmailChannel, TeamsChannel
from shared.ports.errors import ChannelError, DirectoryError
from shared.render.mail.mail import mail
from shared.render.mail.mime import as_bytes
from shared.render.text.escape import clean

type CredentialFactory = Callable[[], TokenCredential]

LATER = "This is tried again later"
NOT_ALLOWED = (
    "The identity may not send as {sender}. Give it the role “Application Mail.Send” for that mailbox alone, by RBAC for"
    " Applications in Exchange Online; it may take two hours to take effect"
)
NO_MAILBOX = "There is no mailbox {sender}, or it cannot send. Check LAPSEWATCH_MAIL_SENDER"
BY_CODE = {
    "ErrorAccessDenied": NOT_ALLOWED,
    "ErrorSendAsDenied": NOT_ALLOWED,
    "ErrorInvalidUser": NO_MAILBOX,
    "MailboxNotEnabledForRESTAPI": NO_MAILBOX,
    "ErrorInvalidRecipients": "Graph does not accept an address that the mail goes to. Check “to” of the channel in the watchlist",
    "ErrorMessageSizeExceeded": "The mail is too large. Watch fewer things in one channel",
}
"""What happened and what to do, by the error code in Graph's answer."""
BY_STATUS = {
    400: "Graph does not accept the mail. Check “to” of the channel in the watchlist, and LAPSEWATCH_MAIL_SENDER",
    401: "Graph does not accept the token. Check that LAPSEWATCH_GRAPH names the cloud, and AZURE_CLIENT_ID an identity, of this tenant",
    403: NOT_ALLOWED,
    404: NO_MAILBOX,
    413: BY_CODE["ErrorMessageSizeExceeded"],
    429: f"{{sender}} sends more mail than Exchange allows (30 messages a minute). {LATER}",
}
BY_SILENCE: Mapping[Silence, str] = {
    Silence.INSECURE: "No secure connection to Graph could be made. Look at the certificates on the way",
    Silence.SLOW: f"Graph could not be connected to in time. {LATER}",
    Silence.UNKNOWN_HOST: "The host of Graph is not known. Check LAPSEWATCH_GRAPH and the name service",
    Silence.UNREACHABLE: f"Graph could not be connected to. {LATER}",
    Silence.UNANSWERED: f"Graph gave no answer, so the mail may have been sent or not. {LATER}",
    Silence.UNUSABLE: "The address of Graph cannot be used. Check LAPSEWATCH_GRAPH",
}


class MailboxChannel:
    """Mailboxes that get the same mail; implements the port `Channel`."""

    def __init__(  # noqa: PLR0913  (what the world looks like, by keyword)
        self,
        channel: EmailChannel,
        *,
        sender: str,
        graph: str,
        sign_in: CredentialFactory,
        channels: Mapping[str, TeamsChannel | EmailChannel] | None = None,
        page_url: str = "",
        read_seconds: float = READ_SECONDS,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        """Send to `channel` from the mailbox `sender`, through the Graph at the root `graph` (no slash at its end).

        `sign_in` gives the credential, which is closed after each message. `channels` are those of the watchlist, in
        which the answering address is found. `sleep` waits some seconds.
        """
        self._channel = channel
        self._sender = sender
        self._graph = graph
        self._sign_in = sign_in
        self._channels = channels or {}
        self._page_url = page_url
        self._read_seconds = read_seconds
        self._sleep = sleep

    def send(self, message: Message) -> None:
        """Send `message` as one mail. Raises `ChannelError`."""
        failure = self._deliver(message)
        if failure is not None:
            text = f"Channel “{self._channel.name}” was not told. {failure.text}."
            raise ChannelError(text, transient=failure.transient, code=failure.code)

    def _deliver(self, message: Message) -> Failure | None:
        written = mail(
            message,
            to=self._channel.to,
            sender=self._sender,
            channels=self._channels,
            page_url=self._page_url,
        )
        token = self._token()
        if isinstance(token, Failure):
            return token
        address = f"{self._graph}/v1.0/users/{quote(self._sender, safe='@')}/sendMail"
        headers = {
            "Authorization": f"Bearer {token}",
            "Content-Type": "text/plain",
            "User-Agent": "Lapsewatch",
        }
        with HttpPost(self._explain, read_seconds=self._read_seconds, sleep=self._sleep) as posting:
            return posting.post(Post(address, b64encode(as_bytes(written)), headers))

    def _token(self) -> str | Failure:
        """Ask for a token. A failure is returned, not raised: an exception of the library may carry an answer with a token along."""
        try:
            credential = self._sign_in()
        except DirectoryError as error:  # no way to sign in that is safe
            return Failure(str(error).rstrip("."), transient=error.transient)
        try:
            return credential.get_token(f"{self._graph}/.default").token
        except Exception as error:  # noqa: BLE001  (azure-identity lets more through than its own errors, for answers it cannot read)
            return Failure(no_token_for_graph(error), transient=True, code=type(error).__name__)
        finally:
            if close := getattr(credential, "close", None):
                close()

    def _explain(self, found: Refusal | Silence) -> str:
        if isinstance(found, Silence):
            return BY_SILENCE[found]
        if found.redirects:
            text = (
                "Graph redirects elsewhere, and redirects are not followed. Check LAPSEWATCH_GRAPH"
            )
        else:
            text = (
                BY_CODE.get(found.code)
                or BY_STATUS.get(found.status)
                or f"Graph gave an answer that is not known. {LATER}"
            )
        return f"{text.format(sender=clean(self._sender))} ({found})"
