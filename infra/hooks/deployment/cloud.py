"""Microsoft's clouds: their addresses. A token is requested for these addresses only.

For a loopback address, as in tests, a token is requested for that address itself: no real sign-in
issues one.
"""

from __future__ import annotations

from dataclasses import dataclass
from ipaddress import ip_address
from urllib.parse import urlsplit

GRAPH = "https://graph.microsoft.com"
VAULTS = ("vault.azure.net", "vault.usgovcloudapi.net", "vault.azure.cn")


@dataclass(frozen=True)
class Cloud:
    """Graph and Azure's management API (no slash at the end), and the audience of assertions."""

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
"""A copy of the app's table (`shared/config/clouds.py`), which the hooks cannot import.

Sources: Graph documentation, "national cloud deployments"; Entra documentation, "configure an app
to trust a managed identity".
"""


def cloud_of(graph: str) -> Cloud:
    """Return the cloud whose Graph is at `graph`. Raises `ValueError` with a sentence."""
    root = graph.rstrip("/")
    for cloud in CLOUDS:
        if cloud.graph == root:
            return cloud
    if is_loopback(root):
        return Cloud(root, f"{root}/arm", CLOUDS[0].audience)
    known = ", ".join(cloud.graph for cloud in CLOUDS)
    raise ValueError(
        f'LAPSEWATCH_GRAPH is "{graph}"; expected one of {known}. '
        f"Run: azd env set LAPSEWATCH_GRAPH {GRAPH}"
    )


def vault_scope(uri: str) -> str:
    """Return the scope of a token for the vault at `uri`.

    Raises `ValueError` if that is not a vault in Azure.
    """
    address = urlsplit(uri)
    domain = (address.hostname or "").partition(".")[2]
    if address.scheme == "https" and domain in VAULTS:
        return f"https://{domain}/.default"
    if is_loopback(uri):
        return f"{uri.rstrip('/')}/.default"
    raise ValueError(
        f'LAPSEWATCH_VAULT_URI: "{uri}" is not a Key Vault. It is an output of infra/main.bicep. '
        "Run: azd provision"
    )


def is_loopback(url: str) -> bool:
    """Return whether `url` is http on this machine: localhost, 127.0.0.0/8 or ::1.

    The app has the same rule (`shared/config/urls.py`).
    """
    address = urlsplit(url)
    host = address.hostname or ""
    try:
        return address.scheme == "http" and (host == "localhost" or ip_address(host).is_loopback)
    except ValueError:
        return False
