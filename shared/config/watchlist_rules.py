"""What one value of the watchlist must be: a rule for each kind of key, and no knowledge of where in the document it stands."""

import re
import unicodedata
from collections.abc import Callable, Mapping
from datetime import time
from functools import partial
from pathlib import PurePosixPath
from typing import Any
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo, available_timezones

from shared.config import runbook
from shared.config.problems import Wrong
from shared.config.values import MAX_DAYS, did_you_mean, guid, setting, shown, text, url
from shared.core.model.secret import Secret
from shared.core.model.watchlist import Runbook

type ReadText = Callable[[str], str]
"""Gives the text of a file that the watchlist names, or raises `Wrong`."""

_SLUG = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
_CLOCK = re.compile(r"([01][0-9]|2[0-3]):([0-5][0-9])")
_ENV = re.compile(r"env:([A-Za-z_][A-Za-z0-9_]*)")
_HINT_LENGTH = 3
_KINDS = ("teams", "email")

RETIRED_HOSTS = (".webhook.office.com", ".outlook.office.com", ".outlook.office365.com")
"""How the hosts of Office 365 connectors end, with a dot before the host; the hooks of a deployment have a copy of this.

Microsoft announced their end in July 2024 and retired them in spring 2026; they accept nothing any more.
"""

SENDER = "LAPSEWATCH_MAIL_SENDER"
"""The setting that is required as soon as a channel is of kind email."""


def known_channel(value: object, known: tuple[str, ...]) -> str:
    """Take the name of a channel that the watchlist has; any name, if none could be read."""
    name = text(value, "the name of a channel")
    if known and name not in known:
        raise Wrong(
            f"unknown channel {shown(name)}",
            f"one of {', '.join(map(shown, known))}",
            did_you_mean(name, known),
        )
    return name


def kind(value: object) -> str:
    """Take the kind of a channel."""
    expected = '"teams" or "email"'
    given = text(value, expected)
    if given not in _KINDS:
        raise Wrong(shown(given), expected, did_you_mean(given, _KINDS))
    return given


def sender(environment: Mapping[str, str]) -> str:
    """Take the setting without which no mail can be sent; whether it is an address is found out where all settings are read."""
    return setting(
        environment,
        SENDER,
        partial(
            text,
            expected="the mailbox that sends, such as alerts@example.org, for channels of kind email, or owners",
        ),
    )


def webhook(value: object, environment: Mapping[str, str]) -> Secret:
    """Take the name of the setting that holds a webhook URL, and give that URL."""
    expected = 'the name of the setting that holds the URL, such as "env:TEAMS_WEBHOOK_URL"'
    given = text(value, expected)
    named = _ENV.fullmatch(given)
    if not named:
        found = "the URL itself" if "://" in given else "text that names no setting"
        raise Wrong(
            found,
            expected,
            "The URL is a credential: keep it in Key Vault or local.settings.json, never in this file.",
        )
    return setting(environment, named[1], _webhook_url)


def _webhook_url(value: object) -> Secret:
    expected = "the https:// URL of a Workflows webhook in Teams"
    given = url(value, expected)
    if f".{urlsplit(given).hostname}".endswith(RETIRED_HOSTS):
        todo = "Make a webhook with the Workflows app of the Teams channel, and store its URL in this setting."
        raise Wrong(
            "the URL of an Office 365 connector, which Microsoft retired in 2026", expected, todo
        )
    return Secret(given)


def client_id(value: object, environment: Mapping[str, str]) -> str:
    """Take a client id, or the name of the setting that holds it, and give it in lower case."""
    expected = 'an application (client) id, or the name of a setting that holds it, such as "env:LIBAPPS_CLIENT_ID"'
    named = _ENV.fullmatch(value.strip()) if isinstance(value, str) else None
    if not named:
        return guid(value, expected)
    return setting(environment, named[1], partial(guid, expected="an application (client) id"))


def zone(value: object) -> ZoneInfo:
    """Take the name of a time zone."""
    expected = "an IANA time zone, such as America/Chicago"
    name = text(value, expected)
    try:
        return ZoneInfo(name)
    except (KeyError, ValueError, OSError):  # unknown; not a proper path; the name of a folder
        raise Wrong(shown(name), expected, did_you_mean(name, available_timezones())) from None


def clock_time(value: object) -> time:
    """Take a local time of day, in minutes."""
    expected = 'a local time as "HH:MM" in quotation marks, such as "08:00"'
    given = _CLOCK.fullmatch(text(value, expected))
    if not given:
        raise Wrong(shown(value), expected)
    return time(int(given[1]), int(given[2]))


def ladder(value: Any) -> tuple[int, ...]:  # noqa: ANN401  (a document holds anything)
    """Take the days before the end at which people are told."""
    expected = f"whole days from high to low, each once, {MAX_DAYS} to 0, such as [90, 30, 7, 0]"
    whole = (
        isinstance(value, list)
        and value
        and all(type(rung) is int and 0 <= rung <= MAX_DAYS for rung in value)
    )  # true is an int, too
    if not whole or value != sorted(set(value), reverse=True):
        raise Wrong(shown(value), expected)
    return tuple(value)


def name(value: object) -> str:
    """Take what people call an app or a service."""
    return text(value, "the name that people use")


def breaks(value: object) -> str:
    """Take the sentence that says what a lapse does to people."""
    return text(
        value,
        'what people notice once the secret has ended, such as "Calendars stop syncing with LibCal"',
    )


def slug(name: str) -> str:
    """Make an id from a name: "LibCal (main)" gives "libcal-main". Empty, if the name has no letter or digit that ASCII knows."""
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
    return re.sub("[^a-z0-9]+", "-", plain).strip("-")


def service_id(value: object) -> str:
    """Take the stable identity of a service, by which the ledger knows it."""
    expected = "lower-case letters and digits, with single hyphens between them, such as libcal"
    given = text(value, expected)
    if not _SLUG.fullmatch(given):
        raise Wrong(shown(given), expected)
    return given


def hint(value: object) -> str:
    """Take the first three characters of a secret's value. Anything else is not shown: it may be the whole value."""
    expected = "the first three characters of the secret's value, as the portal shows them"
    if not isinstance(value, str) or not value:
        raise Wrong(shown(value), expected)
    if len(value) != _HINT_LENGTH:
        todo = (
            "A whole value must not stand here: if it does, have a new secret made."
            if len(value) > _HINT_LENGTH
            else ""
        )
        raise Wrong(f"{len(value)} characters", expected, todo)
    return value


def key_id(value: object) -> str:
    """Take a key id."""
    return guid(value, 'a key id (the portal calls it "Secret ID" or "Certificate ID")')


def runbook_file(value: object, read: ReadText) -> Runbook:
    """Take the path of a runbook, and give what is in it. Raises `Misconfigured` with every mistake in it."""
    expected = "a Markdown file beside or below the watchlist, such as runbooks/libcal.md"
    name = text(value, expected)
    if PurePosixPath(name).is_absolute() or ".." in PurePosixPath(name).parts:
        raise Wrong(shown(name), expected)
    return runbook.parse(read(name), name)
