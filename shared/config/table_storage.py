"""The setting LAPSEWATCH_TABLES: where the ledger is."""

from dataclasses import dataclass
from typing import Literal
from urllib.parse import urlsplit

from shared.config.problems import InvalidValue
from shared.config.urls import is_loopback, url
from shared.config.values import text
from shared.core.model.secret import Secret

_AZURITE = "usedevelopmentstorage=true"
_EXPECTED = (
    "a table endpoint, such as https://ACCOUNT.table.core.windows.net, or a connection string"
)
_HTTPS_ENDPOINT = (
    "https:// in the TableEndpoint of a connection string (http:// only for this machine itself)"
)
_KEY = {"accountname", "accountkey"}
_SIGNATURE = {"tableendpoint", "sharedaccesssignature"}


@dataclass(frozen=True, slots=True)
class Tables:
    """Where the ledger is.

    An endpoint is used with the managed identity; a connection string contains its own key.
    """

    by: Literal["endpoint", "connection string"]
    value: Secret

    @property
    def on_this_machine(self) -> bool:
        """Whether the ledger is on this machine, as Azurite is."""
        given = self.value.reveal().lower()
        if self.by == "endpoint":
            return is_loopback(urlsplit(given))
        endpoint = _members(given).get("tableendpoint", "")
        return given == _AZURITE or is_loopback(urlsplit(endpoint))


def tables(value: object) -> Tables:
    """Accept a table endpoint, or a connection string with a key that stays on https."""
    given = text(value, _EXPECTED).rstrip(";")
    if "=" not in given.partition("?")[0]:
        if urlsplit(url(given, _EXPECTED)).query:
            raise InvalidValue("a URL with a query, perhaps a shared access signature", _EXPECTED)
        return Tables("endpoint", Secret(given.rstrip("/")))
    if given.lower() != _AZURITE:
        _check_connection_string(_members(given.lower()))
    return Tables("connection string", Secret(given))


def _check_connection_string(members: dict[str, str]) -> None:
    if not members.keys() >= _KEY and not members.keys() >= _SIGNATURE:
        raise InvalidValue("a connection string without AccountName and AccountKey", _EXPECTED)
    if "tableendpoint" in members:
        url(members["tableendpoint"], _HTTPS_ENDPOINT)
    elif members.get("defaultendpointsprotocol") == "http":
        raise InvalidValue(
            "a connection string with DefaultEndpointsProtocol=http",
            "DefaultEndpointsProtocol=https",
        )


def _members(connection_string: str) -> dict[str, str]:
    return dict(part.partition("=")[::2] for part in connection_string.split(";"))
