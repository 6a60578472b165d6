"""The doctor reports what a deployment lacks, with commands; against the stand-ins."""

import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path

import pytest
from azure.core.exceptions import ResourceNotFoundError
from azure.data.tables import TableServiceClient
from standardwebhooks import Webhook

from local.azurite import Azurite
from local.simulation.build import secret
from local.stand_in.managed_identity import IDENTITY_CLIENT_ID, MAIL_SENDER
from local.stand_in.other_tenants import REGISTRATION, OtherTenants
from local.stand_in.stories import LIBAPPS_CLIENT_ID, libapps
from local.stand_in.tenant import Tenant
from shared.adapters.channels.probe import probe_anonymously
from shared.adapters.identity.issuer_keys import IssuerKeys
from shared.bootstrap import ROOT, clock, watching
from shared.config.problems import Misconfigured
from shared.config.settings_loader import load
from shared.core.model.check_record import Outcome
from shared.core.model.decision import Person
from shared.core.model.hand_over import HandOver, HandOverState
from shared.render.text import commands as remedies
from shared.usecases.doctor.examine import examine
from shared.usecases.doctor.finding import Finding
from tests.support.scripted import Asked, Reply, Scripted, reply

FORBIDDEN = {"odata.error": {"code": "AuthorizationPermissionMismatch", "message": {"value": "no"}}}
VAULT = "@Microsoft.KeyVault(SecretUri=https://kv-abc123.vault.azure.net/secrets/teams-webhook-url)"
THEIRS = "11111111-2222-4333-8444-555555555555"
type Examine = Callable[..., Mapping[str, Finding]]


@pytest.fixture
def tenant() -> Iterator[Tenant]:
    with Tenant() as running:
        yield running


@pytest.fixture
def examined(tenant: Tenant, azurite: Azurite, monkeypatch: pytest.MonkeyPatch) -> Examine:
    """Return a function that runs the doctor, and returns its findings by part.

    Its arguments are settings beside those of the stand-ins. The ledger is empty.
    """
    with (
        TableServiceClient.from_connection_string(azurite.tables) as service,
        suppress(ResourceNotFoundError),
    ):
        service.delete_table("Lapsewatch")
    for name in ("IDENTITY_ENDPOINT", "IDENTITY_HEADER"):  # azure-identity asks the process
        monkeypatch.setenv(name, tenant.environment[name])

    def run(*, send_test: bool = False, root: Path = ROOT, **changes: str) -> Mapping[str, Finding]:
        plain = {"LAPSEWATCH_TABLES": azurite.tables, "AZURE_CLIENT_ID": IDENTITY_CLIENT_ID}
        environment = dict(tenant.environment) | plain | changes
        configured = load(environment, root)
        with watching(configured, environment=environment) as watch:
            return {
                finding.part: finding
                for finding in examine(
                    watch,
                    configured,
                    probe_anonymously,
                    read_issuer=lambda issuer: IssuerKeys(issuer, clock).of(""),
                    send_test=send_test,
                )
            }

    return run


@pytest.fixture
def check(tenant: Tenant, azurite: Azurite, examined: Examine) -> Callable[[], Outcome | None]:  # noqa: ARG001  (it prepares the ledger)
    """Check once with the shipped watchlist."""

    def run() -> Outcome | None:
        environment = dict(tenant.environment) | {"LAPSEWATCH_TABLES": azurite.tables}
        with watching(load(environment, ROOT), environment=environment) as watch:
            return watch.check().outcome

    return run


def missing(found: Mapping[str, Finding]) -> set[str]:
    return {part for part, finding in found.items() if finding.ok is False}


def test_nothing_is_missing_in_a_complete_deployment(examined: Examine, tenant: Tenant) -> None:
    issuer = tenant.sign_in_issuer.issuer
    sign_in = Reply(302, headers={"Location": f"{issuer}/authorize?client_id=x"})
    with Scripted(
        lambda asked: Reply(200, b"ok") if asked.target == "/api/health" else sign_in
    ) as page:
        found = examined(send_test=True, LAPSEWATCH_PAGE_URL=f"{page.url}/api/page")
    assert missing(found) == set()
    assert found["page"].text == "requires sign-in"
    assert found["page sign-in"].ok
    assert found["app"].text == "responds, and its checks are not overdue"
    assert not any(finding.commands for finding in found.values())


