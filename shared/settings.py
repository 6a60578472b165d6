"""The settings: environment and watchlist become one frozen value, or one list of everything that is wrong in them.

The environment is an argument. `SETTINGS` is the only table of them in code; documentation and deployment are tested against it.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal
from urllib.parse import urlsplit

from shared import watchlist
from shared.core.model import Watchlist
from shared.core.secret import Secret
from shared.problems import Problems, Wrong
from shared.values import Rule, email_address, guid, is_loopback, setting, shown, text, url

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
class Setting:
    """One setting as people look it up. Those that the watchlist names by `env:` come on top of `SETTINGS`."""

    name: str
    meaning: str
    default: str = ""
    required: bool = False
    by_azure: bool = False
    """Azure sets it; on a laptop it may be set to have there what Azure gives."""


_REGISTRATION, _ISSUER = "LAPSEWATCH_SIGN_IN_CLIENT_ID", "LAPSEWATCH_SIGN_IN_ISSUER"

SETTINGS = (
    Setting("LAPSEWATCH_SCHEDULE", "NCRONTAB of the tick, UTC; read by the timer trigger", "0 5 * * * *"),
    Setting("LAPSEWATCH_WATCHLIST", "path of the watchlist, from the app's root", "watchlist.toml"),
    Setting(
        "LAPSEWATCH_TABLES",
        "table endpoint (https://ACCOUNT.table.core.windows.net, managed identity) or a connection string "
        "(UseDevelopmentStorage=true for Azurite)",
        required=True,
    ),
    Setting("LAPSEWATCH_GRAPH", "Graph root: one of Microsoft's clouds, or loopback", GRAPH_ROOTS[0]),
    Setting("LAPSEWATCH_PAGE_URL", "where people open the status page; goes into cards and mails"),
    Setting(_REGISTRATION, "client id of the app registration behind the page's sign-in"),
    Setting(_ISSUER, "who signs people in: https://login.microsoftonline.com/TENANT/v2.0"),
    Setting("LAPSEWATCH_MAIL_SENDER", "mailbox that sends, through Graph; required if a channel is of kind email"),
    Setting("LAPSEWATCH_SIGN_INS", "`on`: read credential sign-in activity, as evidence of use", "off"),
    Setting("LAPSEWATCH_HEARTBEAT_URL", "pinged after each good check, `/fail` after a bad one"),
    Setting("LAPSEWATCH_DEADLINE", "minutes that a check may take", "20"),
    Setting("AZURE_CLIENT_ID", "client id of the user-assigned identity"),
    Setting("WEBSITE_HOSTNAME", "host name of the app; the page is there, unless LAPSEWATCH_PAGE_URL says otherwise", by_azure=True),
    Setting("IDENTITY_ENDPOINT", "where the managed identity's tokens come from", by_azure=True),
    Setting("IDENTITY_HEADER", "proves to that endpoint that the app asks", by_azure=True),
)
_BY_NAME = {row.name: row for row in SETTINGS}


@dataclass(frozen=True, slots=True)
class Tables:
    """Where the ledger is: an endpoint, to be used with the managed identity, or a connection string, which carries its own key."""

    by: Literal["endpoint", "connection string"]
    value: Secret


@dataclass(frozen=True, slots=True)
class PageSignIn:
    """How people sign in to the page: the registration that the tokens are issued for, and who issues them."""

    client_id: str
    issuer: str
    """As the claim `iss` has it: `https://HOST/TENANT/v2.0`, where TENANT is the tenant's id in lower case."""


