"""Make the SDK's client for one table, from an endpoint or a connection string."""

from typing import Any
from urllib.parse import urlsplit

from azure.core.credentials import AccessToken, TokenCredential
from azure.data.tables import TableClient

from shared.adapters.library_logs import silence_libraries
from shared.adapters.table.errors import NoTokenError
from shared.adapters.timeout import CLIENT_OPTIONS
from shared.adapters.token_errors import why_no_token
from shared.config.urls import is_loopback
from shared.ports.errors import LedgerError

CALL_SECONDS = 30.0
"""Seconds that one request may take, with its retries."""

_OPTIONS: dict[str, Any] = {
    **CLIENT_OPTIONS,
    "read_timeout": 20,
    "timeout": CALL_SECONDS,  # no retry begins later
    "permit_redirects": False,  # a redirect would carry the token to another host
}


class TableCredential:
    """A credential whose every failure is a `NoTokenError`."""

    def __init__(self, credential: TokenCredential) -> None:
        """Wrap `credential`."""
        self._credential = credential

    def get_token(self, *scopes: str, **options: Any) -> AccessToken:  # noqa: ANN401  (the SDK's)
        """Return a token. Raises `NoTokenError`."""
        try:
            return self._credential.get_token(*scopes, **options)
        except Exception as error:  # noqa: BLE001  (errors of azure-identity, the SDK and others)
            raise NoTokenError(why_no_token(error)) from None


def table_client(where: str, table: str, credential: TokenCredential | None) -> TableClient:
    """Return a client; nothing is contacted yet.

    Raises:
        LedgerError: `where` is neither an https endpoint nor a complete connection string.
    """
    silence_libraries()
    try:
        if credential is not None:
            client = TableClient(where, table, credential=TableCredential(credential), **_OPTIONS)
        else:
            client = TableClient.from_connection_string(where, table, **_OPTIONS)
    except (ValueError, TypeError, AttributeError):  # their text may quote the key
        raise LedgerError(
            "LAPSEWATCH_TABLES is neither an https endpoint"
            " (https://ACCOUNT.table.core.windows.net), for which an identity signs in, nor a"
            " complete connection string (UseDevelopmentStorage=true for Azurite).",
            transient=False,
        ) from None
    address = urlsplit(client.url)
    if address.scheme != "https" and not is_loopback(address):
        client.close()
        raise LedgerError(
            f"LAPSEWATCH_TABLES points to {address.hostname} over {address.scheme}. Use https;"
            " only a ledger on this computer may do without.",
            transient=False,
        )
    return client