@pytest.mark.parametrize(
    ("claim", "said"),
    [
        ("LibStafer*", "its claim (named like “LibStafer*”) finds nothing on the app"),
        (
            "Lib*",
            "secret “LibCal 2024” is claimed by LibCal and LibStaffer. Narrow one of their claims",
        ),
    ],
)
@pytest.mark.parametrize("known", [True, False])
def test_a_claim_that_will_not_find_the_next_secret(
    examined: Examine,
    check: Callable[[], Outcome | None],
    tmp_path: Path,
    claim: str,
    said: str,
    *,
    known: bool,
) -> None:
    assert not known or check() == Outcome.OK  # with the claim as it was
    (tmp_path / "runbooks").symlink_to(ROOT / "runbooks")
    text = (ROOT / "watchlist.toml").read_text("utf-8")
    assert '"LibStaffer*"' in text
    (tmp_path / "watchlist.toml").write_text(text.replace('"LibStaffer*"', f'"{claim}"'), "utf-8")
    found = examined(root=tmp_path)["service LibStaffer"]
    assert (found.ok, said in found.text) == (False, True), found.text
    assert (" In use is secret “LibStaffer 2024”." in found.text) == (known and claim != "Lib*")


def test_a_missing_graph_permission(
    examined: Examine, tenant: Tenant, check: Callable[[], Outcome | None]
) -> None:
    tenant.identity.roles.clear()
    assert check() == Outcome.FAILED
    finding = examined()["sign-in"]
    assert finding.ok is False
    for text in (finding.text, examined()["checks"].text):
        assert "If it was granted already, wait" in text
        assert "up to 24 hours, and no restart helps" in text
    finish, by_hand = finding.commands
    assert finish == "python3 infra/hooks/after_provision.py"
    assert f"az ad sp show --id {IDENTITY_CLIENT_ID} " in by_hand
    assert '\\"appRoleId\\": \\"9a5d68dd-52b0-4cc2-bd40-abcf44ac3a30\\"' in by_hand
    assert by_hand.startswith(
        f"az rest --method POST --url \"{tenant.url}/v1.0/servicePrincipals(appId='00000003-"
    )


