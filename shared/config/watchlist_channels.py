"""The table `[channels]` of a watchlist, and lists of channel names elsewhere in it."""

import re
from collections.abc import Mapping
from functools import partial

from shared.config import watchlist_rules as rules
from shared.config.flow_url import flow_url
from shared.config.named_settings import (
    receiver_url,
    signing_secret,
    webhook,
)
from shared.config.toml_table import TomlTable
from shared.config.values import email_address, flag
from shared.core.model.secret import Secret
from shared.core.model.watchlist import (
    AnyChannel,
    EmailChannel,
    FlowAuth,
    TeamsChannel,
    WebhookChannel,
)

EXPECTED = 'one table a channel, such as [channels.its] with kind = "teams"'
_NAME = re.compile(r"[A-Za-z0-9]+([-_][A-Za-z0-9]+)*")
_NAME_EXPECTED = "letters and digits, with single hyphens or underscores between them"
_ADDRESSES = 'a list with at least one address, such as ["libapps-admins@example.org"]'
_NO_WEBHOOK = Secret("")
_MENTIONS = 'a list with at least one sign-in name, such as ["dana@example.org"]'
MAX_MENTIONS = 10


def channel_names(table: TomlTable, key: str, known: tuple[str, ...]) -> tuple[str, ...]:
    """Read a list of channel names, at least one; a repeated name counts once."""
    expected = 'a list with at least one channel, such as ["its"]'
    names = table.each(key, partial(rules.known_channel, known=known), expected)
    return tuple(dict.fromkeys(names))


def read_channels(table: TomlTable, environment: Mapping[str, str]) -> dict[str, AnyChannel]:
    """Read every channel, by its name; `environment` has the webhooks that they name."""
    if not table.keys:
        table.problem("", "no channel", EXPECTED)
    for name in table.keys:
        if not _NAME.fullmatch(name):
            table.problem(name, "not a valid name", _NAME_EXPECTED)
    unread: AnyChannel = TeamsChannel("", _NO_WEBHOOK)
    return {
        name: table.nested(
            name, partial(_channel, name=name, environment=environment), unread, EXPECTED
        )
        for name in table.keys
    }


def _channel(table: TomlTable, name: str, environment: Mapping[str, str]) -> AnyChannel:
    match table.required("kind", rules.kind, ""):
        case "email":
            return _email_channel(table, name)
        case "teams":
            return _teams_channel(table, name, environment)
        case "webhook":
            return _webhook_channel(table, name, environment)
        case _:
            table.accept_all_keys()
            return TeamsChannel(name, _NO_WEBHOOK)


def _email_channel(table: TomlTable, name: str) -> EmailChannel:
    if table.has("url"):
        expected = 'addresses in "to", or kind = "teams"'
        table.problem("url", "a webhook for a channel of kind email", expected)
    to = tuple(dict.fromkeys(table.each("to", email_address, _ADDRESSES)))
    weekly = table.optional("weekly", flag, default=False)
    return EmailChannel(name, to, weekly=weekly, label=_label(table))


def _teams_channel(table: TomlTable, name: str, environment: Mapping[str, str]) -> TeamsChannel:
    _without_addresses(table, "teams")
    auth: FlowAuth = table.optional("auth", rules.auth, "url")
    rule = webhook if auth == "url" else flow_url
    url = table.required("url", partial(rule, environment=environment), _NO_WEBHOOK)
    return TeamsChannel(
        name,
        url,
        weekly=table.optional("weekly", flag, default=True),
        auth=auth,
        mention=_mentions(table) if table.has("mention") else (),
        label=_label(table),
    )


def _label(table: TomlTable) -> str:
    """Return what people call the channel; empty if it has only its name."""
    return table.optional("label", rules.label, "")


def _mentions(table: TomlTable) -> tuple[str, ...]:
    names = tuple(dict.fromkeys(table.each("mention", rules.mention, _MENTIONS)))
    if len(names) > MAX_MENTIONS:
        table.problem("mention", f"{len(names)} people", f"{MAX_MENTIONS} at most")
    return names


def _webhook_channel(table: TomlTable, name: str, environment: Mapping[str, str]) -> WebhookChannel:
    _without_addresses(table, "webhook")
    return WebhookChannel(
        name,
        table.required("url", partial(receiver_url, environment=environment), _NO_WEBHOOK),
        table.required("secret", partial(signing_secret, environment=environment), _NO_WEBHOOK),
        weekly=table.optional("weekly", flag, default=False),
        label=_label(table),
    )


def _without_addresses(table: TomlTable, kind: str) -> None:
    if table.has("to"):
        expected = 'a webhook in "url", or kind = "email"'
        table.problem("to", f"addresses for a channel of kind {kind}", expected)
