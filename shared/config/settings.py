"""The settings: environment and watchlist become one frozen value, or one list of everything that is wrong in them.

The environment is an argument. `SETTINGS` is the only table of them in code; documentation and deployment are tested against it.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import NamedTuple
from urllib.parse import urlsplit

from shared.config import setting_rules as rules
from shared.config.problems import Problems
from shared.config.values import Rule, guid, is_loopback, setting, text, url
from shared.config.watchlist_folder import Watchlists
from shared.config.watchlist_folder import load as load_watchlists
from shared.core.model.secret import Secret
from shared.core.model.watchlist import Watchlist


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
_OTHER_TENANTS, _AUTHORITY = "LAPSEWATCH_TENANTS_CLIENT_ID", "AZURE_AUTHORITY_HOST"

SETTINGS = (
    Setting(
        "LAPSEWATCH_SCHEDULE", "NCRONTAB of the tick, UTC; read by the timer trigger", "0 5 * * * *"
    ),
    Setting(
        "LAPSEWATCH_WATCHLIST",
        "path of the watchlist, from the app's root, or of a folder with one for each tenant",
        "watchlist.toml",
    ),
    Setting(
        "LAPSEWATCH_TABLES",
        "table endpoint (https://ACCOUNT.table.core.windows.net, managed identity) or a connection string "
        "(UseDevelopmentStorage=true for Azurite)",
        required=True,
    ),
    Setting(
        "LAPSEWATCH_GRAPH",
        "Graph root: one of Microsoft's clouds, or loopback",
        rules.GRAPH_ROOTS[0],
    ),
    Setting("LAPSEWATCH_PAGE_URL", "where people open the status page; goes into cards and mails"),
    Setting(_REGISTRATION, "client id of the app registration behind the page's sign-in"),
    Setting(_ISSUER, "who signs people in: https://login.microsoftonline.com/TENANT/v2.0"),
    Setting(
        "LAPSEWATCH_MAIL_SENDER",
        "mailbox that sends, through Graph; required if a channel is of kind email",
    ),
    Setting(
        "LAPSEWATCH_SIGN_INS", "`on`: read credential sign-in activity, as evidence of use", "off"
    ),
    Setting("LAPSEWATCH_HEARTBEAT_URL", "pinged after each good check, `/fail` after a bad one"),
    Setting("LAPSEWATCH_DEADLINE", "minutes that a check may take", "20"),
    Setting(
        _OTHER_TENANTS,
        "client id of the app registration by which other tenants are read; required if a watchlist has a [tenant] id",
    ),
    Setting("AZURE_CLIENT_ID", "client id of the user-assigned identity"),
    Setting(
        "WEBSITE_HOSTNAME",
        "host name of the app; the page is there, unless LAPSEWATCH_PAGE_URL says otherwise",
        by_azure=True,
    ),
    Setting("IDENTITY_ENDPOINT", "where the managed identity's tokens come from", by_azure=True),
    Setting("IDENTITY_HEADER", "proves to that endpoint that the app asks", by_azure=True),
    Setting(
        _AUTHORITY,
        "where tokens for other tenants come from, if not from the cloud's own sign-in",
        by_azure=True,
    ),
)
_BY_NAME = {row.name: row for row in SETTINGS}


@dataclass(frozen=True, slots=True)
class PageAuth:
    """How people sign in to the page: the registration that the tokens are issued for, and who issues them."""

    client_id: str
    issuer: str
    """As the claim `iss` has it: `https://HOST/TENANT/v2.0`, where TENANT is the tenant's id in lower case."""


class NoSuchTenant(Exception):
    """No tenant was named where there are several, or one that is not watched."""

    def __init__(self, given: str, known: Watchlists) -> None:
        """Say what was `given` (empty: nothing), and what could have been."""
        names = ", ".join(
            f"{key} ({each.name})" if each.name else key for key, each in known.items()
        )
        found = (
            f"The tenant {given[:80]!r} is not watched"
            if given
            else "Several tenants are watched, and none was named"
        )
        super().__init__(f"{found}; expected one of: {names}.")
        self.given = given


