"""The recorded settings and sign-in of the app are those that the code reads and needs."""

import inspect
import json
import re
from pathlib import Path

import pytest

import function_app
from shared.adapters.table.ledger import TableLedger
from shared.config.issuer import issuer
from shared.config.setting_list import HAND_OVER_VAULT, SETTINGS
from shared.config.settings_loader import load
from shared.render.page import templates
from tests.support.app_routes import levels
from tests.support.arm import CHINA, GLOBAL, IDENTITY_CLIENT, Cloud
from tests.support.openapi import PATHS
from tests.support.snapshots import FORMS, read

ROOT = Path(__file__).parents[2]
each_form = pytest.mark.parametrize("form", FORMS)

OF_THE_PLATFORM = {
    "AzureWebJobsStorage__blobServiceUri",
    "AzureWebJobsStorage__queueServiceUri",
    "AzureWebJobsStorage__tableServiceUri",
    "AzureWebJobsStorage__credential",
    "AzureWebJobsStorage__clientId",
    "AzureWebJobsDisableHomepage",
    "APPLICATIONINSIGHTS_CONNECTION_STRING",
    "APPLICATIONINSIGHTS_AUTHENTICATION_STRING",
}
"""Settings that the host, Application Insights and Easy Auth read. Flex rejects further ones."""
IDENTITY_SETTING = "OVERRIDE_USE_MI_FIC_ASSERTION_CLIENTID"
SECRET_SETTING = "MICROSOFT_PROVIDER_AUTHENTICATION_SECRET"
SIGN_IN = dict.fromkeys(FORMS, IDENTITY_SETTING) | {"everything-on": SECRET_SETTING}
"""What the sign-in uses: the identity, or the client secret that replaces it."""
EXTRA = {"everything-on": {"HR_CLIENT_ID", "HR_WEBHOOK_URL"}}
"""Settings that a form adds, for a watchlist that names them."""
HANDS_OVER = {"hand-over", "everything-on"}
TENANT = "5b1f7a50-0c7e-4d0e-a9b5-0f7f3c0f4a11"


def named_by_the_watchlist() -> set[str]:
    text = (ROOT / "watchlist.toml").read_text(encoding="utf-8")
    return set(re.findall(r'^[^#\n]*"env:([A-Z_]+)"', text, re.MULTILINE))


@each_form
def test_each_setting_that_the_code_reads_is_set_and_no_other(form: str) -> None:
    own = {row.name for row in SETTINGS if not row.by_azure} | named_by_the_watchlist()
    missing = set() if form in HANDS_OVER else {HAND_OVER_VAULT}
    assert set(read(form).settings) == (
        own - missing | OF_THE_PLATFORM | {SIGN_IN[form]} | EXTRA.get(form, set())
    )
    example = json.loads((ROOT / "local.settings.example.json").read_text(encoding="utf-8"))
    on_a_laptop = {"IDENTITY_ENDPOINT", "IDENTITY_HEADER", "FUNCTIONS_WORKER_RUNTIME"}
    assert set(example["Values"]) == own | on_a_laptop | {"AzureWebJobsStorage"}


@each_form
@pytest.mark.parametrize("cloud", [GLOBAL, CHINA], ids=["global", "china"])
def test_the_code_accepts_the_settings(form: str, cloud: Cloud, tmp_path: Path) -> None:
    settings = {
        name: re.sub(r"^@Microsoft\.KeyVault\(SecretUri=(.+)\)$", r"\1", setting)
        for name, setting in read(form, cloud).settings.items()
    }
    watched = (ROOT / "watchlist.toml").read_text(encoding="utf-8")
    folder = tmp_path / "watchlists"
    folder.mkdir()
    (tmp_path / "watchlist.toml").write_text(watched, encoding="utf-8")
    (folder / "own.toml").write_text(watched, encoding="utf-8")
    (folder / "branch.toml").write_text(f'{watched}\n[tenant]\nid = "{TENANT}"\n', "utf-8")
    for each in (tmp_path, folder):
        (each / "runbooks").symlink_to(ROOT / "runbooks")
    found = load(settings, tmp_path)
    assert found.page_auth is not None
    assert bool(found.hand_over_vault) is (form in HANDS_OVER)
    assert found.page_auth.issuer == issuer(settings["LAPSEWATCH_SIGN_IN_ISSUER"])
    assert found.tables.by == "endpoint"
    assert found.tables.value.reveal().rstrip("/").endswith(f".table.{cloud.storage}")
    assert found.identity_client_id == IDENTITY_CLIENT
    assert len(found.watchlists) == (2 if settings["LAPSEWATCH_WATCHLIST"] == "watchlists" else 1)


