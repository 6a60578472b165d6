"""The Bicep has the required resources and properties.

It is parsed here, not compiled; the workflow bicep.yml runs `az bicep build`.
"""

import json
import re
from pathlib import Path

import pytest

from shared.config.issuer import issuer
from shared.config.setting_list import SETTINGS
from shared.config.setting_rules import MAX_DEADLINE
from shared.render.page import templates
from tests.support.app_routes import levels
from tests.support.bicep import FILES, INFRA, Bicep, Value
from tests.support.openapi import PATHS

ROOT = Path(__file__).parents[2]
SITES = "Microsoft.Web/sites"
DIAGNOSTICS = "Microsoft.Insights/diagnosticSettings"
ROLES = "Microsoft.Authorization/roleAssignments"
GUID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")

STORAGE = "properties.functionAppConfig.deployment.storage"
REGISTRATION = "properties.identityProviders.azureActiveDirectory.registration"
REQUIRED: dict[tuple[str, str], dict[str, Value]] = {
    ("app", "plan"): {
        "sku.name": "FC1",
        "sku.tier": "FlexConsumption",
        "properties.reserved": True,
    },
    ("app", "site"): {
        "kind": "functionapp,linux",
        "identity.type": "UserAssigned",
        "properties.httpsOnly": True,
        "properties.keyVaultReferenceIdentity": "identityId",
        # Azure rejects a deployment with properties of other plans (51021).
        "properties.siteConfig": {"minTlsVersion": "1.2"},
        "properties.functionAppConfig.runtime": {"name": "python", "version": "3.13"},
        "properties.functionAppConfig.scaleAndConcurrency.instanceMemoryMB": 2048,
        "properties.functionAppConfig.scaleAndConcurrency.triggers.http.perInstanceConcurrency": 16,
        f"{STORAGE}.type": "blobContainer",
        f"{STORAGE}.value": "deploymentContainerUrl",
        f"{STORAGE}.authentication.type": "UserAssignedIdentity",
    },
    ("app", "noBasicScm"): {"name": "scm", "properties.allow": False},
    ("app", "noBasicFtp"): {"name": "ftp", "properties.allow": False},
    ("app", "signIn"): {
        "name": "authsettingsV2",
        "properties.platform.enabled": True,
        "properties.httpSettings.requireHttps": True,
        "properties.globalValidation.requireAuthentication": True,
        "properties.globalValidation.unauthenticatedClientAction": "RedirectToLoginPage",
        "properties.globalValidation.excludedPaths": "withoutSignIn",
        f"{REGISTRATION}.clientId": "signInClientId",
        f"{REGISTRATION}.clientSecretSettingName": "OVERRIDE_USE_MI_FIC_ASSERTION_CLIENTID",
        "properties.login.tokenStore.enabled": True,
    },
    ("storage", "account"): {
        "properties.allowSharedKeyAccess": False,
        "properties.allowBlobPublicAccess": False,
        "properties.minimumTlsVersion": "TLS1_2",
        "properties.supportsHttpsTrafficOnly": True,
        "properties.allowCrossTenantReplication": False,
    },
    ("storage", "package"): {"properties.publicAccess": "None"},
    ("storage", "ledger"): {"name": "Lapsewatch"},  # as shared.adapters.table.ledger calls it
    ("storage", "tenantsQueue"): {"parent": "queues"},
    ("vault", "vault"): {
        "properties.enableRbacAuthorization": True,
        "properties.enableSoftDelete": True,
        "properties.enablePurgeProtection": True,
    },
    ("monitoring", "insights"): {
        "properties.DisableLocalAuth": True,
        "properties.WorkspaceResourceId": "workspace.id",
    },
    ("monitoring", "workspace"): {
        "properties.features.disableLocalAuth": True,
        "properties.retentionInDays": "retentionDays",
        "properties.workspaceCapping.dailyQuotaGb": "json(dailyCapGb)",
    },
    # Without the etag, Azure rejects the second deployment (MicrosoftDocs/azure-docs#49275).
    ("alerts", "queries"): {"properties.etag": "*"},
    ("alerts", "people"): {
        "properties.emailReceivers": [
            {"name": "ITS", "emailAddress": "email", "useCommonAlertSchema": True}
        ]
    },
}
"""Required values: by file and symbolic name of the resource, then by path in its body."""


