"""Microsoft's clouds: where tenants of each sign in, and whom the managed identity vouches for there.

Source: learn.microsoft.com, "National clouds" and "Configure an application to trust a managed identity".
"""

from typing import NamedTuple


class Cloud(NamedTuple):
    """Where other tenants of a cloud give tokens, and for whom the managed identity vouches there."""

    authority: str
    audience: str


_PUBLIC = Cloud("https://login.microsoftonline.com", "api://AzureADTokenExchange")


_GOVERNMENT = Cloud("https://login.microsoftonline.us", "api://AzureADTokenExchangeUSGov")


_CHINA = Cloud("https://login.chinacloudapi.cn", "api://AzureADTokenExchangeChina")


_CLOUDS = {
    "https://graph.microsoft.us": _GOVERNMENT,
    "https://dod-graph.microsoft.us": _GOVERNMENT,
    "https://microsoftgraph.chinacloudapi.cn": _CHINA,
}


class OtherTenant(NamedTuple):
    """Another tenant: its id, and the registration that is known there too."""

    tenant_id: str
    registration: str
    """Client id of a multi-tenant app registration that trusts our managed identity."""


def consent(where: OtherTenant, authority: str) -> str:
    """Give the address at which an administrator of the tenant consents to the registration."""
    return f"{authority}/{where.tenant_id}/adminconsent?client_id={where.registration}"


def cloud_of(graph: str) -> Cloud:
    """Give the cloud whose Graph is at `graph`; the public one for any other."""
    return _CLOUDS.get(graph, _PUBLIC)
