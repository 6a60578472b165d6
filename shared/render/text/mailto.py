"""A link that opens a new mail. All of it is percent-encoded, so nothing in it can act."""

from typing import NamedTuple
from urllib.parse import quote, urlencode

from shared.render.text.escape import clean

MAX_MAILTO_CHARS = 1_800
"""Windows cuts longer addresses, at about 2,000 characters."""


class Mailto(NamedTuple):
    """A link that opens a new mail."""

    url: str
    complete: bool
    """Whether the link contains the text."""


def mailto(to: str, subject: str, text: str) -> Mailto:
    """Return the link to a new mail, without the text or the subject if it would be too long."""
    fields = {"subject": clean(subject, 200), "body": "\r\n".join(text.splitlines())}
    while True:
        query = urlencode(fields, quote_via=quote, safe="", errors="replace")
        url = f"mailto:{quote(to, safe='@')}{'?' * bool(query)}{query}"
        if len(url) < MAX_MAILTO_CHARS or not fields:
            return Mailto(url, complete="body" in fields)
        fields.popitem()