def files() -> list[Bicep]:
    return list(FILES.values())


@pytest.mark.parametrize(("file", "symbol"), REQUIRED, ids="-".join)
def test_a_resource_has_the_required_properties(file: str, symbol: str) -> None:
    resource, required = FILES[file].named(symbol), REQUIRED[file, symbol]
    assert {path: resource.at(path) for path in required} == required


def test_each_kind_of_resource_exists_once() -> None:
    kinds = [
        resource.type for file in files() for resource in file.resources if not resource.existing
    ]
    for once in (
        "Microsoft.Web/serverfarms",
        SITES,
        "Microsoft.Storage/storageAccounts",
        "Microsoft.ManagedIdentity/userAssignedIdentities",
        "Microsoft.KeyVault/vaults",
        "Microsoft.Insights/components",
        "Microsoft.OperationalInsights/workspaces",
        "Microsoft.Insights/actionGroups",
        "Microsoft.Resources/resourceGroups",
    ):
        assert kinds.count(once) == 1, once
    assert [
        kind for kind in kinds if kind.startswith("Microsoft.KeyVault/vaults/secrets")
    ] == []  # the hook writes it: no value passes here
    assert all(
        "br/" not in module.type and "br:" not in module.type
        for file in files()
        for module in file.modules
    )


def test_azd_finds_the_app_by_its_tag() -> None:
    assert FILES["app"].named("site").at("tags") == "union(tags, { 'azd-service-name': 'app' })"
    assert FILES["main"].variables["tags"] == {"azd-env-name": "environmentName"}


def test_the_host_uses_its_storage_with_the_identity_only() -> None:
    platform = FILES["app"].variables["platformSettings"]
    assert isinstance(platform, dict)
    storage = {
        name: value for name, value in platform.items() if name.startswith("AzureWebJobsStorage")
    }
    assert storage == {
        "AzureWebJobsStorage__credential": "managedidentity",
        "AzureWebJobsStorage__clientId": "identityClientId",
    }
    assert (
        platform["APPLICATIONINSIGHTS_AUTHENTICATION_STRING"]
        == "'ClientId=${identityClientId};Authorization=AAD'"
    )
    rejected = {
        "FUNCTIONS_WORKER_RUNTIME",
        "FUNCTIONS_EXTENSION_VERSION",
        "WEBSITE_RUN_FROM_PACKAGE",
        "SCM_DO_BUILD_DURING_DEPLOYMENT",
        "ENABLE_ORYX_BUILD",
    }
    assert not set(platform) & rejected  # Flex Consumption accepts none of them
    assert "AzureWebJobsStorage__accountName: storageName" in str(
        FILES["app"].variables["hostStorage"]
    )
    sets = "hostStorage, platformSettings, programSettings, extraSettings, settingsFromVault"
    assert FILES["app"].named("settings").at("properties") == f"union({sets})"


def test_bicep_sets_every_setting_and_no_other() -> None:
    program = FILES["app"].variables["programSettings"]
    assert isinstance(program, dict)
    named = set(
        re.findall(
            r'^[^#\n]*"env:([A-Z_]+)"',
            (ROOT / "watchlist.toml").read_text(encoding="utf-8"),
            re.MULTILINE,
        )
    )
    own = {row.name for row in SETTINGS if not row.by_azure}
    assert set(program) == own | named
    example = set(
        json.loads((ROOT / "local.settings.example.json").read_text(encoding="utf-8"))["Values"]
    )
    assert example == own | named | {
        "IDENTITY_ENDPOINT",
        "IDENTITY_HEADER",
        "FUNCTIONS_WORKER_RUNTIME",
        "AzureWebJobsStorage",
    }