def test_another_tenant_grants_its_graph_permission(
    examined: Examine, tenant: Tenant, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    text = (ROOT / "watchlist.toml").read_text(encoding="utf-8")
    (tmp_path / "watchlist.toml").write_text(
        f'{text}\n[tenant]\nid = "{THEIRS}"\n', encoding="utf-8"
    )
    (tmp_path / "runbooks").symlink_to(ROOT / "runbooks")
    with OtherTenants(tenant, tmp_path) as other_tenants:
        other_tenants.add(THEIRS, libapps(datetime.now(UTC))).tokens.roles.clear()
        monkeypatch.setenv("REQUESTS_CA_BUNDLE", other_tenants.environment["REQUESTS_CA_BUNDLE"])
        finding = examined(root=tmp_path, **other_tenants.environment)["sign-in"]
        authority = other_tenants.environment["AZURE_AUTHORITY_HOST"]
    assert "Application.Read.All" in finding.text
    address = f"{authority}/{THEIRS}/adminconsent?client_id={REGISTRATION}"
    assert finding.commands == (f"an administrator of that tenant opens and accepts: {address}",)


def test_a_missing_table_role(examined: Examine) -> None:
    with Scripted(
        lambda _: reply(FORBIDDEN, 403, x_ms_error_code="AuthorizationPermissionMismatch")
    ) as tables:
        endpoint = f"TableEndpoint={tables.url}/devstoreaccount1;"
        where = f"AccountName=devstoreaccount1;AccountKey=a2V5;{endpoint}"
        finding = examined(LAPSEWATCH_TABLES=where)["ledger"]
    assert finding.ok is False
    assert "role Storage Table Data Contributor" in finding.text
    again, by_hand = finding.commands
    assert again == "azd provision"
    assert by_hand.startswith(
        'az role assignment create --role "Storage Table Data Contributor" '
        f'--assignee "{IDENTITY_CLIENT_ID}"'
    )


def test_the_table_role_is_for_the_signed_in_person() -> None:
    (by_hand,) = remedies.table_role(
        remedies.Deployment(client_id="c", as_person=True, account="stlapseabc")
    )
    assert "--name stlapseabc " in by_hand
    assert "az ad signed-in-user show" in by_hand


def test_an_unresolved_vault_reference(examined: Examine) -> None:
    with pytest.raises(Misconfigured) as refused:
        examined(TEAMS_WEBHOOK_URL=VAULT)
    said = str(refused.value)
    assert "a Key Vault reference that Azure could not resolve" in said
    assert "az keyvault secret list --vault-name kv-abc123 " in said
    assert "python3 infra/hooks/put_secret.py teams-webhook-url;" in said
    assert 'az role assignment create --role "Key Vault Secrets User"' in said


@pytest.mark.parametrize(
    "reference",
    [
        "@Microsoft.KeyVault(VaultName=x;SecretName=y)",
        "@Microsoft.KeyVault(SecretUri=https://`id`/secrets/$(id))",
    ],
)
def test_an_unusual_reference_is_not_put_into_a_command(examined: Examine, reference: str) -> None:
    with pytest.raises(Misconfigured) as refused:
        examined(TEAMS_WEBHOOK_URL=reference)
    assert "Commands:" not in str(refused.value)


@pytest.mark.parametrize(
    ("status", "code", "said"),
    [
        (404, "WorkflowNotFound", "The flow does not exist"),
        (410, "", "The flow does not exist"),
        (401, "DirectApiAuthorizationRequired", "Anyone"),
        (401, "", "Copy the whole URL of the flow again, with its signature"),
    ],
)
def test_a_wrong_webhook(
    examined: Examine, tenant: Tenant, status: int, code: str, said: str
) -> None:
    tenant.fault(
        "teams", times=None, status=status, body=f'{{"error":{{"code":"{code}"}}}}' if code else ""
    )
    finding = examined(send_test=True)[CHANNEL]
    assert finding.ok is False
    assert said in finding.text
    assert finding.commands == ("python3 infra/hooks/put_secret.py teams-webhook-url",)


def test_a_channel_is_skipped_without_send_test(examined: Examine, tenant: Tenant) -> None:
    assert examined()[CHANNEL].ok is None
    assert tenant.posted("its") == []


CHANNEL = "channel library staff and ITS"
TEAMS = 'kind = "teams"\nurl = "env:TEAMS_WEBHOOK_URL"'


def folder_with(channel: str, folder: Path) -> Path:
    """Return a folder with the shipped watchlist, its channel replaced."""
    text = (ROOT / "watchlist.toml").read_text(encoding="utf-8")
    assert TEAMS in text
    (folder / "watchlist.toml").write_text(text.replace(TEAMS, channel, 1), encoding="utf-8")
    (folder / "runbooks").symlink_to(ROOT / "runbooks")
    return folder


def test_a_webhook_gets_a_signed_test_message(examined: Examine, tmp_path: Path) -> None:
    folder = folder_with('kind = "webhook"\nurl = "env:DESK"\nsecret = "env:KEY"', tmp_path)
    key = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
    with Scripted([Reply(200, b"ok"), Reply(401)]) as desk:
        settings = {"DESK": f"{desk.url}/x", "KEY": key}
        found, refused = (
            examined(send_test=True, root=folder, **settings)[CHANNEL] for _ in range(2)
        )
        first, second = desk.asked
    assert found.ok
    said = Webhook(key).verify(first.body, dict(first.headers))
    assert said["data"]["text"].startswith("Lapsewatch: test message")
    assert first.headers["webhook-id"] != second.headers["webhook-id"]
    assert refused.ok is False
    assert refused.commands == (
        "python3 infra/hooks/put_secret.py webhook-url",
        "python3 infra/hooks/put_secret.py webhook-secret",
    )


def test_a_flow_that_does_not_admit_the_identity(
    examined: Examine, tenant: Tenant, tmp_path: Path
) -> None:
    flow = f'kind = "teams"\nurl = "{tenant.flow_url("its")}"\nauth = "identity"'
    folder = folder_with(flow, tmp_path)
    assert examined(send_test=True, root=folder)[CHANNEL].ok
    assert len(tenant.posted("its")) == 1
    tenant.fault(
        "/flows/", times=None, status=403, body='{"error":{"code":"MisMatchingOAuthClaims"}}'
    )
    finding = examined(send_test=True, root=folder)[CHANNEL]
    assert finding.ok is False
    assert "The flow does not admit the app's identity." in finding.text
    assert finding.commands == (f"az ad sp show --id {IDENTITY_CLIENT_ID} --query id -o tsv",)


def test_a_mailbox_without_permission_to_send(
    examined: Examine, tenant: Tenant, tmp_path: Path
) -> None:
    folder_with('kind = "email"\nto = ["team@example.org"]', tmp_path)
    tenant.identity.mailboxes.clear()
    finding = examined(send_test=True, root=tmp_path, LAPSEWATCH_MAIL_SENDER=MAIL_SENDER)[CHANNEL]
    assert finding.ok is False
    assert "Application Mail.Send" in finding.text
    commands = "\n".join(finding.commands)
    assert f"New-ServicePrincipal -AppId {IDENTITY_CLIENT_ID} " in commands
    assert f"\"PrimarySmtpAddress -eq '{MAIL_SENDER}'\"" in commands
    assert (
        "Test-ServicePrincipalAuthorization "
        f"-Identity OBJECT-ID (az ad sp show --id {IDENTITY_CLIENT_ID}" in commands
    )
    tenant.identity.mailboxes.add(MAIL_SENDER)
    assert (
        examined(send_test=True, root=tmp_path, LAPSEWATCH_MAIL_SENDER=MAIL_SENDER)[CHANNEL].ok
        is True
    )


@pytest.mark.parametrize(
    "answer",
    [
        Reply(401, b"Not signed in"),
        Reply(200),
        Reply(302, headers={"Location": "/elsewhere"}),
        Reply(404),
    ],
)
def test_a_page_without_easy_auth(examined: Examine, answer: Reply) -> None:
    with Scripted(lambda _: answer) as page:
        finding = examined(LAPSEWATCH_PAGE_URL=f"{page.url}/api/page")["page"]
        assert [asked.target for asked in page.asked] == [
            "/api/page",
            "/api/health",
        ]  # a redirect is not followed
    assert finding.ok is False
    assert f"is reachable without sign-in (HTTP {answer.status})" in finding.text
    assert finding.commands == (
        "python3 infra/hooks/before_provision.py",
        "azd provision",
        "python3 infra/hooks/after_provision.py",
    )


@pytest.mark.parametrize(
    ("answer", "said", "command"),
    [
        (Reply(503, b"stale"), "reports that it is stale", "/config/configreferences/appsettings"),
        (Reply(404), "returns HTTP 404, not from the app", "azd deploy"),
        (
            Reply(302, headers={"Location": "/.auth/login/aad"}),
            "returns HTTP 302, not from the app",
            "azd deploy",
        ),
    ],
)
def test_a_deployed_app_that_is_unhealthy(
    examined: Examine, answer: Reply, said: str, command: str
) -> None:
    with Scripted(lambda _: answer) as page:
        finding = examined(LAPSEWATCH_PAGE_URL=f"{page.url}/api/page")["app"]
    assert finding.ok is False
    assert said in finding.text
    assert command in finding.commands[0]


def test_a_page_that_does_not_respond(examined: Examine) -> None:
    finding = examined(LAPSEWATCH_PAGE_URL="http://127.0.0.1:1/api/page")["page"]
    assert (finding.ok, finding.commands) == (False, ())
    assert "There is no response from http://127.0.0.1:1/api/page" in finding.text


def test_a_page_without_sign_in_is_closed_not_missing(examined: Examine) -> None:
    finding = examined(LAPSEWATCH_SIGN_IN_CLIENT_ID="", LAPSEWATCH_SIGN_IN_ISSUER="")["page"]
    assert finding.ok is None
    assert finding.text.startswith("closed")


def test_a_permission_that_only_the_app_lacks_is_missing(
    examined: Examine, tenant: Tenant, check: Callable[[], Outcome | None]
) -> None:
    tenant.identity.roles.clear()
    assert check() == Outcome.FAILED
    tenant.identity.roles.add("Application.Read.All")
    found = examined()
    assert found["sign-in"].ok is True
    assert found["checks"].ok is False
    assert found["checks"].commands[0] == "python3 infra/hooks/after_provision.py"


def test_an_undelivered_message_of_the_last_check_is_missing(
    examined: Examine, tenant: Tenant, check: Callable[[], Outcome | None]
) -> None:
    tenant.fault("teams", times=None, status=404, body='{"error":{"code":"WorkflowNotFound"}}')
    assert check() == Outcome.PARTIAL
    found = examined()["checks"]
    assert found.ok is False
    assert found.text.startswith("the last check succeeded only in part: ")
    assert "The flow does not exist" in found.text


def test_the_last_check_is_shown_in_the_local_time_zone(
    examined: Examine, check: Callable[[], Outcome | None]
) -> None:
    assert check() == Outcome.OK
    assert re.fullmatch(
        r"the last successful check began on \d+ \w{3} at \d\d:\d\d C[SD]T",
        examined()["checks"].text,
    )


def test_a_wrong_client_id(
    examined: Examine,
) -> None:
    finding = examined(LIBAPPS_CLIENT_ID=THEIRS)["app LibApps Outlook sync"]
    assert finding.ok is False
    assert finding.text.startswith(
        "it cannot be found in the tenant. Compare its client_id in the watchlist"
    )
    look, by_name = finding.commands
    assert look == f"az ad app show --id {THEIRS} --query displayName"
    assert by_name.startswith("az ad app list --display-name 'LibApps Outlook sync' ")


def test_an_app_without_a_service_principal(
    examined: Examine, tenant: Tenant, check: Callable[[], Outcome | None]
) -> None:
    tenant.directory.remove_principal(LIBAPPS_CLIENT_ID)
    finding = examined()["app LibApps Outlook sync"]
    assert finding.ok is False
    assert finding.text.startswith("it has no service principal, so nobody can sign in. Somebody")
    assert finding.commands == (f"az ad sp create --id {LIBAPPS_CLIENT_ID}",)
    assert check() == Outcome.OK
    said = str(tenant.posted("its"))
    assert "LibApps Outlook sync: the app has no service principal" in said
    assert f"az ad sp create --id {LIBAPPS_CLIENT_ID}" in said


@pytest.mark.parametrize("name", ["isDisabled", "disabledByMicrosoftStatus", "spa", "web"])
def test_a_graph_without_a_property(
    examined: Examine, tenant: Tenant, check: Callable[[], Outcome | None], name: str
) -> None:
    tenant.graph.lacking.add(name)
    assert check() == Outcome.OK
    assert "LibCal" in str(tenant.posted("its"))
    assert "redirect URI" not in str(tenant.posted("its"))
    found = examined()
    assert found["Graph"].text.startswith(f"this Graph does not have {name}. Not known is: ")
    assert (found["Graph"].informational, found["app LibApps Outlook sync"].ok) == (True, True)


def test_a_missing_page_url(examined: Examine) -> None:
    assert examined(LAPSEWATCH_PAGE_URL="")["page"].text.endswith(
        "Set LAPSEWATCH_PAGE_URL to add a link to it to messages"
    )
    closed = examined(
        LAPSEWATCH_PAGE_URL="", LAPSEWATCH_SIGN_IN_CLIENT_ID="", LAPSEWATCH_SIGN_IN_ISSUER=""
    )["page"].text
    assert closed.startswith("closed")
    assert closed.endswith(". Set LAPSEWATCH_PAGE_URL to add a link to it to messages")


@pytest.mark.parametrize("named", ["https://sts.windows.net/{tenant}/", "{issuer}/", "{issuer}x"])
def test_an_issuer_that_names_itself_differently(examined: Examine, named: str) -> None:
    def answered(asked: Asked) -> Reply:
        issuer = f"http://{asked.headers['host']}/{THEIRS}/v2.0"
        name = named.format(tenant=THEIRS, issuer=issuer)
        return reply({"issuer": name, "jwks_uri": f"{issuer}/keys"})

    with Scripted(answered) as server:
        issuer = f"{server.url}/{THEIRS}/v2.0"
        found = examined(LAPSEWATCH_SIGN_IN_ISSUER=issuer, LAPSEWATCH_SIGN_IN_CLIENT_ID=THEIRS)
    assert found["page sign-in"].ok is False
    assert found["page sign-in"].text.startswith(f"{issuer}: ")
    named = named.format(tenant=THEIRS, issuer=issuer)
    text = f"names another issuer, {named}. Check LAPSEWATCH_SIGN_IN_ISSUER"
    assert text in found["page sign-in"].text


def test_hand_overs_that_were_left_when_they_were_switched_off(
    examined: Examine, tenant: Tenant, azurite: Azurite
) -> None:
    environment = dict(tenant.environment) | {"LAPSEWATCH_TABLES": azurite.tables}
    on = load(environment | {"LAPSEWATCH_HAND_OVER_VAULT": "https://127.0.0.1:1"}, ROOT)
    assert "hand-overs" not in examined()
    anna = Person("00000000-0000-4000-8000-00000000000a", "Anna Example")
    credential = secret("b", "LibCal 2028", ends="2028-09-12T09:00Z")
    now = clock()
    record = HandOver("libcal", HandOverState.READY, credential, anna, now, now, now)
    with watching(on, environment=environment) as watch:
        watch.ledger.save_hand_over(record)
    assert "not ended for libcal" in examined()["hand-overs"].text
