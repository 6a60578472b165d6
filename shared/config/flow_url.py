"""URLs of flows that admit the app's identity: the only hosts that get its token.

Hosts of HTTP triggers, the older and the newer ones: https://learn.microsoft.com/power-automate/
and the URLs that its designer shows. Other clouds have other hosts and another audience, and are
not supported.
"""

from collections.abc import Mapping
from urllib.parse import parse_qs, urlsplit

from shared.config.environment import setting, setting_name
from shared.config.problems import InvalidValue
from shared.config.urls import is_loopback, url
from shared.core.model.secret import Secret

FLOW_HOSTS = (".logic.azure.com", ".api.powerplatform.com", ".powerautomate.com")
"""Suffixes, with a dot before the host."""
EXPECTED = "the https:// URL of a flow that admits the app's identity"


def flow_url(value: object, environment: Mapping[str, str]) -> Secret:
    """Accept the URL of a flow that admits the app's identity, or the name of its setting.

    The URL opens nothing to anybody else, so that it may be in the watchlist.
    """
    named = setting_name(value)
    return setting(environment, named, _flow_url) if named else _flow_url(value)


def _flow_url(value: object) -> Secret:
    """Accept a URL without a signature, at a host of Power Automate or loopback."""
    given = url(value, EXPECTED)
    parts = urlsplit(given)
    if not (is_loopback(parts) or f".{parts.hostname}".endswith(FLOW_HOSTS)):
        hosts = ", ".join(host[1:] for host in FLOW_HOSTS)
        raise InvalidValue(
            "a host that must not get a token of the app's identity",
            EXPECTED,
            f"Its host ends in one of: {hosts}. For any other receiver, remove auth.",
        )
    if "sig" in parse_qs(parts.query, keep_blank_values=True):
        raise InvalidValue(
            "a URL with a signature (sig=), which anyone can use who has it",
            EXPECTED,
            "In the flow's trigger, set “Who can trigger the flow” to the identity or the tenant, "
            "save, and copy the URL again.",
        )
    return Secret(given)
