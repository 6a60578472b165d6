"""The setting LAPSEWATCH_SIGN_IN_ISSUER: who issues the tokens of the page, as they name it.

The portal shows other addresses of the same tenant: the issuer of older tokens, endpoints and
metadata. Tokens of version 2.0 name `https://HOST/TENANT/v2.0` (learn.microsoft.com, "ID token
claims reference").
"""

from urllib.parse import urlsplit

from shared.config.clouds import cloud_of
from shared.config.problems import InvalidValue
from shared.config.urls import url
from shared.config.values import guid

_OTHER_HOSTS = (".windows.net", ".microsoft.com", ".microsoftonline.com", ".azure.com")
"""Ends of Microsoft's hosts, in any cloud but China's, that issue no token of version 2.0."""
_ISSUING_HOSTS = {
    "login.usgovcloudapi.net": "login.microsoftonline.us",
    "sts.chinacloudapi.cn": "login.partner.microsoftonline.cn",
    "login.chinacloudapi.cn": "login.partner.microsoftonline.cn",
}
"""In China people sign in at the last host, and tokens name the other one."""
_MICROSOFT = {"login.microsoftonline.com", *_ISSUING_HOSTS.values()}


def issuer(value: object, graph: str = "") -> str:
    """Accept the issuer of sign-ins, as the tokens name it; `graph` tells the cloud.

    For another address of a tenant at Microsoft, the message has the right one. Hosts that are
    not Microsoft's (customers' own domains) are accepted as they are.
    """
    parts = urlsplit(url(value, _expected("login.microsoftonline.com")))
    given = parts.netloc.lower().removesuffix(":443").rstrip(".")
    host = _issuing_host(given, graph)
    tenant, _, rest = parts.path.strip("/").partition("/")
    right = _right(f"{parts.scheme}://{host}", tenant)
    if right and (given, rest, parts.query, parts.fragment) == (host, "v2.0", "", ""):
        return right
    flaw = "a URL that does not end in /TENANT/v2.0"
    if not right:
        flaw = "a URL without the tenant's id"
    elif given != host:
        flaw = "another address of the tenant than the one in its tokens"
    raise InvalidValue(
        flaw, right or _expected(host if host in _MICROSOFT else "login.microsoftonline.com")
    )


def _issuing_host(host: str, graph: str) -> str:
    """Return the host that tokens name, for any of the hosts of a tenant at Microsoft."""
    if host.endswith(_OTHER_HOSTS) and host not in _MICROSOFT:
        host = urlsplit(cloud_of(graph).authority).netloc
    return _ISSUING_HOSTS.get(host, host)


def _right(root: str, tenant: str) -> str:
    """Return the issuer of a tenant; empty if `tenant` is not its id, but a name or `common`."""
    try:
        return f"{root}/{guid(tenant)}/v2.0"
    except InvalidValue:
        return ""


def _expected(host: str) -> str:
    return f"https://{host}/TENANT/v2.0, where TENANT is the tenant's id"