def test_secrets_come_from_the_vault() -> None:
    program = FILES["app"].variables["programSettings"]
    assert isinstance(program, dict)
    references = dict(
        re.findall(
            r"(\w+): .*(@Microsoft\.KeyVault\(SecretUri=\$\{vaultUri\}secrets/[a-z-]+\))",
            FILES["app"].text,
        )
    )
    assert set(references) == {"TEAMS_WEBHOOK_URL", "LAPSEWATCH_HEARTBEAT_URL"}
    for name, reference in references.items():
        assert reference in str(program[name])


def test_easy_auth_protects_all_but_listed_routes() -> None:
    excluded = FILES["app"].variables["withoutSignIn"]
    assert isinstance(excluded, list)
    expected = set()
    for (path, _), level in levels().items():
        if level == "function":
            expected.add(path)
        elif all(
            operation.get("security") == [] for operation in PATHS.get(path, {"": {}}).values()
        ):  # docs/openapi.yaml: for anybody
            expected |= {path.replace("{name}", name) for name in templates.assets()}
    assert sorted(map(str, excluded)) == sorted(f"/api{path}" for path in expected)
    assert not {"/api/page", "/api/page/confirm", "/api/page/check"} & set(map(str, excluded))


def test_access_to_the_resources_is_logged() -> None:
    scopes = {
        (name, str(each.at("scope")))
        for name, file in FILES.items()
        for each in file.all(DIAGNOSTICS)
    }
    assert scopes == {
        ("vault", "vault"),
        ("monitoring", "workspace"),
        ("storage", "blobs"),
        ("storage", "queues"),
        ("storage", "tables"),
    }
    assert all(
        "workspace" in str(each.at("properties.workspaceId"))
        for file in files()
        for each in file.all(DIAGNOSTICS)
    )


def test_every_assigned_role_is_documented() -> None:
    table = (
        (ROOT / "docs" / "permissions.md")
        .read_text(encoding="utf-8")
        .split("## Roles in Azure")[1]
        .split("\n## ")[0]
    )
    documented = re.findall(
        rf"^\| ([A-Z][A-Za-z ]+) \| `({GUID.pattern})` \| ([^|]+) \| ([^|]+) \|",
        table,
        re.MULTILINE,
    )
    assert len({role for role, *_ in documented}) == len(documented)
    given = {found for file in files() for found in GUID.findall(file.text)}
    assert given == {found for _, found, *_ in documented}
    deployers = {"Key Vault Secrets Officer"}
    assert {
        role for role, _, _, who in documented if who.strip() != "the app's identity"
    } == deployers
    everybody = [each for file in files() for each in file.all(ROLES)]
    assert all(
        str(each.at("scope")) in {"account", "vault", "insights"} for each in everybody
    )  # never a group or a subscription
    assert [str(each.at("properties.principalId")) for each in everybody].count(
        "deployerPrincipalId"
    ) == 1


def test_each_role_id_fits_its_name() -> None:
    roles = FILES["storage"].variables["roles"]
    assert isinstance(roles, dict)
    named = dict(roles)
    named |= {name: FILES["vault"].variables[name] for name in ("secretsUser", "secretsOfficer")}
    named["metricsPublisher"] = FILES["monitoring"].variables["metricsPublisher"]
    table = (ROOT / "docs" / "permissions.md").read_text(encoding="utf-8")
    for name, identifier in named.items():
        (row,) = [
            line
            for line in table.splitlines()
            if line.startswith("| ") and f"`{identifier}`" in line
        ]
        assert row.split("|")[1].replace(" ", "").lower().endswith(name.lower()), row


