"""Our own sign-in: a managed identity in Azure, the developer's sign-in on a laptop.

There is never a client secret.
"""

from collections.abc import Mapping
from functools import partial
from typing import Any

from azure.core.credentials import AccessToken
from azure.identity import AzureCliCredential, ManagedIdentityCredential

from shared.adapters.library_logs import silence_libraries
from shared.adapters.timeout import CLIENT_OPTIONS, call_with_timeout
from shared.ports.errors import DirectoryError

type Credential = ManagedIdentityCredential | AzureCliCredential

TOKEN_SECONDS = 30.0
"""Seconds that a request for a token may take, with its retries."""
READ_SECONDS = 10
"""Seconds to wait for the token endpoint, which is on the same machine."""


class ManagedIdentity(ManagedIdentityCredential):
    """The managed identity, with a hard timeout for a token."""

    def __init__(self, client_id: str | None, seconds: float) -> None:
        """Contact nothing yet; a token may take `seconds`."""
        super().__init__(client_id=client_id, read_timeout=READ_SECONDS, **CLIENT_OPTIONS)
        self._seconds = seconds

    def get_token(self, *scopes: str, **options: Any) -> AccessToken:  # noqa: ANN401  (the SDK's)
        """Return a token. Raises what the SDK raises, or `TimeoutError`."""
        token: AccessToken = call_with_timeout(
            self._seconds, partial(super().get_token, *scopes, **options)
        )
        return token


def credential(
    client_id: str | None,
    *,
    graph_is_loopback: bool,
    environment: Mapping[str, str],
    seconds: float = TOKEN_SECONDS,
    tenant_id: str = "",
) -> Credential:
    """Return the credential to sign in with; the caller closes it. Nothing is contacted yet.

    Args:
        client_id: of the user-assigned identity; `None` for the system-assigned one.
        graph_is_loopback: Graph is a stand-in on this machine, which must never get a
            developer's token.
        environment: read for `IDENTITY_ENDPOINT` and `IDENTITY_HEADER` (the managed identity
            protocol of App Service) and `WEBSITE_SITE_NAME` (set on every app in Azure).
            azure-identity reads the first two from the process itself.
        seconds: what a token of the managed identity may take.
        tenant_id: where a developer signs in; empty for their usual tenant. A managed identity
            has only one tenant.

    Raises:
        DirectoryError: on a laptop, with a loopback Graph and no stand-in for the managed
            identity.
    """
    silence_libraries()
    has_endpoint = bool(environment.get("IDENTITY_ENDPOINT") and environment.get("IDENTITY_HEADER"))
    if has_endpoint or environment.get("WEBSITE_SITE_NAME"):
        return ManagedIdentity(client_id, seconds)
    if graph_is_loopback:
        raise DirectoryError(
            "LAPSEWATCH_GRAPH is on this machine, and the sign-in of 'az login' is never sent"
            " there. Set IDENTITY_ENDPOINT and IDENTITY_HEADER to a stand-in for the managed"
            " identity, or use the stand-in tenant (python -m local.tenant), which prints them.",
            transient=False,
        )
    return AzureCliCredential(tenant_id=tenant_id)
