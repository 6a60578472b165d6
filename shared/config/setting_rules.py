"""What each setting may hold: a rule turns its text into a value, or says what is wrong with it."""

import re
from dataclasses import dataclass
from typing import Literal
from urllib.parse import urlsplit

from shared.config.problems import Wrong
from shared.config.values import email_address, guid, is_loopback, shown, text, url
from shared.core.model.secret import Secret

GRAPH_ROOTS = (
    "https://graph.microsoft.com",
    "https://graph.microsoft.us",
    "https://dod-graph.microsoft.us",
    "https://microsoftgraph.chinacloudapi.cn",
)
"""Microsoft's clouds: global, US Government, US Department of Defense, China (Graph documentation, "national cloud deployments")."""


PAGE_PATH = "/api/page"
"""Where the page is on its host: the prefix of host.json, and the route."""


@dataclass(frozen=True, slots=True)
class Tables:
    """Where the ledger is: an endpoint, to be used with the managed identity, or a connection string, which carries its own key."""

    by: Literal["endpoint", "connection string"]
    value: Secret

    @property
    def on_this_machine(self) -> bool:
        """It is an Azurite beside us, or something like it."""
        given = self.value.reveal().lower()
        if self.by == "endpoint":
            return is_loopback(urlsplit(given))
        parts = dict(part.partition("=")[::2] for part in given.split(";"))
        return given == "usedevelopmentstorage=true" or is_loopback(
            urlsplit(parts.get("tableendpoint", ""))
        )


def tables(value: object) -> Tables:
    """Take a table endpoint, or a connection string that carries a key and stays on https."""
    expected = (
        "a table endpoint, such as https://ACCOUNT.table.core.windows.net, or a connection string"
    )
    given = text(value, expected).rstrip(";")
    if "=" not in given.partition("?")[0]:
        if urlsplit(url(given, expected)).query:
            raise Wrong("a URL with a query, perhaps a shared access signature", expected)
        return Tables("endpoint", Secret(given.rstrip("/")))
    if given.lower() != "usedevelopmentstorage=true":
        parts = dict(part.partition("=")[::2] for part in given.lower().split(";"))
        if not parts.keys() >= {"accountname", "accountkey"} and not parts.keys() >= {
            "tableendpoint",
            "sharedaccesssignature",
        }:
            raise Wrong("a connection string without AccountName and AccountKey", expected)
        if "tableendpoint" in parts:
            url(
                parts["tableendpoint"],
                "https:// in the TableEndpoint of a connection string (http:// only for this machine itself)",
            )
        elif parts.get("defaultendpointsprotocol") == "http":
            raise Wrong(
                "a connection string with DefaultEndpointsProtocol=http",
                "DefaultEndpointsProtocol=https",
            )
    return Tables("connection string", Secret(given))


def graph(value: object) -> str:
    """Take one of Microsoft's Graph roots, or one on this machine; no slash at its end."""
    expected = (
        f"one of {', '.join(GRAPH_ROOTS)}, or a loopback address such as http://127.0.0.1:7090"
    )
    parts = urlsplit(url(value, expected))
    if parts.path.strip("/") or parts.query or parts.fragment:
        raise Wrong("a URL with something after its host", expected)
    root = f"{parts.scheme}://{parts.netloc.lower()}"
    if root not in GRAPH_ROOTS and not is_loopback(parts):
        raise Wrong(f"a URL of {shown(parts.hostname)}", expected)
    return root


def authority(value: object, graph: str) -> str:
    """Take a sign-in host; with a stand-in for Graph, only one on this machine, so that no assertion leaves it."""
    expected = "an https address such as https://login.microsoftonline.com"
    given = text(value, expected)
    parts = urlsplit(url(given if "://" in given else f"https://{given}", expected))
    if parts.scheme != "https" or parts.path.strip("/") or parts.query or parts.fragment:
        raise Wrong("not such an address", expected)
    if graph and is_loopback(urlsplit(graph)) != is_loopback(parts):
        raise Wrong(
            f"an address of {shown(parts.hostname)}",
            "this machine for both it and LAPSEWATCH_GRAPH, or for neither",
        )
    return f"https://{parts.netloc.lower()}"


def issuer(value: object) -> str:
    """Take the issuer of sign-ins, as its tokens name it."""
    expected = "https://login.microsoftonline.com/TENANT/v2.0, where TENANT is the tenant's id"
    parts = urlsplit(url(value, expected))
    tenant, _, version = parts.path.strip("/").partition("/")
    if version != "v2.0" or parts.query or parts.fragment:
        raise Wrong("a URL that does not end so", expected)
    return f"{parts.scheme}://{parts.netloc.lower()}/{guid(tenant, expected)}/v2.0"


def page_at(value: object) -> str:
    """Give the address of the page on a host; Core Tools, too, say which host it is, and there it is not https."""
    expected = "a host name, such as lapsewatch.azurewebsites.net"
    host = text(value, expected)
    scheme = "http" if is_loopback(urlsplit(f"http://{host}")) else "https"
    return url(f"{scheme}://{host}{PAGE_PATH}", expected)


def mailbox(value: object) -> str:
    """Take the address of one mailbox."""
    expected = "the address of one mailbox, such as alerts@example.org"
    try:
        return email_address(value)
    except Wrong:
        raise Wrong("text that is not such an address", expected) from None


def schedule(value: object) -> str:
    """Take an NCRONTAB expression with its six fields; the host reads it, and knows better."""
    expected = "six fields (second minute hour day month weekday), such as 0 5 * * * *"
    given = text(value, expected)
    if not re.fullmatch(r"[0-9*/,-]+( +[0-9A-Za-z*/,-]+){5}", given):
        raise Wrong("text that is not such a schedule", expected)
    return given


def switch(value: object) -> bool:
    """Take `on` or `off`."""
    expected = "on or off"
    given = text(value, expected).lower()
    if given not in {"on", "off"}:
        raise Wrong(shown(given), expected)
    return given == "on"


def secret_url(value: object) -> Secret | None:
    """Take a URL that nobody else must know."""
    return Secret(url(value))


def minutes(value: object) -> int:
    """Take a number of minutes."""
    expected = "a whole number of minutes, 1 to 9999, in digits"
    given = text(value, expected)
    if not re.fullmatch("[1-9][0-9]{0,3}", given):
        raise Wrong("text that is not such a number", expected)
    return int(given)
