"""Good and bad settings: all mistakes are reported together, without a credential."""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path

import pytest

from shared.config.ncrontab import EXPECTED
from shared.config.problems import Misconfigured
from shared.config.setting_list import SETTINGS
from shared.config.setting_rules import GRAPH_ROOTS, MAX_DEADLINE
from shared.config.settings import NoSuchTenant, PageAuth, Settings
from shared.config.settings_loader import load
from shared.config.table_storage import Tables
from shared.core.judge.schedule import FUNCTION_TIMEOUT
from shared.core.model.secret import Secret
from shared.core.model.watchlist import EmailChannel, TeamsChannel

ROOT = Path(__file__).parents[2]
CREDENTIAL = "Zq8Kd0nt5h0wTh15"
ENVIRONMENT = {
    "LAPSEWATCH_TABLES": "https://account.table.core.windows.net",
    "TEAMS_WEBHOOK_URL": f"https://teams.example.org/x?sig={CREDENTIAL}",
    "LIBAPPS_CLIENT_ID": "6f1c2f5e-8a04-4d0b-9d5e-0c7a5a2b13d6",
}
GUID = "6F1C2F5E-8A04-4D0B-9D5E-0C7A5A2B13D6"
TABLES = (
    "expected a table endpoint, such as https://ACCOUNT.table.core.windows.net, "
    "or a connection string"
)
GRAPH = (
    f"expected one of {', '.join(GRAPH_ROOTS)}, or a loopback address such as http://127.0.0.1:7090"
)
HTTPS = (
    "expected an https:// URL (http:// only for this machine itself, such as http://127.0.0.1:7090)"
)
MAILBOX = "not an email address; expected the address of one mailbox, such as alerts@example.org"
MINUTES = "not a number of minutes; expected 1 to 28 minutes, in digits"
FIELDS = f"expected {EXPECTED}"
ID = "not a GUID; expected an id such as 00000000-0000-0000-0000-000000000000"
SET_IT = "Set it in the app settings; on a laptop, in local.settings.json."


class RecordingEnvironment(Mapping[str, str]):
    """An environment that records which names were read."""

    def __init__(self, values: Mapping[str, str]) -> None:
        self.values_by_name = values
        self.names: set[str] = set()

    def __getitem__(self, name: str) -> str:
        self.names.add(name)
        return self.values_by_name[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self.values_by_name)

    def __len__(self) -> int:
        return len(self.values_by_name)


def loaded(**changes: str) -> Settings:
    return load(ENVIRONMENT | changes, ROOT)


def problems(environment: Mapping[str, str], root: Path = ROOT) -> list[str]:
    with pytest.raises(Misconfigured) as caught:
        load(environment, root)
    return [str(problem) for problem in caught.value.problems]


def example() -> dict[str, str]:
    values: dict[str, str] = json.loads((ROOT / "local.settings.example.json").read_text("utf-8"))[
        "Values"
    ]
    return values


def test_the_required_settings_are_enough() -> None:
    settings = loaded()
    assert settings.tables == Tables("endpoint", Secret("https://account.table.core.windows.net"))
    assert (settings.graph, settings.deadline_minutes) == ("https://graph.microsoft.com", 20)
    assert (settings.page_url, settings.identity_client_id, settings.managed_identity) == (
        "",
        "",
        False,
    )
    assert list(settings.watchlist.services) == ["libcal", "libstaffer"]


def test_settings_are_read_without_the_space_around_them() -> None:
    settings = loaded(
        LAPSEWATCH_SCHEDULE=" 0 */5  * * * MON-FRI\n",
        LAPSEWATCH_GRAPH="https://Graph.Microsoft.us/\n",
        LAPSEWATCH_PAGE_URL=" https://library.example/api/page ",
        LAPSEWATCH_DEADLINE=" 7 ",
        AZURE_CLIENT_ID=GUID,
        IDENTITY_ENDPOINT="http://127.0.0.1:7090/msi/token",
        IDENTITY_HEADER=CREDENTIAL,
        LAPSEWATCH_MAIL_SENDER=" alerts@example.org ",
    )
    assert settings.mail_sender == "alerts@example.org"
    assert settings.graph == "https://graph.microsoft.us"
    assert (settings.page_url, settings.deadline_minutes) == ("https://library.example/api/page", 7)
    assert (settings.identity_client_id, settings.managed_identity) == (GUID.lower(), True)


