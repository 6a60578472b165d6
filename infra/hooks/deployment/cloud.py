"""Microsoft's clouds differ in three addresses and one name; whatever else is asked for a token is refused.

On loopback, where the tests are, a token is asked for the loopback address itself: nobody's real sign-in gives one for that.
"""

from __future__ import annotations

from dataclasses import dataclass
from ipaddress import ip_address
from urllib.parse import urlsplit

GRAPH = "https://graph.microsoft.com"
VAULTS = ("vault.azure.net", "vault.usgovcloudapi.net", "vault.azure.cn")


@dataclass(frozen=True)
class Cloud:
    """Where Graph and Azure's management are, without a slash at the end, and for whom a federated token is issued."""

    graph: str
    management: str
    audience: str


CLOUDS = (
    Cloud(GRAPH, "https://management.azure.com", "api://AzureADTokenExchange"),
    Cloud(
        "https://graph.microsoft.us",
        "https://management.usgovcloudapi.net",
        "api://AzureADTokenExchangeUSGov",
    ),
    Cloud(
        "https://dod-graph.microsoft.us",
        "https://management.usgovcloudapi.net",
        "api://AzureADTokenExchangeUSGov",
    ),
    Cloud(
        "https://microsoftgraph.chinacloudapi.cn",
        "https://management.chinacloudapi.cn",
        "api://AzureADTokenExchangeChina",
    ),
)
"""Sources: Graph documentation, "national cloud deployments"; Entra documentation, "configure an app to trust a managed identity"."""


def cloud_of(graph: str) -> Cloud:
    """Give the cloud whose Graph is at `graph`. Raises `ValueError` with a sentence."""
    root = graph.rstrip("/")
    for cloud in CLOUDS:
        if cloud.graph == root:
            return cloud
    if is_loopback(root):
        return Cloud(root, f"{root}/arm", CLOUDS[0].audience)
    known = ", ".join(cloud.graph for cloud in CLOUDS)
    raise ValueError(
        f'LAPSEWATCH_GRAPH is "{graph}"; expected one of {known}. Set it with: azd env set LAPSEWATCH_GRAPH {GRAPH}'
    )


def vault_scope(uri: str) -> str:
    """Give what a token for the vault at `uri` is asked for. Raises `ValueError` if that is no vault of Azure's."""
    address = urlsplit(uri)
    domain = (address.hostname or "").partition(".")[2]
    if address.scheme == "https" and domain in VAULTS:
        return f"https://{domain}/.default"
    if is_loopback(uri):
        return f"{uri.rstrip('/')}/.default"
    raise ValueError(
        f'LAPSEWATCH_VAULT_URI is "{uri}", which is no Key Vault. It is an output of infra/main.bicep: run azd provision.'
    )


def is_loopback(url: str) -> bool:
    """Say whether `url` is on this machine, by http: localhost, 127.0.0.0/8 or ::1, as the app has it (`shared/config/values.py`)."""
    address = urlsplit(url)
    host = address.hostname or ""
    try:
        return address.scheme == "http" and (host == "localhost" or ip_address(host).is_loopback)
    except ValueError:
        return False