@dataclass(frozen=True, slots=True)
class Settings:
    """Everything that the program is told from outside."""

    watchlist: Watchlist
    tables: Tables
    graph: str
    """One of `GRAPH_ROOTS`, or a loopback root; no slash at its end."""
    schedule: str
    page_url: str
    """Empty if there is none."""
    page_sign_in: PageSignIn | None
    """`None`: nobody can sign in, and the page is closed."""
    deadline_minutes: int
    sign_ins: bool
    """Credential sign-in activity is to be read."""
    heartbeat: Secret | None
    """A URL that is pinged after each check; whoever knows it can ping it, so it is a credential."""
    identity_client_id: str
    """Of the user-assigned identity; empty if there is none."""
    managed_identity: bool
    """The managed identity protocol is to be used, on a laptop too."""
    mail_sender: str
    """The address of the mailbox that sends; empty if there is none, and then no channel is of kind email."""


def load(environment: Mapping[str, str], root: Path) -> Settings:
    """Read every setting, the watchlist and its runbooks; `root` is the folder of `host.json`.

    Raises `Misconfigured` with every mistake of all of them.
    """
    problems = Problems()

    def read[T](name: str, rule: Rule[T], stand_in: T) -> T:
        row = _BY_NAME[name]
        if not environment.get(name, "").strip() and not row.required and not row.default:
            return stand_in
        return problems.attempt("", lambda: setting(environment, name, rule, row.default), stand_in)

    tables = read("LAPSEWATCH_TABLES", _tables, Tables("endpoint", Secret("")))
    graph = read("LAPSEWATCH_GRAPH", _graph, "")
    schedule = read("LAPSEWATCH_SCHEDULE", _schedule, "")
    page_sign_in = _paired(environment, read(_REGISTRATION, guid, ""), read(_ISSUER, _issuer, ""), problems)
    own_page = read("WEBSITE_HOSTNAME", _page_at, "")
    page_url = read("LAPSEWATCH_PAGE_URL", url, own_page if page_sign_in else "")
    sign_ins = read("LAPSEWATCH_SIGN_INS", _switch, False)
    heartbeat = read("LAPSEWATCH_HEARTBEAT_URL", _secret_url, None)
    deadline_minutes = read("LAPSEWATCH_DEADLINE", _minutes, 0)
    identity_client_id = read("AZURE_CLIENT_ID", guid, "")
    managed_identity = all([read("IDENTITY_ENDPOINT", text, ""), read("IDENTITY_HEADER", text, "")])
    mail_sender = read("LAPSEWATCH_MAIL_SENDER", _mailbox, "")
    watched = read("LAPSEWATCH_WATCHLIST", lambda file: watchlist.load(root / text(file), text(file), environment), None)
    problems.raise_if_any()
    assert watched is not None
    return Settings(
        watchlist=watched,
        tables=tables,
        graph=graph,
        schedule=schedule,
        page_url=page_url,
        page_sign_in=page_sign_in,
        deadline_minutes=deadline_minutes,
        identity_client_id=identity_client_id,
        managed_identity=managed_identity,
        mail_sender=mail_sender,
        sign_ins=sign_ins,
        heartbeat=heartbeat,
    )


def load_graph(environment: Mapping[str, str]) -> tuple[str, str]:
    """Read only what is needed to read Graph: its root, and the client id of the user-assigned identity (empty if there is none).

    For a first look, when there is no watchlist yet. Raises `Misconfigured`.
    """
    problems = Problems()
    row = _BY_NAME["LAPSEWATCH_GRAPH"]
    root = problems.attempt("", lambda: setting(environment, row.name, _graph, row.default), "")
    named = environment.get("AZURE_CLIENT_ID", "").strip()
    client_id = problems.attempt("", lambda: setting(environment, "AZURE_CLIENT_ID", guid), "") if named else ""
    problems.raise_if_any()
    return root, client_id