def test_an_empty_setting_is_not_set() -> None:
    assert loaded(**{row.name: " \n" for row in SETTINGS if not row.required}) == loaded()


@pytest.mark.parametrize("name", ["IDENTITY_ENDPOINT", "IDENTITY_HEADER"])
def test_the_managed_identity_protocol_needs_both_settings(name: str) -> None:
    assert not loaded(**{name: "x"}).managed_identity


TENANT = "7a1c3e52-0d64-4b8f-8a75-3f9b1e20c4d7"
ISSUER = f"https://login.microsoftonline.com/{TENANT}/v2.0"
SIGN_IN = {"LAPSEWATCH_SIGN_IN_CLIENT_ID": GUID, "LAPSEWATCH_SIGN_IN_ISSUER": ISSUER}


@pytest.mark.parametrize(
    ("issuer", "read"),
    [
        (ISSUER, ISSUER),
        (f" https://Login.MicrosoftOnline.com/{TENANT.upper()}/v2.0/ ", ISSUER),
        (f"http://127.0.0.1:7090/{TENANT}/v2.0", f"http://127.0.0.1:7090/{TENANT}/v2.0"),
    ],
)
def test_sign_in_needs_a_registration_and_an_issuer(issuer: str, read: str) -> None:
    assert loaded(**(SIGN_IN | {"LAPSEWATCH_SIGN_IN_ISSUER": issuer})).page_auth == PageAuth(
        GUID.lower(), read
    )
    assert loaded().page_auth is None


@pytest.mark.parametrize("name", SIGN_IN)
def test_half_of_the_sign_in_is_a_mistake(name: str) -> None:
    (other,) = SIGN_IN.keys() - {name}
    [said] = problems(ENVIRONMENT | {name: SIGN_IN[name]})
    assert said.startswith(f"setting {other}: not set; expected")
    assert said.endswith(f"It belongs to {name}: set both, or neither.")


@pytest.mark.parametrize(
    ("settings", "page_url"),
    [
        ({}, ""),
        ({"WEBSITE_HOSTNAME": "watch.azurewebsites.net"}, ""),
        (SIGN_IN, ""),
        (
            SIGN_IN | {"WEBSITE_HOSTNAME": "watch.azurewebsites.net"},
            "https://watch.azurewebsites.net/api/page",
        ),
        (SIGN_IN | {"WEBSITE_HOSTNAME": "localhost:7071"}, "http://localhost:7071/api/page"),
        (
            SIGN_IN
            | {"WEBSITE_HOSTNAME": "a.example", "LAPSEWATCH_PAGE_URL": "https://library.example/"},
            "https://library.example/",
        ),
        ({"LAPSEWATCH_PAGE_URL": "https://library.example/"}, "https://library.example/"),
    ],
)
def test_the_page_is_on_the_apps_host_if_people_can_sign_in(
    settings: dict[str, str], page_url: str
) -> None:
    assert loaded(LAPSEWATCH_SCHEDULE="0 5 * * * *", **settings).page_url == page_url


@pytest.mark.parametrize(
    "root",
    [
        *GRAPH_ROOTS,
        "http://127.0.0.1:7090",
        "http://127.0.0.2:7090",
        "http://localhost:7090",
        "http://[::1]:7090",
    ],
)
def test_graph_is_a_microsoft_cloud_or_loopback(root: str) -> None:
    assert (
        loaded(LAPSEWATCH_GRAPH=root, LAPSEWATCH_TABLES="UseDevelopmentStorage=true").graph == root
    )


@pytest.mark.parametrize(
    ("tables", "beside"),
    [
        ("UseDevelopmentStorage=true;", True),
        ("http://127.0.0.1:10002/devstoreaccount1", True),
        ("AccountName=a;AccountKey=a2V5;TableEndpoint=http://127.0.0.1:10002/a", True),
        ("https://account.table.core.windows.net", False),
        ("AccountName=a;AccountKey=a2V5", False),
    ],
)
def test_a_local_graph_needs_a_local_ledger(tables: str, *, beside: bool) -> None:
    given = {"LAPSEWATCH_GRAPH": "http://127.0.0.1:7090", "LAPSEWATCH_TABLES": tables}
    if beside:
        assert loaded(**given).tables.on_this_machine
        return
    with pytest.raises(
        Misconfigured,
        match=r"LAPSEWATCH_GRAPH: a local stand-in \(http://127\.0\.0\.1:7090\), but .*_TABLES",
    ):
        loaded(**given)


