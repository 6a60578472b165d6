"""Who we are to Azure: a managed identity in Azure, the developer's own sign-in on a laptop, never a client secret."""

from collections.abc import Mapping

from azure.identity import AzureCliCredential, ManagedIdentityCredential

from shared.ports import DirectoryError

type Credential = ManagedIdentityCredential | AzureCliCredential

CONNECT_SECONDS = 5
READ_SECONDS = 10
"""The token endpoint is on the same machine; azure-core would wait 300 s, and tries four times."""


def credential(client_id: str | None, *, graph_is_loopback: bool, environment: Mapping[str, str]) -> Credential:
    """Choose how to sign in. Nothing is asked of the network yet; the caller closes what it gets.

    Args:
        client_id: of the user-assigned identity; `None` for the system-assigned one.
        graph_is_loopback: Graph is a stand-in on this machine, which must never see a developer's token.
        environment: where `IDENTITY_ENDPOINT` and `IDENTITY_HEADER` (the managed identity protocol of App Service) and
            `WEBSITE_SITE_NAME` (set on every app in Azure) are looked for. azure-identity reads the first two from the process itself.

    Raises:
        DirectoryError: on a laptop, with a loopback Graph and no stand-in for the managed identity.
    """
    has_endpoint = bool(environment.get("IDENTITY_ENDPOINT") and environment.get("IDENTITY_HEADER"))
    if has_endpoint or environment.get("WEBSITE_SITE_NAME"):
        return ManagedIdentityCredential(client_id=client_id, connection_timeout=CONNECT_SECONDS, read_timeout=READ_SECONDS)
    if graph_is_loopback:
        raise DirectoryError(
            "LAPSEWATCH_GRAPH is on this machine, and the sign-in of 'az login' is never sent there."
            " Set IDENTITY_ENDPOINT and IDENTITY_HEADER to a stand-in for the managed identity, or use the stand-in tenant"
            " (python -m local.tenant), which says what to set.",
            transient=False,
        )
    return AzureCliCredential()
