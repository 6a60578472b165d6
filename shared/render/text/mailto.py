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


def mailto(to: str, subject: str, text: str, short: str = "") -> Mailto:
    """Return the link to a new mail.

    If it would be too long with the text, it has `short` instead, or no text, or no subject.
    """
    titled = {"subject": clean(subject, 200)}
    bodies = [_with_body(titled, text), *([_with_body(titled, short)] if short else [])]
    url = ""
    for fields in (*bodies, titled, {}):
        query = urlencode(fields, quote_via=quote, safe="", errors="replace")
        url = f"mailto:{quote(to, safe='@')}{'?' * bool(query)}{query}"
        if len(url) < MAX_MAILTO_CHARS:
            return Mailto(url, complete=fields is bodies[0])
    return Mailto(url, complete=False)


def _with_body(fields: dict[str, str], text: str) -> dict[str, str]:
    return {**fields, "body": "\r\n".join(text.splitlines())}
