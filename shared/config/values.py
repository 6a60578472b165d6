"""A rule is a function that takes one raw value and gives the good one, or raises `Wrong` without showing what may be a credential.

A missing value is `None` (TOML has no null), which breaks every rule with the words "not set".
"""

import re
from collections.abc import Callable, Iterable, Mapping
from difflib import get_close_matches
from ipaddress import ip_address
from typing import Any
from urllib.parse import SplitResult, urlsplit

from shared.config.problems import Wrong
from shared.render.text.commands import vault_reference

type Rule[T] = Callable[[Any], T]

MAX_DAYS = 3650
"""Ten years: no secret is made to last longer, and calendars can still count it."""

_MAX_SHOWN_CHARS = 60
_LARGE = 10**12  # Python refuses to write very long numbers in decimal
_GUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}", re.IGNORECASE)
_URL = re.compile(r"[A-Za-z0-9._~:/?#\[\]@!$&'()*+,;=%-]+")  # the characters of RFC 3986
_ADDRESS = re.compile(
    r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]+@[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)+"
)  # as an HTML e-mail field, with a domain
_UNRESOLVED = "@microsoft.keyvault("
_REFERENCE = re.compile(
    r"SecretUri=https://([a-z0-9-]{3,24})\.vault\.[a-z.]+/secrets/([0-9a-z-]{1,127})(?:[/;)].*)?",
    re.IGNORECASE,
)


def shown(value: object) -> str:  # noqa: PLR0911  (one answer a kind)
    """Describe a raw value for a message: in full if it is short and harmless, otherwise by its kind."""
    match value:
        case None:
            return "not set"
        case bool():
            return str(value).lower()
        case int() | float():
            return str(value) if abs(value) < _LARGE else "a large number"
        case str():
            return _shown_text(value)
        case list() if all(isinstance(element, int) for element in value):
            return _short(f"[{', '.join(map(shown, value))}]", "a long list")
        case list() | dict():
            return "a list" if isinstance(value, list) else "a table"
        case _:
            return "a date or a time without quotation marks"


def _shown_text(value: str) -> str:
    if not value.strip():
        return "empty text"
    return "a URL" if "://" in value else _short(repr(value), "a long text")


def _short(text: str, otherwise: str) -> str:
    return text if len(text) <= _MAX_SHOWN_CHARS else otherwise


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """Ask whether the nearest of the known words was meant; empty if none is near."""
    by_folded = {name.casefold(): name for name in known}
    near = get_close_matches(word.casefold(), by_folded, n=1)
    return f"Did you mean {shown(by_folded[near[0]])}?" if near else ""


def text(value: object, expected: str = "text between quotation marks") -> str:
    """Take text that is not empty, without the space around it."""
    if not isinstance(value, str) or not value.strip():
        raise Wrong(shown(value), expected)
    return value.strip()


def flag(value: object) -> bool:
    """Take true or false."""
    if not isinstance(value, bool):
        raise Wrong(shown(value), "true or false, without quotation marks")
    return value


def whole_days(value: object) -> int:
    """Take a whole number of days; true is not a number here, though it is in Python."""
    if not isinstance(value, int) or isinstance(value, bool) or not 0 <= value <= MAX_DAYS:
        raise Wrong(shown(value), f"a whole number of days, 0 to {MAX_DAYS}")
    return value


def guid(
    value: object, expected: str = "an id such as 00000000-0000-0000-0000-000000000000"
) -> str:
    """Take a GUID, in lower case. What else stands there is not shown: a secret's value is pasted here by mistake."""
    given = text(value, expected)
    if not _GUID.fullmatch(given):
        raise Wrong(f"{len(given)} characters that are not such an id", expected)
    return given.lower()


def email_address(value: object) -> str:
    """Take one e-mail address, without a name."""
    expected = "one e-mail address, such as helpdesk@example.org"
    given = text(value, expected)
    if not _ADDRESS.fullmatch(given):
        raise Wrong(shown(given), expected)
    return given


def url(
    value: object,
    expected: str = "an https:// URL (http:// only for this machine itself, such as http://127.0.0.1:7090)",
) -> str:
    """Take a URL that is https, or http to a loopback address. It is never shown, since it may be a credential."""
    given = text(value, expected)
    found = _flaw(given)
    if found:
        raise Wrong(found, expected)
    return given


def _flaw(given: str) -> str:
    if not _URL.fullmatch(given):
        return "text with a character that no URL has (often a space, a line break or a quotation mark)"
    try:
        parts = urlsplit(given)
        _ = parts.port  # out of range: ValueError
    except ValueError:
        return "text that is not a complete URL"
    if not parts.scheme or not parts.hostname:
        return "text that is not a complete URL"
    if "@" in parts.netloc:
        return "a URL with a user name in it"
    if parts.scheme == "https" or (parts.scheme == "http" and is_loopback(parts)):
        return ""
    return "an http:// URL" if parts.scheme == "http" else "a URL that does not begin with https://"


def is_loopback(parts: SplitResult) -> bool:
    """Tell whether a URL stays on this machine."""
    return is_this_machine(parts.hostname or "")


def is_this_machine(host: str) -> bool:
    """Tell whether a host is this machine, without brackets: localhost, 127.0.0.0/8 or ::1."""
    try:
        return host == "localhost" or ip_address(host).is_loopback
    except ValueError:
        return False


def setting[T](environment: Mapping[str, str], name: str, rule: Rule[T], default: str = "") -> T:
    """Apply a rule to an environment setting; space around it is dropped, and empty is not set. Raises `Wrong` that names it.

    That an unresolved Key Vault reference arrives as its own literal text: the documentation of App Service.
    """
    given = environment.get(name, "").strip() or default
    if given.casefold().startswith(_UNRESOLVED):
        raise Wrong(
            "a Key Vault reference that Azure could not resolve",
            "the value that the reference points to",
            "Give the app's identity the role Key Vault Secrets User on the vault, see that keyVaultReferenceIdentity of the "
            f"app names that identity, and that the vault has a secret of that name.{_mended(given)}",
            setting=name,
        )
    try:
        return rule(given or None)
    except Wrong as wrong:
        todo = wrong.todo or "Set it in the app settings; on a laptop, in local.settings.json."
        raise Wrong(wrong.found, wrong.expected, todo, setting=name) from None


def _mended(reference: str) -> str:
    """Say which commands mend a reference, where it says which vault and secret it means; neither name is secret."""
    found = _REFERENCE.search(reference)
    return f" Commands: {'; '.join(vault_reference(*found.groups()))}" if found is not None else ""
