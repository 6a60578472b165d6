"""Microsoft's clouds: sign-in hosts, and the audience of a managed identity's assertion.

Source: learn.microsoft.com, "National clouds" and "Configure an application to trust a managed
identity".
"""

from typing import NamedTuple


class Cloud(NamedTuple):
    """One cloud: its sign-in host, and the audience that a managed identity's assertion names."""

    authority: str
    audience: str


_PUBLIC = Cloud("https://login.microsoftonline.com", "api://AzureADTokenExchange")
_GOVERNMENT = Cloud("https://login.microsoftonline.us", "api://AzureADTokenExchangeUSGov")
_CHINA = Cloud("https://login.chinacloudapi.cn", "api://AzureADTokenExchangeChina")

CLOUDS = {
    "https://graph.microsoft.com": _PUBLIC,
    "https://graph.microsoft.us": _GOVERNMENT,
    "https://dod-graph.microsoft.us": _GOVERNMENT,
    "https://microsoftgraph.chinacloudapi.cn": _CHINA,
}
"""By the root of Graph: global, US Government, US Department of Defense, China.

The hooks in `infra/hooks` cannot import this and have a copy; a test compares them.
"""


class OtherTenant(NamedTuple):
    """Another tenant, and the app registration that reads it."""

    tenant_id: str
    registration: str
    """Client id of a multi-tenant app registration that trusts our managed identity."""


def consent(where: OtherTenant, authority: str) -> str:
    """Return the address at which an administrator of the tenant consents to the registration."""
    return f"{authority}/{where.tenant_id}/adminconsent?client_id={where.registration}"


def cloud_of(graph: str) -> Cloud:
    """Return the cloud whose Graph is at `graph`; the public one for any other root."""
    return CLOUDS.get(graph, _PUBLIC)
