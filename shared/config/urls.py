"""URLs that the configuration accepts: https, or http on this machine."""

import re
from ipaddress import ip_address
from urllib.parse import SplitResult, urlsplit

from shared.config.problems import InvalidValue
from shared.config.values import text

_ALLOWED = re.compile(r"[A-Za-z0-9._~:/?#\[\]@!$&'()*+,;=%-]+")  # the characters of RFC 3986
_EXPECTED = "an https:// URL (http:// only for this machine itself, such as http://127.0.0.1:7090)"


def url(value: object, expected: str = _EXPECTED) -> str:
    """Accept a URL that is https, or http to a loopback address.

    It is never shown, because it may be a credential.
    """
    given = text(value, expected)
    flaw = _flaw(given)
    if flaw:
        raise InvalidValue(flaw, expected)
    return given


def is_loopback(parts: SplitResult) -> bool:
    """Return whether a URL stays on this machine."""
    return is_this_machine(parts.hostname or "")


def is_this_machine(host: str) -> bool:
    """Return whether a host, without brackets, is localhost, in 127.0.0.0/8 or ::1."""
    try:
        return host == "localhost" or ip_address(host).is_loopback
    except ValueError:
        return False


def _flaw(given: str) -> str:
    """Return what is wrong with a URL; empty if nothing is."""
    if not _ALLOWED.fullmatch(given):
        often = "often a space, a line break or a quotation mark"
        return f"contains a character not allowed in a URL ({often})"
    try:
        parts = urlsplit(given)
        _ = parts.port  # raises ValueError if it is out of range
    except ValueError:
        return "not a complete URL"
    if not parts.scheme or not parts.hostname:
        return "not a complete URL"
    if "@" in parts.netloc:
        return "a URL with a user name in it"
    if parts.scheme == "https" or (parts.scheme == "http" and is_loopback(parts)):
        return ""
    return "an http:// URL" if parts.scheme == "http" else "a URL that does not begin with https://"
