"""Read the settings from an environment, which is an argument, and collect all mistakes."""

from collections.abc import Mapping
from pathlib import Path
from urllib.parse import urlsplit

from shared.config import setting_rules as rules
from shared.config.environment import setting
from shared.config.issuer import issuer
from shared.config.problems import ConfigProblems
from shared.config.setting_list import (
    AUTHORITY,
    BY_NAME,
    HAND_OVER_VAULT,
    SIGN_IN_CLIENT_ID,
    SIGN_IN_ISSUER,
    TENANTS_CLIENT_ID,
)
from shared.config.settings import PageAuth, ReadingGraph, Settings
from shared.config.table_storage import Tables, tables
from shared.config.urls import is_loopback, url
from shared.config.values import ValueRule, guid, text
from shared.config.watchlist_folder import load as load_watchlists
from shared.core.model.secret import Secret
from shared.core.model.watchlist import Watchlists

NO_TIMER = (
    "The host has no default: it turns off the timer, and no check starts. "
    "Set it in the app settings"
)


def load(environment: Mapping[str, str], root: Path) -> Settings:
    """Read every setting, the watchlist and its runbooks; `root` is the folder of `host.json`.

    Raises `Misconfigured` with every mistake in all of them.
    """
    problems = ConfigProblems()
    reader = _Reader(environment, problems)
    ledger = reader.read("LAPSEWATCH_TABLES", tables, Tables("endpoint", Secret("")))
    reading = reader.reading_graph()
    page_auth = reader.page_auth(reading.root)
    own_page = reader.read("WEBSITE_HOSTNAME", rules.page_at, "")
    reader.check_schedule(in_azure=bool(own_page) and not is_loopback(urlsplit(own_page)))
    identity = [reader.read(f"IDENTITY_{part}", text, "") for part in ("ENDPOINT", "HEADER")]
    page_url = reader.read("LAPSEWATCH_PAGE_URL", url, own_page if page_auth else "")
    usage_report = reader.read("LAPSEWATCH_SIGN_INS", rules.switch, False)
    heartbeat = reader.read("LAPSEWATCH_HEARTBEAT_URL", rules.secret_url, None)
    deadline_minutes = reader.read("LAPSEWATCH_DEADLINE", rules.deadline, 0)
    mail_sender = reader.read("LAPSEWATCH_MAIL_SENDER", rules.mailbox, "")
    vault = reader.read(HAND_OVER_VAULT, lambda value: rules.vault(value, reading.root), "")
    watchlists = reader.watchlists(root)
    _forbid_mixing(reading.root, ledger, problems)
    problems.raise_if_any()
    assert watchlists is not None
    return Settings(
        watchlists=watchlists,
        tables=ledger,
        graph=reading.root,
        page_url=page_url,
        page_auth=page_auth,
        deadline_minutes=deadline_minutes,
        identity_client_id=reading.identity_client_id,
        managed_identity=all(identity),
        mail_sender=mail_sender,
        usage_report=usage_report,
        heartbeat=heartbeat,
        tenants_client_id=reading.tenants_client_id,
        authority=reading.authority,
        hand_over_vault=vault,
    )


def load_graph(environment: Mapping[str, str], *, other_tenant: bool) -> ReadingGraph:
    """Read only what is needed to read Graph, in our own tenant or in another one.

    For `discover`, which runs before there is a watchlist. Raises `Misconfigured`.
    """
    problems = ConfigProblems()
    found = _Reader(environment, problems).reading_graph(other_tenant=other_tenant)
    problems.raise_if_any()
    return found


def load_heartbeat(environment: Mapping[str, str]) -> Secret | None:
    """Read only the heartbeat's URL, to report there that other settings are wrong.

    Returns `None` if it is not set, or wrong itself.
    """
    reader = _Reader(environment, ConfigProblems())
    return reader.read("LAPSEWATCH_HEARTBEAT_URL", rules.secret_url, None)


class _Reader:
    """Reads settings of one environment, and collects the mistakes."""

    def __init__(self, environment: Mapping[str, str], problems: ConfigProblems) -> None:
        self._environment = environment
        self._problems = problems

    def read[T](self, name: str, rule: ValueRule[T], fallback: T, *, required: bool = False) -> T:
        """Return a setting's value; `fallback` if it is optional and not set, or wrong."""
        row = BY_NAME[name]
        optional = not (required or row.required or row.default)
        if optional and not self._is_set(name):
            return fallback
        return self._problems.read_or(
            fallback, "", lambda: setting(self._environment, name, rule, row.default)
        )

    def check_schedule(self, *, in_azure: bool) -> None:
        """Check the setting that only the host reads: it has no default for the timer."""
        name = "LAPSEWATCH_SCHEDULE"
        if in_azure and not self._is_set(name):
            self._missing(name, f"{NO_TIMER}, for example to {BY_NAME[name].default}.")
        else:
            self.read(name, rules.schedule, "")

    def reading_graph(self, *, other_tenant: bool = False) -> ReadingGraph:
        root = self.read("LAPSEWATCH_GRAPH", rules.graph, "")
        return ReadingGraph(
            root,
            self.read("AZURE_CLIENT_ID", guid, ""),
            self.read(TENANTS_CLIENT_ID, guid, "", required=other_tenant),
            self.read(AUTHORITY, lambda value: rules.authority(value, root), ""),
        )

    def page_auth(self, graph: str) -> PageAuth | None:
        """Return both parts of the page's sign-in; if only one is set, that is a mistake."""
        client_id = self.read(SIGN_IN_CLIENT_ID, guid, "")
        issued_by = self.read(SIGN_IN_ISSUER, lambda value: issuer(value, graph), "")
        if client_id and issued_by:
            return PageAuth(client_id, issued_by)
        present, absent = SIGN_IN_CLIENT_ID, SIGN_IN_ISSUER
        if not client_id:
            present, absent = absent, present
        if (client_id or issued_by) and not self._is_set(absent):
            self._missing(absent, f"It belongs to {present}: set both, or neither.")
        return None

    def watchlists(self, root: Path) -> Watchlists | None:
        """Return the watchlists; another tenant's also needs a registration to read it."""
        found = self.read(
            "LAPSEWATCH_WATCHLIST",
            lambda file: load_watchlists(root / text(file), text(file), self._environment),
            None,
        )
        if found is not None and not self._is_set(TENANTS_CLIENT_ID):
            other = next((each for each in found.values() if each.tenant_id), None)
            if other is not None:
                place = f"{other.name}.toml" if other.name else "the watchlist"
                self._missing(
                    TENANTS_CLIENT_ID,
                    f"It is required by [tenant] id in {place}. "
                    'Omit "id" to watch the managed identity\'s own tenant.',
                )
        return found

    def _is_set(self, name: str) -> bool:
        return bool(self._environment.get(name, "").strip())

    def _missing(self, name: str, todo: str) -> None:
        self._problems.add(f"setting {name}", "not set", BY_NAME[name].meaning, todo)


def _forbid_mixing(graph: str, ledger: Tables, problems: ConfigProblems) -> None:
    """Add a problem if Graph is a local stand-in and the ledger is in Azure.

    That ledger would store what the stand-in answers.
    """
    if is_loopback(urlsplit(graph)) and ledger.value.reveal() and not ledger.on_this_machine:
        problems.add(
            "setting LAPSEWATCH_GRAPH",
            f"a local stand-in ({graph}), but LAPSEWATCH_TABLES is in Azure",
            "both local or both in Azure",
            "If it is from local.settings.json, move that file aside to work with Azure.",
        )