@dataclass(frozen=True, slots=True)
class Settings:
    """Everything that the program is told from outside."""

    watchlists: Watchlists
    """One, or one for each tenant."""
    tables: rules.Tables
    graph: str
    """One of `settings_rules.GRAPH_ROOTS`, or a loopback root; no slash at its end."""
    page_url: str
    """Empty if there is none."""
    page_auth: PageAuth | None
    """`None`: nobody can sign in, and the page is closed."""
    deadline_minutes: int
    usage_report: bool
    """Credential sign-in activity is to be read."""
    heartbeat: Secret | None
    """A URL that is pinged after each check; whoever knows it can ping it, so it is a credential."""
    identity_client_id: str
    """Of the user-assigned identity; empty if there is none."""
    managed_identity: bool
    """The managed identity protocol is to be used, on a laptop too."""
    mail_sender: str
    """The address of the mailbox that sends; empty if there is none, and then no channel is of kind email."""
    tenants_client_id: str = ""
    """Of the registration by which other tenants are read; empty if there is none, and then no watchlist has a tenant id."""
    authority: str = ""
    """Where other tenants give tokens, without a slash at its end; empty for the sign-in of Graph's own cloud."""

    @property
    def reading_graph(self) -> "ReadingGraph":
        """What is needed to read Graph."""
        return ReadingGraph(
            self.graph, self.identity_client_id, self.tenants_client_id, self.authority
        )

    @property
    def watchlist(self) -> Watchlist:
        """The one watchlist. Raises `NoSuchTenant` where there are several: narrow to one of them first."""
        return next(iter(self.of("").watchlists.values()))

    def of(self, tenant: str) -> "Settings":
        """Give the settings of one tenant only, by its id or as `own`; empty where there is only one. Raises `NoSuchTenant`."""
        wanted = tenant.strip().casefold()
        if not wanted and len(self.watchlists) == 1:
            return self
        if wanted not in self.watchlists:
            raise NoSuchTenant(wanted, self.watchlists)
        return replace(self, watchlists={wanted: self.watchlists[wanted]})


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

    tables = read("LAPSEWATCH_TABLES", rules.tables, rules.Tables("endpoint", Secret("")))
    graph = read("LAPSEWATCH_GRAPH", rules.graph, "")
    read("LAPSEWATCH_SCHEDULE", rules.schedule, "")  # the timer trigger reads it by itself
    page_sign_in = _paired(
        environment, read(_REGISTRATION, guid, ""), read(_ISSUER, rules.issuer, ""), problems
    )
    own_page = read("WEBSITE_HOSTNAME", rules.page_at, "")
    page_url = read("LAPSEWATCH_PAGE_URL", url, own_page if page_sign_in else "")
    sign_ins = read("LAPSEWATCH_SIGN_INS", rules.switch, False)
    heartbeat = read("LAPSEWATCH_HEARTBEAT_URL", rules.secret_url, None)
    deadline_minutes = read("LAPSEWATCH_DEADLINE", rules.minutes, 0)
    identity_client_id = read("AZURE_CLIENT_ID", guid, "")
    managed_identity = all([read("IDENTITY_ENDPOINT", text, ""), read("IDENTITY_HEADER", text, "")])
    mail_sender = read("LAPSEWATCH_MAIL_SENDER", rules.mailbox, "")
    tenants_client_id = read(_OTHER_TENANTS, guid, "")
    authority = read(_AUTHORITY, lambda value: rules.authority(value, graph), "")
    watched = read(
        "LAPSEWATCH_WATCHLIST",
        lambda file: load_watchlists(root / text(file), text(file), environment),
        None,
    )
    if watched is not None and not environment.get(_OTHER_TENANTS, "").strip():
        _other_tenants(watched, problems)
    if is_loopback(urlsplit(graph)) and tables.value.reveal() and not tables.on_this_machine:
        expected = "Microsoft's own, for LAPSEWATCH_TABLES is a ledger in Azure, and would remember what a stand-in says"
        todo = "Is it from local.settings.json? Move that file aside to work with what is deployed."
        problems.add("setting LAPSEWATCH_GRAPH", f"a stand-in ({graph})", expected, todo)
    problems.raise_if_any()
    assert watched is not None
    return Settings(
        watchlists=watched,
        tables=tables,
        graph=graph,
        page_url=page_url,
        page_auth=page_sign_in,
        deadline_minutes=deadline_minutes,
        identity_client_id=identity_client_id,
        managed_identity=managed_identity,
        mail_sender=mail_sender,
        usage_report=sign_ins,
        heartbeat=heartbeat,
        tenants_client_id=tenants_client_id,
        authority=authority,
    )


class ReadingGraph(NamedTuple):
    """What is needed to read Graph, and no more; each client id, and the sign-in of other tenants, is empty if there is none."""

    root: str
    identity_client_id: str
    tenants_client_id: str
    authority: str


def load_graph(environment: Mapping[str, str], *, elsewhere: bool) -> ReadingGraph:
    """Read only what is needed to read Graph, in our own tenant or `elsewhere`.

    For a first look, when there is no watchlist yet. Raises `Misconfigured`.
    """
    problems = Problems()
    row = _BY_NAME["LAPSEWATCH_GRAPH"]
    root = problems.attempt(
        "", lambda: setting(environment, row.name, rules.graph, row.default), ""
    )

    def optional(name: str, rule: Rule[str], *, needed: bool = False) -> str:
        named = environment.get(name, "").strip()
        return (
            problems.attempt("", lambda: setting(environment, name, rule), "")
            if named or needed
            else ""
        )

    found = ReadingGraph(
        root,
        optional("AZURE_CLIENT_ID", guid),
        optional(_OTHER_TENANTS, guid, needed=elsewhere),
        optional(_AUTHORITY, lambda value: rules.authority(value, root)),
    )
    problems.raise_if_any()
    return found


def _paired(
    environment: Mapping[str, str], client_id: str, issuer: str, problems: Problems
) -> PageAuth | None:
    """Put the halves of the page's sign-in together; if one is good and the other is not set, note that as a mistake."""
    if client_id and issuer:
        return PageAuth(client_id, issuer)
    absent = _ISSUER if client_id else _REGISTRATION
    if (client_id or issuer) and not environment.get(absent, "").strip():
        other = _REGISTRATION if client_id else _ISSUER
        problems.add(
            f"setting {absent}",
            "not set",
            _BY_NAME[absent].meaning,
            f"It belongs to {other}: set both, or none of them.",
        )
    return None


def _other_tenants(watched: Watchlists, problems: Problems) -> None:
    """Note that other tenants are watched and there is nothing to read them by."""
    for each in watched.values():
        if each.tenant_id:
            place = f"{each.name}.toml" if each.name else "the watchlist"
            todo = f'It is required by [tenant] id in {place}; to read the tenant of the managed identity, leave "id" away.'
            problems.add(
                f"setting {_OTHER_TENANTS}", "not set", _BY_NAME[_OTHER_TENANTS].meaning, todo
            )
            return