@pytest.mark.parametrize(
    ("text", "by"),
    [
        ("https://account.table.core.windows.net/", "endpoint"),
        ("http://127.0.0.1:10002/devstoreaccount1", "endpoint"),
        ("UseDevelopmentStorage=true;", "connection string"),
        (
            f"DefaultEndpointsProtocol=https;AccountName=a;AccountKey={CREDENTIAL}==;EndpointSuffix=core.windows.net",
            "connection string",
        ),
        (
            f"AccountName=a;AccountKey={CREDENTIAL}==;TableEndpoint=http://127.0.0.1:10002/a",
            "connection string",
        ),
        (
            f"TableEndpoint=https://a.table.example;SharedAccessSignature=sv=1&sig={CREDENTIAL}",
            "connection string",
        ),
    ],
)
def test_tables_are_an_endpoint_or_a_connection_string(text: str, by: str) -> None:
    tables = loaded(LAPSEWATCH_TABLES=text).tables
    assert (tables.by, tables.value) == (by, Secret(text.rstrip("/;")))


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        ("LAPSEWATCH_TABLES", "", f"not set; {TABLES}"),
        ("LAPSEWATCH_TABLES", "account", f"not a complete URL; {TABLES}"),
        ("LAPSEWATCH_TABLES", "http://account.table.example", f"an http:// URL; {TABLES}"),
        (
            "LAPSEWATCH_TABLES",
            f"https://account.table.example?sig={CREDENTIAL}",
            f"a URL with a query, perhaps a shared access signature; {TABLES}",
        ),
        (
            "LAPSEWATCH_TABLES",
            f"AccountKey={CREDENTIAL}",
            f"a connection string without AccountName and AccountKey; {TABLES}",
        ),
        (
            "LAPSEWATCH_TABLES",
            "UseDevelopmentStorage=false",
            f"a connection string without AccountName and AccountKey; {TABLES}",
        ),
        (
            "LAPSEWATCH_TABLES",
            f"DefaultEndpointsProtocol=http;AccountName=a;AccountKey={CREDENTIAL}",
            (
                "a connection string with DefaultEndpointsProtocol=http; "
                "expected DefaultEndpointsProtocol=https"
            ),
        ),
        (
            "LAPSEWATCH_TABLES",
            f"AccountName=a;AccountKey={CREDENTIAL};TableEndpoint=http://a.table.example",
            (
                "an http:// URL; expected https:// in the TableEndpoint of a connection string "
                "(http:// only for this machine itself)"
            ),
        ),
        (
            "LAPSEWATCH_GRAPH",
            "https://graph.microsoft.com/v1.0",
            f"a URL with a path; {GRAPH}",
        ),
        ("LAPSEWATCH_GRAPH", "http://graph.microsoft.com", f"an http:// URL; {GRAPH}"),
        (
            "LAPSEWATCH_GRAPH",
            "https://graph.microsoft.com.example.org",
            f"the host 'graph.microsoft.com.example.org'; {GRAPH}",
        ),
        (
            "LAPSEWATCH_GRAPH",
            "https://graph.microsoft.com@example.org",
            f"a URL with a user name in it; {GRAPH}",
        ),
        ("LAPSEWATCH_GRAPH", "graph.microsoft.com", f"not a complete URL; {GRAPH}"),
        ("LAPSEWATCH_PAGE_URL", f"http://library.example/{CREDENTIAL}", f"an http:// URL; {HTTPS}"),
        *(
            ("LAPSEWATCH_MAIL_SENDER", value, MAILBOX)
            for value in (
                CREDENTIAL,
                "Alerts <alerts@example.org>",
                "a@x.example\nBcc: b@x.example",
            )
        ),
        *(
            ("LAPSEWATCH_DEADLINE", value, MINUTES)
            for value in ("0", "-5", "2.5", "20m", "٢", "9" * 5000, CREDENTIAL)
        ),
        *(
            ("LAPSEWATCH_SCHEDULE", value, f"a schedule of 1 field; {FIELDS}")
            for value in ("hourly", "01:00:00", CREDENTIAL)
        ),
        ("LAPSEWATCH_SCHEDULE", "0 5 * * * * *", f"a schedule of 7 fields; {FIELDS}"),
        (
            "LAPSEWATCH_SCHEDULE",
            f"0 {CREDENTIAL} * * * *",
            "a schedule with the minute; expected 0 to 59; also lists, ranges, steps and *",
        ),
        ("AZURE_CLIENT_ID", CREDENTIAL, f"{ID}"),
    ],
)
def test_each_mistake_has_its_message_without_a_credential(
    name: str, value: str, said: str
) -> None:
    assert CREDENTIAL not in said
    assert problems(ENVIRONMENT | {name: value}) == [f"setting {name}: {said}. {SET_IT}"]


