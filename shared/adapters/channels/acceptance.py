"""What counts as received: a success by its status alone proves nothing.

A proxy, a captive portal or a sign-in page answers 200 with HTML, also 202 (the challenge of AWS
WAF); the retired connectors of Teams answered 200 with a text about the error. What else came is
an unknown answer: it is not recorded as sent, and the next check sends again.
"""

import json
import re
from collections.abc import Callable
from typing import NamedTuple

HTML = frozenset({"text/html", "application/xhtml+xml"})
_BEFORE_A_PAGE = b" \t\r\n\xef\xbb\xbf\xfe\xff\x00"
"""Blanks and byte order marks, and the first half of a letter in UTF-16."""
_OK, _ACCEPTED = 200, 202
_WORD = re.compile(rb"[A-Za-z]{1,20}[.!]?")
_NOT_RECEIVED = (b"(not found)", b"(rate limited)")
"""healthchecks.io answers 200 "OK (not found)": https://healthchecks.io/docs/http_api/."""


class Received(NamedTuple):
    """A response."""

    status: int
    media_type: str
    """In lower case, without parameters; empty if there is none."""
    body: bytes
    complete: bool = True
    """Whether the body did not break off."""

    @property
    def is_page(self) -> bool:
        """Whether the response is a page for people."""
        return self.media_type in HTML or self.body.lstrip(_BEFORE_A_PAGE)[:1] == b"<"


type Accepts = Callable[[Received], bool]
"""Returns whether a response means that the request was received."""


def by_flow(response: Received) -> bool:
    """Return whether a flow of Power Automate took a card.

    It answers 202 with an empty body, or what its Response action sets: 200 and JSON at most.
    """
    return response.status in {_OK, _ACCEPTED} and _is_empty_or_good_json(response)


def by_graph(response: Received) -> bool:
    """Return whether Graph took a mail: `sendMail` answers 202 with an empty body."""
    return response.status == _ACCEPTED and _is_empty_or_good_json(response)


def by_monitor(response: Received) -> bool:
    """Return whether a monitor took a ping: any 2xx with a word, empty or JSON, but no page.

    healthchecks.io answers "OK", Dead Man's Snitch 202, Uptime Kuma `{"ok": true}`.
    """
    if not 200 <= response.status < 300 or response.is_page:  # noqa: PLR2004  (HTTP success)
        return False
    body = response.body.strip()
    return not body.lower().endswith(_NOT_RECEIVED) and not _is_error(_decoded(body))


def by_receiver(response: Received) -> bool:
    """Return whether the receiver of a webhook took a message: any 2xx, empty, a word or JSON.

    Slack answers "ok", Make "Accepted", ServiceNow JSON, a Logic App nothing.
    """
    if not 200 <= response.status < 300:  # noqa: PLR2004  (HTTP success)
        return False
    is_word = response.complete and _WORD.fullmatch(response.body.strip()) is not None
    return _is_empty_or_good_json(response) or (is_word and not response.is_page)


def _is_empty_or_good_json(response: Received) -> bool:
    if response.is_page:
        return False
    if not response.complete:
        return response.status == _ACCEPTED  # the status came, and it promises no body
    body = response.body.strip()
    if not body:
        return True
    document = _decoded(body)
    return document is not _NO_JSON and not _is_error(document)


_NO_JSON = object()


def _decoded(body: bytes) -> object:
    try:
        return json.loads(body)
    except (ValueError, RecursionError):
        return _NO_JSON


def _is_error(document: object) -> bool:
    """Return whether a JSON document reports an error, as APIs write it."""
    if not isinstance(document, dict):
        return False
    status = document.get("statusCode", document.get("status"))
    return (
        bool(document.get("error") or document.get("errors"))
        or False
        in (document.get("ok"), document.get("success"), document.get("isSuccessStatusCode"))
        or (type(status) is int and status >= 400)  # noqa: PLR2004  (HTTP errors)
    )