@each_form
def test_secrets_come_from_the_vault(form: str) -> None:
    made = read(form)
    vault = made.outputs["LAPSEWATCH_VAULT_URI"]
    prefix = f"@Microsoft.KeyVault(SecretUri={vault}secrets/"
    from_vault = {
        name: setting.removeprefix(prefix).removesuffix(")")
        for name, setting in made.settings.items()
        if setting.startswith("@")
    }
    expected = {"TEAMS_WEBHOOK_URL": "teams-webhook-url"}
    if form == "everything-on":
        expected |= {
            "LAPSEWATCH_HEARTBEAT_URL": "heartbeat-url",
            "HR_WEBHOOK_URL": "hr-webhook-url",
            SECRET_SETTING: "sign-in-secret",
        }
    assert from_vault == expected


@each_form
def test_every_identity_is_the_one_of_the_app(form: str) -> None:
    made = read(form)
    identity = made.only("ManagedIdentity/userAssignedIdentities")["id"]
    site = made.only("Web/sites")
    assert site["identity"] == {"type": "UserAssigned", "userAssignedIdentities": {identity: {}}}
    assert site["properties"]["keyVaultReferenceIdentity"] == identity
    package = site["properties"]["functionAppConfig"]["deployment"]["storage"]
    assert package["authentication"] == {
        "type": "UserAssignedIdentity",
        "userAssignedIdentityResourceId": identity,
    }
    container = made.only("Storage/storageAccounts/blobServices/containers")["name"]
    assert package["value"].endswith(f".blob.core.windows.net/{container.rpartition('/')[2]}")
    settings = made.settings
    assert settings["APPLICATIONINSIGHTS_AUTHENTICATION_STRING"] == (
        f"ClientId={IDENTITY_CLIENT};Authorization=AAD"
    )
    assert {
        settings["AZURE_CLIENT_ID"],
        settings["AzureWebJobsStorage__clientId"],
        settings.get(IDENTITY_SETTING, IDENTITY_CLIENT),
    } == {IDENTITY_CLIENT}
    assert settings["AzureWebJobsStorage__credential"] == "managedidentity"


@each_form
def test_sign_in_has_no_secret_by_default_and_accepts_this_app(form: str) -> None:
    made = read(form)
    sign_in = made.only("Web/sites/config", "/authsettingsV2")["properties"]
    assert sign_in["platform"]["enabled"] is True
    assert sign_in["httpSettings"]["requireHttps"] is True
    everybody = sign_in["globalValidation"]
    assert everybody["requireAuthentication"] is True
    assert everybody["unauthenticatedClientAction"] == "RedirectToLoginPage"
    (provider,) = sign_in["identityProviders"].values()
    client = made.settings["LAPSEWATCH_SIGN_IN_CLIENT_ID"]
    assert provider["registration"] == {
        "clientId": client,
        "openIdIssuer": made.settings["LAPSEWATCH_SIGN_IN_ISSUER"],
        "clientSecretSettingName": SIGN_IN[form],
    }
    assert provider["validation"] == {"allowedAudiences": [client]}
    assert sign_in["login"]["tokenStore"]["enabled"] is True


@each_form
def test_sign_in_guards_all_but_listed_routes(form: str) -> None:
    sign_in = read(form).only("Web/sites/config", "/authsettingsV2")["properties"]
    excluded = sign_in["globalValidation"]["excludedPaths"]
    expected = set()
    for (path, _), level in levels().items():
        if level == "function":
            expected.add(path)
        elif all(
            operation.get("security") == [] for operation in PATHS.get(path, {"": {}}).values()
        ):  # docs/openapi.yaml: for anybody
            expected |= {path.replace("{name}", name) for name in templates.assets()}
    assert sorted(excluded) == sorted(f"/api{path}" for path in expected)
    assert not {"/api/page", "/api/page/confirm", "/api/page/check"} & set(excluded)


@each_form
def test_the_ledger_and_the_queue_have_the_names_of_the_code(form: str) -> None:
    made = read(form)
    tables = made.only("Storage/storageAccounts/tableServices/tables")
    queues = made.only("Storage/storageAccounts/queueServices/queues")
    assert (
        tables["name"].rpartition("/")[2]
        == inspect.signature(TableLedger).parameters["table"].default
    )
    assert queues["name"].rpartition("/")[2] == function_app.QUEUE