@pytest.mark.parametrize("minutes", ["29", "30", "31", "60", "9999"])
def test_a_check_ends_before_azure_stops_it(minutes: str) -> None:
    timeout = json.loads((ROOT / "host.json").read_text("utf-8"))["functionTimeout"]
    assert timeout == f"0{FUNCTION_TIMEOUT}"
    assert loaded(LAPSEWATCH_DEADLINE="28").deadline_minutes == MAX_DEADLINE == 28
    [said] = problems(ENVIRONMENT | {"LAPSEWATCH_DEADLINE": minutes})
    assert said.startswith(f"setting LAPSEWATCH_DEADLINE: {minutes} minutes; expected 1 to 28 ")
    assert "after 30 minutes (functionTimeout in host.json)" in said


@pytest.mark.parametrize("name", [row.name for row in SETTINGS])
def test_an_unresolved_key_vault_reference_is_recognised(name: str) -> None:
    unresolved = f"@Microsoft.KeyVault(SecretUri=https://vault.example/secrets/{CREDENTIAL})"
    [said] = problems(ENVIRONMENT | {name: unresolved})
    assert said.startswith(
        f"setting {name}: a Key Vault reference that Azure could not resolve; expected"
    )
    assert "Key Vault Secrets User" in said
    assert "keyVaultReferenceIdentity" in said
    assert CREDENTIAL not in said


def test_all_mistakes_are_reported_together(tmp_path: Path) -> None:
    (tmp_path / "ours.toml").write_text(
        (ROOT / "watchlist.toml").read_text("utf-8").replace('"08:00"', '"8"'), "utf-8"
    )
    (tmp_path / "runbooks").mkdir()
    (tmp_path / "runbooks/libcal.md").write_text("## Request\nPlease.", "utf-8")
    environment = {
        "LAPSEWATCH_WATCHLIST": "ours.toml",
        "LAPSEWATCH_DEADLINE": "0",
        "LIBAPPS_CLIENT_ID": CREDENTIAL,
    }
    said = problems(environment, tmp_path)
    assert [re.sub(r" \(line \d+\)", "", line.split("; ")[0]) for line in said] == [
        "setting LAPSEWATCH_TABLES: not set",
        "setting LAPSEWATCH_DEADLINE: not a number of minutes",
        "ours.toml: check_at: '8'",
        "setting TEAMS_WEBHOOK_URL (named by ours.toml: channels.libapps.url): not set",
        "setting LIBAPPS_CLIENT_ID (named by ours.toml: apps[0].client_id): not a GUID",
        "runbooks/libcal.md: the section 'Create' is missing",
        "runbooks/libcal.md: the section 'Install' is missing",
        "runbooks/libcal.md: the section 'Verify' is missing",
        "runbooks/libcal.md: the section 'Clean up' is missing",
        "ours.toml: apps[0].services[1].runbook: the file 'runbooks/libstaffer.md' does not exist",
    ]
    assert CREDENTIAL not in "".join(said)


