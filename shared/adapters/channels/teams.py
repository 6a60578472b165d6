"""Posts cards to a Teams Workflows webhook; its URL is a credential, and no error or log of ours shows any of it."""

import time
from collections.abc import Callable, Mapping

from shared.adapters.channels.http_post import READ_SECONDS, HttpPost, Post, Refusal, Silence
from shared.core.model.message import Message
from shared.core.model.watchlist import TeamsChannel
from shared.ports.errors import ChannelError
from shared.render.card.card import encoded, payloads

HEADERS = {"Content-Type": "application/json; charset=utf-8", "User-Agent": "Lapsewatch"}

NEW_FLOW = "make a new flow, and put its URL in place of the old one"
BY_CODE = {
    "WorkflowTriggerIsNotEnabled": f"Its flow is turned off or deleted. Turn it on in Power Automate, or {NEW_FLOW}",
    "TriggerInputSchemaMismatch": "Its flow expects another kind of request. Build the flow from the Teams template for webhook requests",
    "DirectApiAuthorizationRequired": (
        "Its flow can be triggered only by users of the tenant. Set “Who can trigger the flow” to Anyone, save, and use the new URL"
    ),
    "WorkflowNotFound": f"There is no such flow. To repair this, {NEW_FLOW}",
}
"""What to do, by the error code in the answer of Power Automate."""
BY_STATUS = {
    400: "Its flow does not accept the request. Look at the flow's trigger in Power Automate",
    401: "Its webhook refuses the request. Copy the flow's URL again, whole, with the signature at its end",
    403: "Its webhook refuses the request. Copy the flow's URL again, whole, with the signature at its end",
    404: BY_CODE["WorkflowNotFound"],
    410: BY_CODE["WorkflowNotFound"],
    413: "Its flow finds the card too large. Watch fewer things in one channel",
    429: "Its flow gets more requests than it takes. This is tried again later",
}
NOT_KNOWN = "Its webhook gave an answer that is not known. Look at the flow in Power Automate"
BY_SILENCE: Mapping[Silence, str] = {
    Silence.INSECURE: "No secure connection to its webhook could be made. Look at the certificates on the way",
    Silence.SLOW: "Its webhook could not be connected to in time. This is tried again later",
    Silence.UNKNOWN_HOST: "The host of its webhook is not known. Check the URL and the name service",
    Silence.UNREACHABLE: "Its webhook could not be connected to. This is tried again later",
    Silence.UNANSWERED: "Its webhook gave no answer, so the message may be in Teams or not. This is tried again later",
    Silence.UNUSABLE: "Its URL cannot be used. Copy the flow's URL again",
}


class TeamsWebhook:
    """A Teams channel behind a Workflows webhook; implements the port `Channel`."""

    def __init__(
        self,
        channel: TeamsChannel,
        *,
        page_url: str = "",
        read_seconds: float = READ_SECONDS,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        """Send to `channel`. `page_url` is the https address of the status page, if there is one; `sleep` waits some seconds."""
        self._channel = channel
        self._page_url = page_url
        self._read_seconds = read_seconds
        self._sleep = sleep

    def send(self, message: Message) -> None:
        """Post every card of `message`, in order. Raises `ChannelError`; a card that was taken before it is not taken back.

        202 is what a flow says (200 with a Response action of its own), and neither proves that the card is shown.
        """
        url = self._channel.url.reveal()
        cards = payloads(message, page_url=self._page_url)
        with HttpPost(_explain, read_seconds=self._read_seconds, sleep=self._sleep) as posting:
            for sent, card in enumerate(cards):
                failure = posting.post(Post(url, encoded(card), HEADERS))
                if failure is not None:
                    told = f"was told only {sent} of {len(cards)} cards" if sent else "was not told"
                    raise self._error(
                        told, failure.text, transient=failure.transient, code=failure.code
                    )

    def _error(self, told: str, why: str, *, transient: bool, code: str = "") -> ChannelError:
        return ChannelError(
            f"Channel “{self._channel.name}” {told}. {why}.", transient=transient, code=code
        )


def _explain(found: Refusal | Silence) -> str:
    if isinstance(found, Silence):
        return BY_SILENCE[found]
    if found.redirects:
        text = "Its webhook redirects elsewhere, and redirects are not followed. Copy the flow's URL again"
    else:
        text = BY_CODE.get(found.code) or BY_STATUS.get(found.status) or NOT_KNOWN
    return f"{text} ({found})"
