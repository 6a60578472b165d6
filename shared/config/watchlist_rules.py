"""Rules for single values of the watchlist: one for each kind of key."""

import re
import unicodedata
from contextlib import suppress
from datetime import time
from typing import Any
from zoneinfo import ZoneInfo

from shared.config.description import describe, did_you_mean
from shared.config.problems import InvalidValue
from shared.config.time_zones import advice
from shared.config.values import MAX_DAYS, guid, text
from shared.core.blank import is_blank
from shared.core.model.watchlist import FlowAuth, Installer

_SLUG = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
_CLOCK = re.compile(r"([01][0-9]|2[0-3]):([0-5][0-9])")
_HINT_CHARS = 3
_COPY = re.compile(r"(posix|right)/.*|posixrules")
"""Files beside the time zones: those of `right` count leap seconds, and are half a minute off."""
_KINDS = ("teams", "email", "webhook")
_AUTH = ("url", "identity")
MAX_MENTION_CHARS = 113
"""Of a sign-in name in Entra."""
_MENTION = re.compile(
    r"[A-Za-z0-9][A-Za-z0-9.'#+-]*(_[A-Za-z0-9.'#+-]+)*@[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)+"
)
"""The characters of a sign-in name that a card shows as they are: others would be Markdown."""


def label(value: object) -> str:
    """Accept what people call a channel."""
    return text(value, 'what people call the channel, such as "ITS"')


def known_channel(value: object, known: tuple[str, ...]) -> str:
    """Accept the name of a channel in the watchlist; any name, if `known` is empty."""
    name = text(value, "the name of a channel")
    if known and name not in known:
        expected = f"one of {', '.join(map(describe, known))}"
        raise InvalidValue(f"unknown channel {describe(name)}", expected, did_you_mean(name, known))
    return name


def kind(value: object) -> str:
    """Accept the kind of a channel."""
    expected = '"teams", "email" or "webhook"'
    given = text(value, expected)
    if given not in _KINDS:
        raise InvalidValue(describe(given), expected, did_you_mean(given, _KINDS))
    return given


def auth(value: object) -> FlowAuth:
    """Accept what admits messages to a flow."""
    expected = '"identity", or "url" if anyone who has the URL can trigger the flow'
    given = text(value, expected)
    if given == "identity":
        return "identity"
    if given == "url":
        return "url"
    raise InvalidValue(describe(given), expected, did_you_mean(given, _AUTH))


def mention(value: object) -> str:
    """Accept the sign-in name of a person whom Teams can mention."""
    expected = "the sign-in name of a person in Entra, such as dana@example.org"
    given = text(value, expected)
    if len(given) > MAX_MENTION_CHARS or not _MENTION.fullmatch(given):
        raise InvalidValue(describe(given), expected)
    return given


def zone(value: object) -> ZoneInfo:
    """Accept the name of a time zone; no message names another zone than the one that is meant."""
    expected = "an IANA time zone, in the form Area/City"
    name = text(value, expected)
    with suppress(KeyError, ValueError, OSError):  # unknown; no valid path; the name of a folder
        if not _COPY.fullmatch(name):
            return ZoneInfo(name)
    raise InvalidValue(describe(name), expected, advice(name))


def clock_time(value: object) -> time:
    """Accept a local time of day, in minutes."""
    expected = 'a local time as "HH:MM" in quotation marks, such as "08:00"'
    given = _CLOCK.fullmatch(text(value, expected))
    if not given:
        raise InvalidValue(describe(value), expected)
    return time(int(given[1]), int(given[2]))


def ladder(value: Any) -> tuple[int, ...]:  # noqa: ANN401  (a document may have any type here)
    """Accept the days before expiry at which reminders are sent."""
    expected = (
        f"whole days in descending order, without repeats, {MAX_DAYS} to 0, such as [90, 30, 7, 0]"
    )
    is_ladder = (
        isinstance(value, list)
        and value
        and all(type(days) is int and 0 <= days <= MAX_DAYS for days in value)  # true is an int
        and value == sorted(set(value), reverse=True)
    )
    if not is_ladder:
        raise InvalidValue(describe(value), expected)
    return tuple(value)


def name(value: object) -> str:
    """Accept what people call an app or a service."""
    return text(value, "the name that people use")


def installed_by(value: object) -> Installer:
    """Accept who installs a service's new credentials."""
    expected = '"person" or "pipeline"'
    match text(value, expected):
        case "person" | "pipeline" as given:
            return given
        case other:
            todo = did_you_mean(other, ("person", "pipeline"))
            raise InvalidValue(describe(other), expected, todo)


def rotation(value: object) -> int:
    """Accept the days after which a pipeline replaces a credential."""
    if type(value) is not int or not 1 <= value <= MAX_DAYS:  # true is an int
        expected = f"a whole number of days, 1 to {MAX_DAYS}, such as 30"
        raise InvalidValue(describe(value), expected)
    return value


def breaks(value: object) -> str:
    """Accept the sentence that says what stops working when the credential expires."""
    example = '"Calendars stop syncing with LibCal"'
    return text(value, f"what stops working when the secret expires, such as {example}")


def slug(name: str) -> str:
    """Return an id made of a name: "LibCal (main)" becomes "libcal-main".

    It is empty if the name has no ASCII letter or digit.
    """
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
    return re.sub("[^a-z0-9]+", "-", plain).strip("-")


def service_id(value: object) -> str:
    """Accept the stable id of a service, under which the ledger stores it."""
    expected = "lower-case letters and digits, with single hyphens between them, such as libcal"
    given = text(value, expected)
    if not _SLUG.fullmatch(given):
        raise InvalidValue(describe(given), expected)
    return given


def hint(value: object) -> str:
    """Accept the first three characters of a secret's value.

    A rejected value is not shown: it may be the whole secret.
    """
    expected = "the first three characters of the secret's value, as the portal shows them"
    if not isinstance(value, str) or is_blank(value):
        raise InvalidValue(describe(value), expected)
    if len(value) != _HINT_CHARS:
        is_longer = len(value) > _HINT_CHARS
        todo = "If this is a secret's value, remove it and create a new secret."
        raise InvalidValue(f"{len(value)} characters", expected, todo if is_longer else "")
    return value


def key_id(value: object) -> str:
    """Accept a key id."""
    return guid(value, 'a key id (the portal calls it "Secret ID" or "Certificate ID")')
