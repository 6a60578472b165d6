"""Values that the watchlist keeps out of its text: it names the setting, as `env:NAME`."""

from collections.abc import Mapping
from functools import partial
from urllib.parse import urlsplit

from shared.config.environment import setting, setting_name
from shared.config.problems import InvalidValue
from shared.config.signing_secret import PREFIX, whsec
from shared.config.urls import url
from shared.config.values import ValueRule, guid, text
from shared.core.model.secret import Secret

RETIRED_HOSTS = (".webhook.office.com", ".outlook.office.com", ".outlook.office365.com")
"""Suffixes of the hosts of Office 365 connectors, with a dot before the host.

Microsoft announced in July 2024 that they would be retired, and retired them in spring 2026.
The hooks in `infra/hooks` have a copy; a test compares them.
"""

_SENDER = (
    "the mailbox that sends mail, such as alerts@example.org, for channels of kind email and "
    "for owners"
)


def sender(environment: Mapping[str, str]) -> str:
    """Require the setting without which no mail can be sent.

    Whether it is an address is checked with all other settings.
    """
    return setting(environment, "LAPSEWATCH_MAIL_SENDER", partial(text, expected=_SENDER))


def webhook(value: object, environment: Mapping[str, str]) -> Secret:
    """Accept the name of the setting that contains a flow's URL; return that URL."""
    expected = 'the name of the setting that contains the URL, such as "env:TEAMS_WEBHOOK_URL"'
    return _credential(value, environment, _webhook_url, expected)


def receiver_url(value: object, environment: Mapping[str, str]) -> Secret:
    """Accept the name of the setting that contains a receiver's URL; return that URL."""
    expected = 'the name of the setting that contains the URL, such as "env:WEBHOOK_URL"'
    return _credential(value, environment, lambda given: Secret(url(given)), expected)


def signing_secret(value: object, environment: Mapping[str, str]) -> Secret:
    """Accept the name of the setting that contains a signing secret; return that secret."""
    expected = 'the name of the setting that contains it, such as "env:WEBHOOK_SECRET"'
    return _credential(value, environment, whsec, expected, what="secret")


def _credential(
    value: object,
    environment: Mapping[str, str],
    rule: ValueRule[Secret],
    expected: str,
    *,
    what: str = "URL",
) -> Secret:
    given = text(value, expected)
    named = setting_name(given)
    if not named:
        is_itself = "://" in given or given.startswith(PREFIX)
        found = f"the {what} itself" if is_itself else 'text that does not begin with "env:"'
        todo = (
            f"The {what} is a credential: keep it in Key Vault or local.settings.json, "
            "never in this file."
        )
        raise InvalidValue(found, expected, todo)
    return setting(environment, named, rule)


def client_id(value: object, environment: Mapping[str, str]) -> str:
    """Accept a client id, or the name of its setting; return it in lower case."""
    plain = "an application (client) id"
    named = setting_name(value)
    if named:
        return setting(environment, named, partial(guid, expected=plain))
    return guid(
        value,
        f'{plain}, or the name of a setting that contains it, such as "env:LIBAPPS_CLIENT_ID"',
    )


def _webhook_url(value: object) -> Secret:
    expected = "the https:// URL of a Workflows webhook in Teams"
    given = url(value, expected)
    if f".{urlsplit(given).hostname}".endswith(RETIRED_HOSTS):
        found = "the URL of an Office 365 connector, which Microsoft retired in 2026"
        todo = (
            "Create a webhook with the Workflows app of the Teams channel, and store its URL in "
            "this setting."
        )
        raise InvalidValue(found, expected, todo)
    return Secret(given)
