"""What each setting may contain: one rule each, from its text to a value."""

import re
from datetime import timedelta
from urllib.parse import SplitResult, urlsplit

from shared.config.clouds import CLOUDS
from shared.config.description import describe
from shared.config.ncrontab import EXPECTED, mistake
from shared.config.problems import InvalidValue
from shared.config.urls import is_loopback, url
from shared.config.values import email_address, text
from shared.core.judge.schedule import ENDS_WITHIN, FUNCTION_TIMEOUT
from shared.core.model.secret import Secret

GRAPH_ROOTS = tuple(CLOUDS)

_MINUTE = timedelta(minutes=1)
MAX_DEADLINE = (FUNCTION_TIMEOUT - ENDS_WITHIN) // _MINUTE
"""Minutes of a check: the rest is for the message that is being sent, and for the record."""

PAGE_PATH = "/api/page"
"""The path of the page on its host: the prefix of host.json, and the route."""
SIGN_IN_TRIED = "lapsewatch-sign-in"
"""The cookie of a browser that was just sent to sign in, so that it is not sent in a circle."""


def graph(value: object) -> str:
    """Accept one of Microsoft's Graph roots, or one on this machine; no slash at its end."""
    expected = (
        f"one of {', '.join(GRAPH_ROOTS)}, or a loopback address such as http://127.0.0.1:7090"
    )
    parts = urlsplit(url(value, expected))
    if parts.path.strip("/") or parts.query or parts.fragment:
        raise InvalidValue("a URL with a path", expected)
    root = f"{parts.scheme}://{parts.netloc.lower()}"
    if root not in GRAPH_ROOTS and not is_loopback(parts):
        raise InvalidValue(f"the host {describe(parts.hostname)}", expected)
    return root


def authority(value: object, graph: str) -> str:
    """Accept a sign-in host; with a local stand-in for Graph, only one on this machine.

    The app's assertion is sent there, so a stand-in must not make it leave the machine.
    """
    expected = "an https address such as https://login.microsoftonline.com"
    given = text(value, expected)
    parts = urlsplit(url(given if "://" in given else f"https://{given}", expected))
    if parts.scheme != "https" or parts.path.strip("/") or parts.query or parts.fragment:
        raise InvalidValue("not an https:// address without a path", expected)
    return _beside_graph(parts, graph)


def vault(value: object, graph: str) -> str:
    """Accept the URL of a vault: https, on this machine only with a local stand-in for Graph."""
    expected = "the https:// URL of a vault, such as https://lapsewatch.vault.azure.net"
    parts = urlsplit(url(value, expected))
    if parts.scheme != "https":
        raise InvalidValue("an http:// URL", expected)
    if parts.path.strip("/") or parts.query or parts.fragment:
        raise InvalidValue("a URL with a path", expected)
    return _beside_graph(parts, graph)


def _beside_graph(parts: SplitResult, graph: str) -> str:
    """Return the root of an https URL; on this machine only with a local stand-in for Graph."""
    if graph and is_loopback(urlsplit(graph)) != is_loopback(parts):
        raise InvalidValue(
            f"the host {describe(parts.hostname)}",
            "this setting and LAPSEWATCH_GRAPH both on this machine, or neither",
        )
    return f"https://{parts.netloc.lower()}"


def page_at(value: object) -> str:
    """Return the address of the page on a host.

    Core Tools set the host too, but there it is not https.
    """
    expected = "a host name, such as lapsewatch.azurewebsites.net"
    host = text(value, expected)
    scheme = "http" if is_loopback(urlsplit(f"http://{host}")) else "https"
    return url(f"{scheme}://{host}{PAGE_PATH}", expected)


def mailbox(value: object) -> str:
    """Accept the address of one mailbox; a rejected value is not shown."""
    try:
        return email_address(value)
    except InvalidValue:
        expected = "the address of one mailbox, such as alerts@example.org"
        raise InvalidValue("not an email address", expected) from None


def schedule(value: object) -> str:
    """Accept an NCRONTAB schedule that the host accepts."""
    given = text(value, EXPECTED)
    wrong = mistake(given)
    if wrong is not None:
        raise InvalidValue(wrong.found, wrong.expected)
    return given


def switch(value: object) -> bool:
    """Accept `on` or `off`."""
    expected = "on or off"
    given = text(value, expected).lower()
    if given not in {"on", "off"}:
        raise InvalidValue(describe(given), expected)
    return given == "on"


def secret_url(value: object) -> Secret | None:
    """Accept a URL that is a credential."""
    return Secret(url(value))


def deadline(value: object) -> int:
    """Accept the minutes of a check, which must end before Azure stops the function."""
    expected = f"1 to {MAX_DEADLINE} minutes, in digits"
    given = text(value, expected)
    if not re.fullmatch("[1-9][0-9]{0,3}", given):
        raise InvalidValue("not a number of minutes", expected)
    if int(given) > MAX_DEADLINE:
        raise InvalidValue(
            f"{given} minutes",
            expected,
            f"Azure stops a function after {FUNCTION_TIMEOUT // _MINUTE} minutes (functionTimeout "
            f"in host.json), and a check needs up to {ENDS_WITHIN // _MINUTE} to end.",
        )
    return int(given)
