"""Who we are to Azure: a managed identity in Azure, the developer's own sign-in on a laptop, never a client secret."""

import logging
from collections.abc import Mapping
from functools import partial
from typing import Any

from azure.core.credentials import AccessToken
from azure.identity import AzureCliCredential, ManagedIdentityCredential

from shared.adapters.timeout import CLIENT_OPTIONS, call_with_timeout
from shared.ports.errors import DirectoryError

type Credential = ManagedIdentityCredential | AzureCliCredential

TOKEN_SECONDS = 30.0
"""What asking for a token may take, with all its tries."""
READ_SECONDS = 10
"""The token endpoint is on the same machine."""


class ManagedIdentity(ManagedIdentityCredential):
    """The managed identity, from an endpoint that answers in time or not at all."""

    def __init__(self, client_id: str | None, seconds: float) -> None:
        """Ask for nothing yet; an answer is waited for `seconds` at most."""
        super().__init__(client_id=client_id, read_timeout=READ_SECONDS, **CLIENT_OPTIONS)
        self._seconds = seconds

    def get_token(self, *scopes: str, **options: Any) -> AccessToken:  # noqa: ANN401  (as the SDK has it)
        """Give a token. Raises what the SDK raises, or `TimeoutError`."""
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
    """Choose how to sign in. Nothing is asked of the network yet; the caller closes what it gets.

    Args:
        client_id: of the user-assigned identity; `None` for the system-assigned one.
        graph_is_loopback: Graph is a stand-in on this machine, which must never see a developer's token.
        environment: where `IDENTITY_ENDPOINT` and `IDENTITY_HEADER` (the managed identity protocol of App Service) and
            `WEBSITE_SITE_NAME` (set on every app in Azure) are looked for. azure-identity reads the first two from the process itself.
        seconds: what asking the managed identity for a token may take.
        tenant_id: where a developer signs in; empty for their usual tenant. A managed identity has one tenant only.

    Raises:
        DirectoryError: on a laptop, with a loopback Graph and no stand-in for the managed identity.
    """
    logging.getLogger("azure.identity").setLevel(
        logging.CRITICAL
    )  # of an answer that it cannot read it logs all, even a token
    has_endpoint = bool(environment.get("IDENTITY_ENDPOINT") and environment.get("IDENTITY_HEADER"))
    if has_endpoint or environment.get("WEBSITE_SITE_NAME"):
        return ManagedIdentity(client_id, seconds)
    if graph_is_loopback:
        raise DirectoryError(
            "LAPSEWATCH_GRAPH is on this machine, and the sign-in of 'az login' is never sent there."
            " Set IDENTITY_ENDPOINT and IDENTITY_HEADER to a stand-in for the managed identity, or use the stand-in tenant"
            " (python -m local.tenant), which says what to set.",
            transient=False,
        )
    return AzureCliCredential(tenant_id=tenant_id)
