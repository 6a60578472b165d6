"""Posts cards to a Teams Workflows webhook; its URL is a credential, and no error or log of ours shows any of it.

Tried again: what was surely not taken (no connection; 429, 500, 502, 503 and 504), after the time the flow asks for.
Not tried again: a request whose answer did not come, since the message may be in Teams already; the ledger owes it
then. The loop is our own because urllib3's `Retry` writes the path of every retry, a credential here, to its log.
"""

import json
import logging
import re
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

import requests
from urllib3.exceptions import HTTPError, NameResolutionError, NewConnectionError

from shared.core.message import Message
from shared.core.model import TeamsChannel
from shared.ports import ChannelError
from shared.render.teams import encoded, payloads

CONNECT_SECONDS, READ_SECONDS = 5.0, 20.0
RETRIES = 3
"""For all cards of a message together, so that sending ends well within the lease of a check."""
LONGEST_WAIT_SECONDS = 30.0
LONGEST_ANSWER = 16_384
"""Bytes of an answer that are read, in search of an error code."""
RETRIED = frozenset({429, 500, 502, 503, 504})
RETIRED_HOSTS = (".webhook.office.com", ".outlook.office.com", ".outlook.office365.com")
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
    413: "Its flow finds the card too large. Watch fewer things in one channel",
    429: "Its flow gets more requests than it takes. This is tried again later",
}
_CODE = re.compile(r"[A-Za-z]{1,60}")
_SECONDS = re.compile(r"\d{1,9}(\.\d{1,9})?")
_LOGGERS = ("urllib3.connectionpool", "urllib3.util.retry")


@dataclass(frozen=True, slots=True)
class _Failure:
    """Why a card was not taken. `wait`: seconds after which it may be tried again at once; `None`: not in this message."""

    text: str
    transient: bool
    wait: float | None = None


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
        self._timeout = (CONNECT_SECONDS, read_seconds)
        self._sleep = sleep

    def send(self, message: Message) -> None:
        """Post every card of `message`, in order. Raises `ChannelError`; a card that was taken before it is not taken back."""
        cards = payloads(message, page_url=self._page_url)
        retries = RETRIES
        with requests.Session() as session, _unlogged():
            for sent, card in enumerate(cards):
                failure, retries = self._deliver(session, card, retries)
                if failure is not None:
                    told = f"was told only {sent} of {len(cards)} cards" if sent else "was not told"
                    raise ChannelError(f"Channel “{self._channel.name}” {told}. {failure.text}.", transient=failure.transient)

    def _deliver(self, session: requests.Session, card: dict[str, Any], retries: int) -> tuple[_Failure | None, int]:
        """Post one card, again while it may help; give the last failure, if any, and how many retries are left."""
        while True:
            failure = self._post(session, card, tried=RETRIES - retries)
            if failure is None or failure.wait is None or failure.wait > LONGEST_WAIT_SECONDS or not retries:
                return failure, retries
            self._sleep(failure.wait)
            retries -= 1

    def _post(self, session: requests.Session, card: dict[str, Any], *, tried: int) -> _Failure | None:
        """Post once. A failure is returned, not raised: an exception of the library would carry the URL along."""
        url = self._channel.url.reveal()
        if _is_retired(url):
            return _Failure(
                f"Its URL is of an Office 365 connector, and Microsoft has retired these. To repair this, {NEW_FLOW}", transient=False
            )
        try:
            with session.post(
                url, data=encoded(card), headers=HEADERS, timeout=self._timeout, allow_redirects=False, stream=True
            ) as response:
                return _failure_of(response, tried)
        except (requests.RequestException, HTTPError, ValueError) as error:
            return _failure_without_answer(error, tried)


def _is_retired(url: str) -> bool:
    try:
        return f".{urlsplit(url).hostname}".endswith(RETIRED_HOSTS)
    except ValueError:
        return False


def _failure_of(response: requests.Response, tried: int) -> _Failure | None:
    """Read an answer: 202 is what a flow says (200 with a Response action of its own), and neither proves that it is shown."""
    status = response.status_code
    if 200 <= status < 300:  # noqa: PLR2004  (the class of success)
        return None
    code = _code(response)
    if 300 <= status < 400:  # noqa: PLR2004  (the class of redirects)
        text = "Its webhook redirects elsewhere, and redirects are not followed. Copy the flow's URL again"
    else:
        text = (
            BY_CODE.get(code) or BY_STATUS.get(status) or "Its webhook gave an answer that is not known. Look at the flow in Power Automate"
        )
    wait = _wait(response.headers.get("Retry-After", ""), tried) if status in RETRIED else None
    transient = status in RETRIED or status >= 500  # noqa: PLR2004  (the class of server errors)
    return _Failure(f"{text} (HTTP {status}{' ' + code if code else ''})", transient, wait)


def _code(response: requests.Response) -> str:
    """Find the error code in an answer of Power Automate, `{"error": {"code": ...}}`; empty if there is none worth showing."""
    body = b""
    with suppress(requests.RequestException):
        body = next(response.iter_content(LONGEST_ANSWER), b"")
    try:
        code = json.loads(body)["error"]["code"]
    except (ValueError, KeyError, TypeError, RecursionError):
        return ""
    return code if isinstance(code, str) and _CODE.fullmatch(code) else ""


def _wait(retry_after: str, tried: int) -> float:
    """Give the seconds to wait: what the flow asks for, which may have a fraction ("2.128"), else 1, 2 and 4."""
    return float(retry_after) if _SECONDS.fullmatch(retry_after.strip()) else 2.0**tried


def _failure_without_answer(error: Exception, tried: int) -> _Failure:
    reason = getattr(error.args[0], "reason", None) if error.args else None
    match error:
        case requests.exceptions.SSLError():
            return _Failure("No secure connection to its webhook could be made. Look at the certificates on the way", transient=True)
        case requests.ConnectTimeout():
            return _Failure("Its webhook could not be connected to in time. This is tried again later", True, _wait("", tried))
        case requests.ConnectionError() if isinstance(reason, NameResolutionError):
            return _Failure("The host of its webhook is not known. Check the URL and the name service", True, _wait("", tried))
        case requests.ConnectionError() if isinstance(reason, NewConnectionError):
            return _Failure("Its webhook could not be connected to. This is tried again later", True, _wait("", tried))
        case requests.ConnectionError() | requests.Timeout():
            return _Failure("Its webhook gave no answer, so the message may be in Teams or not. This is tried again later", transient=True)
        case _:
            return _Failure("Its URL cannot be used. Copy the flow's URL again", transient=False)


@contextmanager
def _unlogged() -> Iterator[None]:
    """Silence the loggers that would write the URL: urllib3 puts the path of each request into its log."""

    def nothing(_: logging.LogRecord) -> bool:
        return False

    loggers = [logging.getLogger(name) for name in _LOGGERS]
    for logger in loggers:
        logger.addFilter(nothing)
    try:
        yield
    finally:
        for logger in loggers:
            logger.removeFilter(nothing)
