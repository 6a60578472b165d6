"""A suggested watchlist as TOML: it can be used as it is, every guess says what it is based on, and FILL IN marks what only people know.

Texts from outside are written as quoted strings in which nothing is read as TOML, or as remarks of one line.
"""

import json
from collections.abc import Iterator, Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

from shared.core.judge.suggest import Suggested, Suggestion
from shared.core.model.directory import Credential
from shared.render.text.dates import full_day
from shared.render.text.escape import clean
from shared.render.text.naming import described

ABOUT_SERVICES = (
    "# FILL IN at each service:",
    "#   name       what people call the product; below it, what the claim finds today",
    "#   renewer    the channels of those who create a new credential in Entra",
    "#   installer  the channels of those who put it into the product",
    "#   breaks     what people notice once the credential has ended",
    "# and, where there is one:",
    '#   runbook = "runbooks/product.md"                # what each of them does, step by step',
    '#   request_to = "helpdesk@example.org"            # whom the installer asks for a new one',
    '#   link = "https://product.example.org/admin"     # where the installer works',
)
MAX_REMARK_CHARS = 160
MAX_URI_CHARS = 300


def watchlist_toml(suggested: Suggestion, now: datetime, zone: ZoneInfo) -> str:
    """Give the text of a watchlist to start from; `zone` becomes its time zone, and days are counted in it."""
    return "\n".join(_lines(suggested, now, zone)) + "\n"


def _lines(suggested: Suggestion, now: datetime, zone: ZoneInfo) -> Iterator[str]:
    app = suggested.app
    yield _remark(
        f"A watchlist to start from: what was on “{clean(app.name)}” on {full_day(now.astimezone(zone).date())}, and what that suggests."
    )
    yield "# Save it as watchlist.toml beside host.json, go through every FILL IN, then try it: python -m shared doctor"
    yield ""
    yield f"timezone = {_quoted(zone.key)}  # FILL IN: where people read the dates, such as America/Chicago"
    yield 'check_at = "08:00"'
    yield ""
    yield "[channels.team]"
    yield 'kind = "teams"'
    yield 'url = "env:TEAMS_WEBHOOK_URL"  # the setting that holds the URL of the Workflows webhook; never the URL itself'
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
        yield "redirect_uris = [  # people are told if one of these is missing"
        yield from (f"    {_quoted(uri)}," for uri in suggested.redirect_uris)
        yield "]"
    for uri in suggested.other_redirect_uris:
        yield _remark(
            f"also on the app, but not https, so it cannot be watched: {clean(uri, MAX_URI_CHARS)}",
            MAX_URI_CHARS * 2,
        )


def _service(service: Suggested, now: datetime, zone: ZoneInfo) -> Iterator[str]:
    name = clean(service.name)
    yield "[[apps.services]]"
    yield f"name = {_quoted(name)}"
    if service.id:
        yield f"id = {_quoted(service.id)}"
    yield from _basis(service, now, zone)
    yield f"claims = {{ {service.claim.by} = {_quoted(service.claim.value)} }}"
    yield 'renewer = ["team"]'
    yield 'installer = ["team"]'
    yield f"breaks = {_quoted(f'{name} cannot sign in any more.')}  # FILL IN"


def _basis(service: Suggested, now: datetime, zone: ZoneInfo) -> Iterator[str]:
    """Say what a claim is based on, and what it cannot do."""
    if not service.found:
        yield "# FILL IN: nothing on the app suggests a service; write how the name of its secret begins."
        return
    yield "# It finds today:"
    yield from (_remark(f"  {described(credential, now, zone)}") for credential in service.found)
    if service.claim.by != "name":
        yield "# FILL IN: the claim finds that one only, and not its successor. Give the next one a name that says whose it is,"
        yield '# and let the claim find that: { name = "Product*" }'


def _left_out(credentials: Sequence[Credential], now: datetime, zone: ZoneInfo) -> Iterator[str]:
    if credentials:
        yield ""
        yield "# Also on the app, and claimed by nothing above: ended long ago, or not to be told apart by a rule."
        yield from (_remark(f"  {described(credential, now, zone)}") for credential in credentials)


def _remark(text: str, limit: int = MAX_REMARK_CHARS) -> str:
    """Write a remark of one line; its own leading spaces stay."""
    indent = " " * (len(text) - len(text.lstrip(" ")))
    return f"# {indent}{clean(text, limit)}"


def _quoted(text: str) -> str:
    """Write a TOML basic string: that of JSON, but for the one control character that JSON leaves as it is (toml.io, v1.0.0, "String")."""
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007F")