def test_no_parameter_or_output_contains_a_secret() -> None:
    for file in files():
        assert not re.search(r"\blist[A-Z]\w*\(|getSecret\(|@secure\(", file.text), file.path
        for name, parameter in file.parameters.items():
            assert (
                not re.search("secret|password|token$|key$|webhook", name, re.IGNORECASE)
                or name == "token"
            ), name
            value = parameter.default or ""
            assert re.fullmatch(
                r"|'[^']{0,20}'|'https://[a-z.-]+'|true|false|\d+|\{\}|deployer\(\)\.objectId",
                value,
            ), f"{name} = {value}"
        for name, text in file.outputs.items():
            assert not re.search(
                "secret|password|webhook|sas|[a-z]key", f"{name} {text}", re.IGNORECASE
            ), f"{name} = {text}"


def test_azd_parameters_are_template_parameters() -> None:
    given = json.loads((INFRA / "main.parameters.json").read_text(encoding="utf-8"))["parameters"]
    own = FILES["main"].parameters
    assert set(given) <= set(own)
    assert {name for name, parameter in own.items() if parameter.default is None} <= set(given)
    for name, entry in given.items():
        found = re.fullmatch(r"\$\{([A-Z_]+)(?:=(.*))?\}", entry["value"])
        assert found is not None, name
        default = own[name].default
        unset = "unset" if found[1].startswith("L") else None  # a hook asks; azd must not
        assert found[2] == (unset if default is None else default.strip("'")), name


def test_every_parameter_is_described_used_and_passed() -> None:
    for file in files():
        assert set(file.parameters) <= file.used, file.path
        assert set(file.variables) <= file.used, file.path
        for name, parameter in file.parameters.items():
            assert "@description('" in parameter.decorators, f"{file.path}: {name}"
        for module in file.modules:
            other = FILES[Path(module.type).stem]
            given = module.at("params")
            assert isinstance(given, dict)
            required = {
                name for name, parameter in other.parameters.items() if parameter.default is None
            }
            assert required <= set(given) <= set(other.parameters), module.symbol
        for symbol, output in re.findall(r"\b(\w+)!?\.outputs\.(\w+)", file.text):
            assert output in FILES[Path(file.named(symbol).type).stem].outputs, (
                f"{file.path}: {symbol}.outputs.{output}"
            )


def test_private_networking_is_off_by_default() -> None:
    assert FILES["main"].parameters["privateNetwork"].default == "false"
    network = [
        module
        for file in files()
        for module in file.modules
        if Path(module.type).stem in {"network", "endpoint"}
    ]
    assert sorted(module.condition for module in network) == [
        "private",
        "private",
        "privateNetwork",
    ]
    for name in ("storage", "vault"):
        assert FILES[name].variables["private"] == "!empty(endpointSubnetId)"
    made = {
        name
        for name, file in FILES.items()
        if any("Microsoft.Network/" in each.type for each in file.resources)
    }
    assert made == {"network", "endpoint"}
    assert "31 US dollars" in FILES["main"].parameters["privateNetwork"].decorators


def test_the_runtime_is_the_tested_python_version() -> None:
    pinned = re.search(
        r'requires-python = ">=(\d\.\d+)', (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    )
    assert pinned is not None
    assert (
        FILES["app"].named("site").at("properties.functionAppConfig.runtime.version") == pinned[1]
    )


def test_the_deadline_is_bounded_as_in_the_settings() -> None:
    decorators = FILES["main"].parameters["deadlineMinutes"].decorators
    assert f"@maxValue({MAX_DEADLINE})" in decorators


def test_the_issuer_is_the_one_that_tokens_of_each_cloud_name() -> None:
    assert "'login.chinacloudapi.cn', 'login.partner.microsoftonline.cn'" in str(
        FILES["app"].variables["issuingHost"]
    )
    tenant = "0b6f7a11-52c3-4f5e-8d0e-6a1f2b3c4d5e"
    for host in ("login.microsoftonline.com", "login.partner.microsoftonline.cn"):
        assert issuer(f"https://{host}/{tenant}/v2.0") == f"https://{host}/{tenant}/v2.0"
