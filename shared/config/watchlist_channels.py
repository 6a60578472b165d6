"""The table `[channels]` of a watchlist, and lists of channel names elsewhere in it."""

import re
from collections.abc import Mapping
from functools import partial

from shared.config import watchlist_rules as rules
from shared.config.named_settings import webhook
from shared.config.toml_table import TomlTable
from shared.config.values import email_address, flag
from shared.core.model.secret import Secret
from shared.core.model.watchlist import EmailChannel, TeamsChannel

type Channel = TeamsChannel | EmailChannel

EXPECTED = 'one table a channel, such as [channels.its] with kind = "teams"'
_NAME = re.compile(r"[A-Za-z0-9]+([-_][A-Za-z0-9]+)*")
_NAME_EXPECTED = "letters and digits, with single hyphens or underscores between them"
_ADDRESSES = 'a list with at least one address, such as ["libapps-admins@example.org"]'
_NO_WEBHOOK = Secret("")


def channel_names(table: TomlTable, key: str, known: tuple[str, ...]) -> tuple[str, ...]:
    """Read a list of channel names, at least one; a repeated name counts once."""
    expected = 'a list with at least one channel, such as ["its"]'
    names = table.each(key, partial(rules.known_channel, known=known), expected)
    return tuple(dict.fromkeys(names))


def read_channels(table: TomlTable, environment: Mapping[str, str]) -> dict[str, Channel]:
    """Read every channel, by its name; `environment` has the webhooks that they name."""
    if not table.keys:
        table.problem("", "no channel", EXPECTED)
    for name in table.keys:
        if not _NAME.fullmatch(name):
            table.problem(name, "not a valid name", _NAME_EXPECTED)
    unread: Channel = TeamsChannel("", _NO_WEBHOOK)
    return {
        name: table.nested(
            name, partial(_channel, name=name, environment=environment), unread, EXPECTED
        )
        for name in table.keys
    }


def _channel(table: TomlTable, name: str, environment: Mapping[str, str]) -> Channel:
    match table.required("kind", rules.kind, ""):
        case "email":
            return _email_channel(table, name)
        case "teams":
            return _teams_channel(table, name, environment)
        case _:
            table.accept_all_keys()
            return TeamsChannel(name, _NO_WEBHOOK)


def _email_channel(table: TomlTable, name: str) -> EmailChannel:
    if table.has("url"):
        expected = 'addresses in "to", or kind = "teams"'
        table.problem("url", "a webhook for a channel of kind email", expected)
    to = tuple(dict.fromkeys(table.each("to", email_address, _ADDRESSES)))
    return EmailChannel(name, to, weekly=table.optional("weekly", flag, default=False))


def _teams_channel(table: TomlTable, name: str, environment: Mapping[str, str]) -> TeamsChannel:
    if table.has("to"):
        expected = 'a webhook in "url", or kind = "email"'
        table.problem("to", "addresses for a channel of kind teams", expected)
    url = table.required("url", partial(webhook, environment=environment), _NO_WEBHOOK)
    return TeamsChannel(name, url, weekly=table.optional("weekly", flag, default=True))