@pytest.mark.parametrize(
    ("changes", "file"),
    [({}, "watchlist.toml"), ({"LAPSEWATCH_WATCHLIST": "none.toml"}, "none.toml")],
    ids=["default", "set"],
)
def test_a_missing_watchlist_is_a_mistake(
    tmp_path: Path, changes: dict[str, str], file: str
) -> None:
    said = (
        f"setting LAPSEWATCH_WATCHLIST: the file '{file}' does not exist; "
        "expected a text file that is deployed with the app."
    )
    assert problems(ENVIRONMENT | changes, tmp_path) == [
        f"{said} Check the spelling, including capitals."
    ]


def test_printed_settings_contain_no_credential() -> None:
    connection = f"AccountName=a;AccountKey={CREDENTIAL}"
    assert CREDENTIAL not in repr(
        loaded(LAPSEWATCH_TABLES=connection, IDENTITY_ENDPOINT="x", IDENTITY_HEADER=CREDENTIAL)
    )


def test_every_listed_setting_is_read_and_no_other() -> None:
    asked = RecordingEnvironment(ENVIRONMENT)
    load(asked, ROOT)
    assert asked.names == {row.name for row in SETTINGS} | {
        "TEAMS_WEBHOOK_URL",
        "LIBAPPS_CLIENT_ID",
    }


def test_the_default_of_each_setting_is_valid() -> None:
    assert loaded(**{row.name: row.default for row in SETTINGS if row.default}) == loaded()


def test_the_example_settings_are_complete_and_valid() -> None:
    named = set(
        re.findall(
            r'^[^#\n]*"env:(\w+)"', (ROOT / "watchlist.toml").read_text("utf-8"), re.MULTILINE
        )
    )
    required = {row.name for row in SETTINGS if row.required}
    host = {"FUNCTIONS_WORKER_RUNTIME", "AzureWebJobsStorage"}
    assert example().keys() >= required | named | host | {"LAPSEWATCH_SCHEDULE"}, (
        "the trigger reads the schedule before our code runs"
    )
    assert example().keys() <= {row.name for row in SETTINGS} | named | host
    settings = load(example(), ROOT)
    assert (settings.tables.by, settings.graph, settings.managed_identity) == (
        "connection string",
        "http://127.0.0.1:7090",
        True,
    )
    for channel in settings.watchlist.channels.values():
        assert isinstance(channel, TeamsChannel)
        assert channel.url.reveal().startswith("http://127.0.0.1:7090/")


def test_the_shipped_watchlist_has_both_services() -> None:
    watchlist = loaded().watchlist
    [app] = watchlist.apps
    assert list(watchlist.channels) == ["libapps"]
    assert app.redirect_uris == ("https://nashvillepl.libcal.com/admin/oauth/azure/callback",)
    assert [(service.name, service.claim.value) for service in app.services] == [
        ("LibCal", "LibCal*"),
        ("LibStaffer", "LibStaffer*"),
    ]
    assert all(service.runbook and service.channels == ("libapps",) for service in app.services)


def test_the_commented_second_channel_works(tmp_path: Path) -> None:
    text = (ROOT / "watchlist.toml").read_text("utf-8")
    text = re.sub(r"^# (?=\[channels\.its\]|kind = \"teams\"|url = )", "", text, flags=re.MULTILINE)
    (tmp_path / "watchlist.toml").write_text(
        text.replace('renewer = ["libapps"]', 'renewer = ["its"]'), "utf-8"
    )
    (tmp_path / "runbooks").symlink_to(ROOT / "runbooks")
    watchlist = load(
        ENVIRONMENT | {"TEAMS_WEBHOOK_URL_ITS": "https://teams.example.org/its"}, tmp_path
    ).watchlist
    assert watchlist.channels["its"] == TeamsChannel("its", Secret("https://teams.example.org/its"))
    assert {service.channels for service in watchlist.services.values()} == {("its", "libapps")}