def _tables(value: object) -> Tables:
    expected = "a table endpoint, such as https://ACCOUNT.table.core.windows.net, or a connection string"
    given = text(value, expected).rstrip(";")
    if "=" not in given.partition("?")[0]:
        if urlsplit(url(given, expected)).query:
            raise Wrong("a URL with a query, perhaps a shared access signature", expected)
        return Tables("endpoint", Secret(given.rstrip("/")))
    if given.lower() != "usedevelopmentstorage=true":
        parts = dict(part.partition("=")[::2] for part in given.lower().split(";"))
        if not parts.keys() >= {"accountname", "accountkey"} and not parts.keys() >= {"tableendpoint", "sharedaccesssignature"}:
            raise Wrong("a connection string without AccountName and AccountKey", expected)
        if "tableendpoint" in parts:
            url(parts["tableendpoint"], "https:// in the TableEndpoint of a connection string (http:// only for this machine itself)")
        elif parts.get("defaultendpointsprotocol") == "http":
            raise Wrong("a connection string with DefaultEndpointsProtocol=http", "DefaultEndpointsProtocol=https")
    return Tables("connection string", Secret(given))


def _graph(value: object) -> str:
    expected = f"one of {', '.join(GRAPH_ROOTS)}, or a loopback address such as http://127.0.0.1:7090"
    parts = urlsplit(url(value, expected))
    if parts.path.strip("/") or parts.query or parts.fragment:
        raise Wrong("a URL with something after its host", expected)
    root = f"{parts.scheme}://{parts.netloc.lower()}"
    if root not in GRAPH_ROOTS and not is_loopback(parts):
        raise Wrong(f"a URL of {shown(parts.hostname)}", expected)
    return root


def _paired(environment: Mapping[str, str], client_id: str, issuer: str, problems: Problems) -> PageSignIn | None:
    """Put the halves of the page's sign-in together; if one is good and the other is not set, note that as a mistake."""
    if client_id and issuer:
        return PageSignIn(client_id, issuer)
    absent = _ISSUER if client_id else _REGISTRATION
    if (client_id or issuer) and not environment.get(absent, "").strip():
        other = _REGISTRATION if client_id else _ISSUER
        problems.add(f"setting {absent}", "not set", _BY_NAME[absent].meaning, f"It belongs to {other}: set both, or none of them.")
    return None


def _issuer(value: object) -> str:
    expected = "https://login.microsoftonline.com/TENANT/v2.0, where TENANT is the tenant's id"
    parts = urlsplit(url(value, expected))
    tenant, _, version = parts.path.strip("/").partition("/")
    if version != "v2.0" or parts.query or parts.fragment:
        raise Wrong("a URL that does not end so", expected)
    return f"{parts.scheme}://{parts.netloc.lower()}/{guid(tenant, expected)}/v2.0"


def _page_at(value: object) -> str:
    """Give the address of the page on a host; Core Tools, too, say which host it is, and there it is not https."""
    expected = "a host name, such as lapsewatch.azurewebsites.net"
    host = text(value, expected)
    scheme = "http" if is_loopback(urlsplit(f"http://{host}")) else "https"
    return url(f"{scheme}://{host}{PAGE_PATH}", expected)


def _mailbox(value: object) -> str:
    expected = "the address of one mailbox, such as alerts@example.org"
    try:
        return email_address(value)
    except Wrong:
        raise Wrong("text that is not such an address", expected) from None


def _schedule(value: object) -> str:
    expected = "six fields (second minute hour day month weekday), such as 0 5 * * * *"
    given = text(value, expected)
    if not re.fullmatch(r"[0-9*/,-]+( +[0-9A-Za-z*/,-]+){5}", given):
        raise Wrong("text that is not such a schedule", expected)
    return given


def _switch(value: object) -> bool:
    expected = "on or off"
    given = text(value, expected).lower()
    if given not in {"on", "off"}:
        raise Wrong(shown(given), expected)
    return given == "on"


def _secret_url(value: object) -> Secret | None:
    return Secret(url(value))


def _minutes(value: object) -> int:
    expected = "a whole number of minutes, 1 to 9999, in digits"
    given = text(value, expected)
    if not re.fullmatch("[1-9][0-9]{0,3}", given):
        raise Wrong("text that is not such a number", expected)
    return int(given)
