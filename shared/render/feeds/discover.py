"""A suggested watchlist as TOML that can be used as it is.

A comment at each guess says what it is based on; FILL IN marks what only people know. Text from
outside is written as a quoted string without TOML syntax, or as a comment of one line.
"""

import json
import re
from collections.abc import Iterator, Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

from shared.core.judge.suggest import Suggested, Suggestion
from shared.core.model.directory import Credential
from shared.render.text.dates import full_day
from shared.render.text.escape import clean
from shared.render.text.naming import described

CHECK_AND_CHANNEL = (
    'check_at = "08:00"',
    "",
    "[channels.team]",
    'kind = "teams"',
    "# The setting that contains the URL of the Workflows webhook; never write the URL here.",
    'url = "env:TEAMS_WEBHOOK_URL"',
)
ABOUT_SERVICES = (
    "# FILL IN at each service:",
    "#   name       what people call the product",
    "#   renewer    the channels of those who create a new credential in Entra",
    "#   installer  the channels of those who paste it into the product",
    "#   breaks     what stops working when the credential expires",
    "# Optional:",
    '#   runbook = "runbooks/product.md"                # the steps of renewer and installer',
    '#   request_to = "helpdesk@example.org"            # where to ask for a new credential',
    '#   link = "https://product.example.org/admin"     # where the installer pastes it',
    '#   installed_by = "pipeline"                      # no installer: a pipeline replaces it',
)
NO_SERVICE = (
    "# FILL IN: nothing on the app suggests a service. Write how the name of its secret begins.",
)
ONLY_THIS_ONE = (
    "# FILL IN: the claim finds only this credential, not the next one. Give the next one a name",
    '# that begins with the product\'s, and use that: { name = "Product*" }',
)
LEFT_OUT = (
    "# Also on the app, but on no service above: expired long ago, or no rule can tell it apart."
)
MAX_COMMENT_CHARS = 160
MAX_URI_CHARS = 300

_PLAIN_QUOTES = str.maketrans("“”", '""')
_NOT_ASCII = re.compile(r"[^\x00-\x7f]")


def watchlist_toml(suggested: Suggestion, now: datetime, zone: ZoneInfo) -> str:
    """Return the text of a watchlist to start from, in the time zone `zone`."""
    return "\n".join(_lines(suggested, now, zone)) + "\n"


def in_ascii(document: str) -> str:
    """Return the same watchlist for a console that is not UTF-8, which a watchlist must be."""
    lines = (
        line.translate(_PLAIN_QUOTES) if line.startswith("#") else line
        for line in document.split("\n")
    )
    return _NOT_ASCII.sub(lambda letter: f"\\U{ord(letter[0]):08X}", "\n".join(lines))


def _lines(suggested: Suggestion, now: datetime, zone: ZoneInfo) -> Iterator[str]:
    app, today = suggested.app, full_day(now.astimezone(zone).date())
    yield _comment(f"A watchlist to start from, made of “{clean(app.name)}” on {today}.")
    yield "# Save it as watchlist.toml beside host.json and edit every FILL IN."
    yield "# Then try it: python -m shared doctor"
    yield ""
    yield "# FILL IN: the time zone of the dates that people read, such as America/Chicago."
    yield f"timezone = {_quoted(zone.key)}"
    yield from CHECK_AND_CHANNEL
    yield ""
    yield "[[apps]]"
    yield f"name = {_quoted(clean(app.name) or 'App')}"
    yield f"client_id = {_quoted(app.client_id)}"
    yield from _redirects(suggested)
    yield from ("", *ABOUT_SERVICES)
    for service in suggested.services:
        yield ""
        yield from _service(service, now, zone)
    yield from _left_out(suggested.left_out, now, zone)


def _redirects(suggested: Suggestion) -> Iterator[str]:
    if suggested.redirect_uris:
        yield "redirect_uris = [  # people are notified if one of these is missing"
        yield from (f"    {_quoted(uri)}," for uri in suggested.redirect_uris)
        yield "]"
    for uri in suggested.other_redirect_uris:
        text = "also on the app, but not watched, because it is not https"
        yield _comment(f"{text}: {clean(uri, MAX_URI_CHARS)}", MAX_URI_CHARS * 2)


def _service(service: Suggested, now: datetime, zone: ZoneInfo) -> Iterator[str]:
    name = clean(service.name) or "FILL IN"
    yield "[[apps.services]]"
    yield f"name = {_quoted(name)}"
    if service.id:
        yield f"id = {_quoted(service.id)}"
    yield from _basis(service, now, zone)
    yield f"claims = {{ {service.claim.by} = {_quoted(service.claim.value)} }}"
    yield 'renewer = ["team"]'
    yield 'installer = ["team"]'
    yield f"breaks = {_quoted(f'Sign-in of {name} stops working.')}  # FILL IN"


def _basis(service: Suggested, now: datetime, zone: ZoneInfo) -> Iterator[str]:
    """Yield comments on what the claim finds today, and what it will not find."""
    if not service.found:
        yield from NO_SERVICE
        return
    yield "# The claim finds today:"
    yield from (_comment(f"  {described(credential, now, zone)}") for credential in service.found)
    if service.claim.by != "name":
        yield from ONLY_THIS_ONE


def _left_out(credentials: Sequence[Credential], now: datetime, zone: ZoneInfo) -> Iterator[str]:
    if credentials:
        yield from ("", LEFT_OUT)
        yield from (_comment(f"  {described(credential, now, zone)}") for credential in credentials)


def _comment(text: str, limit: int = MAX_COMMENT_CHARS) -> str:
    """Return a comment of one line; leading spaces stay."""
    indent = " " * (len(text) - len(text.lstrip(" ")))
    return f"# {indent}{clean(text, limit)}"


def _quoted(text: str) -> str:
    """Return a TOML basic string.

    It is a JSON string, except for one control character that JSON does not escape (toml.io,
    v1.0.0, "String").
    """
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007F")