def test_the_commented_mailbox_works_and_needs_a_sender(
    tmp_path: Path,
) -> None:
    text = (ROOT / "watchlist.toml").read_text("utf-8")
    text = re.sub(
        r"^# (?=\[channels\.libapps-admins\]|kind = \"email\"|to = )", "", text, flags=re.MULTILINE
    )
    (tmp_path / "watchlist.toml").write_text(
        text.replace('installer = ["libapps"]', 'installer = ["libapps-admins"]'), "utf-8"
    )
    (tmp_path / "runbooks").symlink_to(ROOT / "runbooks")
    settings = load(ENVIRONMENT | {"LAPSEWATCH_MAIL_SENDER": "alerts@example.org"}, tmp_path)
    assert settings.watchlist.channels["libapps-admins"] == EmailChannel(
        "libapps-admins", ("libapps-admins@example.org",)
    )
    assert {service.channels for service in settings.watchlist.services.values()} == {
        ("libapps", "libapps-admins")
    }
    [said] = problems(ENVIRONMENT, tmp_path)
    assert said.startswith(
        "setting LAPSEWATCH_MAIL_SENDER: not set; expected the mailbox that sends mail"
    )


def test_a_tenant_id_needs_a_registration_to_read_it(tmp_path: Path) -> None:
    text = (ROOT / "watchlist.toml").read_text(encoding="utf-8")
    (tmp_path / "w.toml").write_text(
        text + '\n[tenant]\nid = "11111111-2222-4333-8444-555555555555"\n', encoding="utf-8"
    )
    (tmp_path / "runbooks").symlink_to(ROOT / "runbooks")
    given = {"LAPSEWATCH_WATCHLIST": str(tmp_path / "w.toml")}
    with pytest.raises(
        Misconfigured,
        match=r"LAPSEWATCH_TENANTS_CLIENT_ID: not set.*required by \[tenant\] id in the watchlist",
    ):
        loaded(**given)
    found = loaded(**given, LAPSEWATCH_TENANTS_CLIENT_ID="6F1C2F5E-8A04-4D0B-9D5E-0C7A5A2B13D6")
    assert (found.watchlist.key, found.tenants_client_id) == (
        "11111111-2222-4333-8444-555555555555",
        "6f1c2f5e-8a04-4d0b-9d5e-0c7a5a2b13d6",
    )


@pytest.mark.parametrize(
    ("graph", "authority", "said"),
    [
        ("https://graph.microsoft.com", "login.microsoftonline.com", ""),
        ("http://127.0.0.1:7090", "https://127.0.0.1:7443", ""),
        (
            "http://127.0.0.1:7090",
            "https://login.microsoftonline.com",
            "the host 'login.microsoftonline.com'; expected this setting and LAPSEWATCH_GRAPH both",
        ),
        (
            "https://graph.microsoft.com",
            "https://127.0.0.1:7443",
            "the host '127.0.0.1'; expected this setting and LAPSEWATCH_GRAPH both",
        ),
        (
            "https://graph.microsoft.com",
            "https://login.microsoftonline.com/common",
            "not an https:// address without a path; expected an https address",
        ),
        (
            "http://127.0.0.1:7090",
            "http://127.0.0.1:7443",
            "not an https:// address without a path; expected an https address",
        ),
    ],
)
def test_other_tenants_sign_in_at_the_cloud_of_graph(graph: str, authority: str, said: str) -> None:
    given = {
        "LAPSEWATCH_GRAPH": graph,
        "AZURE_AUTHORITY_HOST": authority,
        "LAPSEWATCH_TABLES": "UseDevelopmentStorage=true",
    }
    if not said:
        assert loaded(**given).graph == graph
        return
    with pytest.raises(Misconfigured, match=f"AZURE_AUTHORITY_HOST: {said}"):
        loaded(**given)


def test_choosing_one_of_several_tenants() -> None:
    only = loaded()
    watchlists = {
        key: replace(only.watchlist, tenant_id=key, name=f"library-{key}") for key in ("a", "b")
    }
    several = replace(only, watchlists=watchlists)
    assert several.of(" A ").watchlist.name == "library-a"
    assert only.of("") is only
    assert only.of("own").watchlist is only.watchlist
    with pytest.raises(
        NoSuchTenant,
        match=(r"Choose a tenant with --tenant or \?tenant=: a \(library-a\), b \(library-b\)\."),
    ):
        _ = several.watchlist
    with pytest.raises(NoSuchTenant, match="The tenant 'c' is not watched"):
        several.of("c")
    with pytest.raises(NoSuchTenant, match="tenant=: own\\."):
        only.of("a")
