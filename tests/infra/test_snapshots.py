"""What a reviewer asks about a deployment, asked of each recorded form."""

import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from local.bicep import INFRA, up_to_date
from tests.support.arm import DEPLOYER, IDENTITY_PRINCIPAL
from tests.support.snapshots import FORMS, read

ROOT = Path(__file__).parents[2]
PERMISSIONS = (ROOT / "docs" / "permissions.md").read_text(encoding="utf-8")
PRIVATE = {"private-network", "everything-on"}
HANDS_OVER = {"hand-over", "everything-on"}
each_form = pytest.mark.parametrize("form", FORMS)

CREATED = {
    "Authorization/roleAssignments": 6,
    "Insights/actionGroups": 1,
    "Insights/components": 1,
    "Insights/diagnosticSettings": 5,
    "Insights/scheduledQueryRules": 4,
    "KeyVault/vaults": 1,
    "ManagedIdentity/userAssignedIdentities": 1,
    "OperationalInsights/workspaces": 1,
    "OperationalInsights/workspaces/savedSearches": 5,
    "Resources/resourceGroups": 1,
    "Storage/storageAccounts": 1,
    "Storage/storageAccounts/blobServices": 1,
    "Storage/storageAccounts/blobServices/containers": 1,
    "Storage/storageAccounts/queueServices": 1,
    "Storage/storageAccounts/queueServices/queues": 1,
    "Storage/storageAccounts/tableServices": 1,
    "Storage/storageAccounts/tableServices/tables": 1,
    "Web/serverfarms": 1,
    "Web/sites": 1,
    "Web/sites/basicPublishingCredentialsPolicies": 2,
    "Web/sites/config": 2,
}
"""How many resources of each type every form has. No secret: the hook writes these."""
PRIVATE_TOO = {
    "Network/privateDnsZones": 4,
    "Network/privateDnsZones/virtualNetworkLinks": 4,
    "Network/privateEndpoints": 4,
    "Network/privateEndpoints/privateDnsZoneGroups": 4,
    "Network/virtualNetworks": 1,
}
HAND_OVER_TOO = {
    "Authorization/roleAssignments": 1,
    "Insights/diagnosticSettings": 1,
    "Insights/scheduledQueryRules": 1,
    "KeyVault/vaults": 1,
    "OperationalInsights/workspaces/savedSearches": 1,
}
EVERYTHING_TOO = {
    "Authorization/roleAssignments": 2,
    "Network/privateEndpoints": 1,
    "Network/privateEndpoints/privateDnsZoneGroups": 1,
}
"""What both together add: an endpoint for the second vault, in the same zone; and renewers."""
RENEWERS = "e0a7d1c2-6b3f-4a58-9c1d-7f2e5b8a4d61"
VAULT, ACCOUNT = "KeyVault/vaults", "Storage/storageAccounts"
FIRST, NEW = "kv-3ou3yn5xy3mlg", "kv-hand-3ou3yn5xy3mlg"
NEW_SECRETS = "the vault for new secrets"
ASSIGNED = {
    ("Storage Blob Data Owner", ACCOUNT, IDENTITY_PRINCIPAL),
    ("Storage Queue Data Contributor", ACCOUNT, IDENTITY_PRINCIPAL),
    ("Storage Table Data Contributor", ACCOUNT, IDENTITY_PRINCIPAL),
    ("Key Vault Secrets User", VAULT, IDENTITY_PRINCIPAL),
    ("Monitoring Metrics Publisher", "Insights/components", IDENTITY_PRINCIPAL),
    ("Key Vault Secrets Officer", VAULT, DEPLOYER),
}
"""Each role by name, type of the one resource where it holds, and holder."""
FOR_HAND_OVERS = {("Key Vault Secrets Officer", NEW_SECRETS, IDENTITY_PRINCIPAL)}
FOR_RENEWERS = {
    ("Key Vault Secrets Officer", NEW_SECRETS, RENEWERS),
    ("Storage Table Data Contributor", ACCOUNT, RENEWERS),
}
ON = {
    "the storage account": ACCOUNT,
    "the vault": VAULT,
    "Application Insights": "Insights/components",
    NEW_SECRETS: NEW_SECRETS,
}


def everything(value: object, name: str = "") -> Iterator[tuple[str, Any]]:
    """Yield each name in a document, at any depth, with its value."""
    match value:
        case dict():
            for key, each in value.items():
                yield key, each
                yield from everything(each, key)
        case list():
            for each in value:
                yield from everything(each, name)


@each_form
def test_a_form_creates_these_resources_and_no_other(form: str) -> None:
    created = Counter(each["type"].removeprefix("Microsoft.") for each in read(form).resources)
    expected = Counter(CREATED)
    for forms, more in (
        (PRIVATE, PRIVATE_TOO),
        (HANDS_OVER, HAND_OVER_TOO),
        (PRIVATE & HANDS_OVER, EVERYTHING_TOO),
    ):
        expected.update(more if form in forms else {})
    assert created == expected


def documented_roles() -> set[tuple[str, str, str, str]]:
    """Return id, name, resource and holder of each role in docs/permissions.md."""
    section = PERMISSIONS.split("## Roles in Azure")[1].split("\n## ")[0]
    rows = re.findall(
        r"^\| ([^|]+) \| `([0-9a-f-]{36})` \| ([^|]+) \| ([^|]+) \|", section, re.MULTILINE
    )
    assert len(rows) == len(set(rows))
    return {
        (found, name, ON[resource], RENEWERS if holder == "who runs `renew`" else holder)
        for name, found, resource, holder in rows
    }


@each_form
def test_roles_are_these_at_one_resource_each(form: str) -> None:
    names, assigned = {found: name for found, name, *_ in documented_roles()}, set()
    for each in read(form).all("Authorization/roleAssignments"):
        scope = each["id"].partition("/providers/Microsoft.Authorization/roleAssignments/")[0]
        kind, _, name = scope.partition("/providers/Microsoft.")[2].rpartition("/")
        assert name
        role = names[each["properties"]["roleDefinitionId"].rpartition("/")[2]]
        on = NEW_SECRETS if name.startswith("kv-hand-") else kind
        assigned.add((role, on, each["properties"]["principalId"]))
    more = FOR_HAND_OVERS if form in HANDS_OVER else set()
    assert assigned == ASSIGNED | more | (FOR_RENEWERS if form == "everything-on" else set())


def test_every_role_is_documented() -> None:
    documented = {row[1:] for row in documented_roles()}
    assert documented == ASSIGNED | FOR_HAND_OVERS | FOR_RENEWERS


@each_form
def test_nothing_accepts_a_shared_key_or_password(form: str) -> None:
    made = read(form)
    account = made.only("Storage/storageAccounts")["properties"]
    assert account["allowSharedKeyAccess"] is account["allowBlobPublicAccess"] is False
    assert made.only("Insights/components")["properties"]["DisableLocalAuth"] is True
    features = made.only("OperationalInsights/workspaces")["properties"]["features"]
    assert features["disableLocalAuth"] is True
    basic = made.all("Web/sites/basicPublishingCredentialsPolicies")
    assert {each["name"].rpartition("/")[2]: each["properties"] for each in basic} == {
        "scm": {"allow": False},
        "ftp": {"allow": False},
    }
    vaults = [each["properties"] for each in made.all("KeyVault/vaults")]
    assert all(each["enableRbacAuthorization"] is True for each in vaults)
    recorded = (INFRA / "snapshots" / f"{form}.snapshot.json").read_text(encoding="utf-8")
    assert not re.search(r"\blist[A-Z]\w*\(|AccountKey|SharedAccess|[?&]sig=", recorded)


@each_form
def test_connections_are_encrypted(form: str) -> None:
    made = read(form)
    account = made.only("Storage/storageAccounts")["properties"]
    assert (account["minimumTlsVersion"], account["supportsHttpsTrafficOnly"]) == ("TLS1_2", True)
    assert account["allowCrossTenantReplication"] is False
    site = made.only("Web/sites")["properties"]
    # Azure rejects a deployment with properties of other plans (51021).
    assert (site["httpsOnly"], site["siteConfig"]) == (True, {"minTlsVersion": "1.2"})


@each_form
def test_only_a_private_form_closes_storage_and_vault(form: str) -> None:
    made = read(form)
    private = form in PRIVATE
    account, vault = (
        made.only(kind, name)["properties"] for kind, name in ((ACCOUNT, ""), (VAULT, FIRST))
    )
    addresses = [{"value": "203.0.113.10"}] if form == "everything-on" else []
    assert account["publicNetworkAccess"] == ("Disabled" if private else "Enabled")
    opened = not private or bool(addresses)
    assert vault["publicNetworkAccess"] == ("Enabled" if opened else "Disabled")
    for each in (account, vault):
        assert each["networkAcls"]["defaultAction"] == ("Deny" if private else "Allow")
    assert vault["networkAcls"]["ipRules"] == addresses
    assert "ipRules" not in account["networkAcls"]


def test_nothing_is_public_in_the_private_form() -> None:
    found = list(everything(read("private-network").resources))
    assert {value for name, value in found if name == "publicNetworkAccess"} == {"Disabled"}
    assert {value for name, value in found if name == "defaultAction"} == {"Deny"}
    assert {value for name, value in found if name == "publicAccess"} == {"None"}
    assert not [rules for name, rules in found if name.endswith("Rules") and rules]
    assert "Microsoft.Network/publicIPAddresses" not in dict(found).values()


@pytest.mark.parametrize("form", sorted(PRIVATE))
def test_private_endpoints_are_in_the_network_and_its_dns(form: str) -> None:
    made = read(form)
    network = made.only("Network/virtualNetworks")["id"]
    targets = Counter[tuple[str, str]]()
    for each in made.all("Network/privateEndpoints"):
        assert each["properties"]["subnet"] == {"id": f"{network}/subnets/endpoints"}
        (connection,) = each["properties"]["privateLinkServiceConnections"]
        (service,) = connection["properties"]["groupIds"]
        targets[service, connection["properties"]["privateLinkServiceId"]] += 1
    account = made.only(ACCOUNT)["id"]
    assert targets == Counter(
        [
            *((service, account) for service in ("blob", "queue", "table")),
            *(("vault", each["id"]) for each in made.all(VAULT)),
        ]
    )
    groups = made.all("Network/privateEndpoints/privateDnsZoneGroups")
    named = [each["properties"]["privateDnsZoneConfigs"][0]["properties"] for each in groups]
    ids = {each["id"] for each in made.all("Network/privateDnsZones")}
    assert {each["privateDnsZoneId"] for each in named} == ids
    zones = {each["name"] for each in made.all("Network/privateDnsZones")}
    services = ("blob", "queue", "table")
    assert zones == {
        *(f"privatelink.{service}.core.windows.net" for service in services),
        "privatelink.vaultcore.azure.net",
    }
    linked = made.all("Network/privateDnsZones/virtualNetworkLinks")
    assert {each["name"].partition("/")[0] for each in linked} == zones
    assert {each["properties"]["virtualNetwork"]["id"] for each in linked} == {network}
    site = made.only("Web/sites")["properties"]
    assert site["virtualNetworkSubnetId"] == f"{network}/subnets/app"


@each_form
def test_access_to_the_resources_is_logged(form: str) -> None:
    made = read(form)
    logs = made.all("Insights/diagnosticSettings")
    scopes = [each["id"].partition("/providers/Microsoft.Insights/")[0] for each in logs]
    account = made.only("Storage/storageAccounts")["id"]
    workspace = made.only("OperationalInsights/workspaces")["id"]
    assert sorted(scopes) == sorted(
        [
            *(f"{account}/{service}Services/default" for service in ("blob", "queue", "table")),
            *(each["id"] for each in made.all("KeyVault/vaults")),
            workspace,
        ]
    )
    for each in logs:
        assert each["properties"]["workspaceId"] == workspace
        assert all(log["enabled"] for log in each["properties"]["logs"])
    assert made.only("Insights/components")["properties"]["WorkspaceResourceId"] == workspace


@each_form
def test_the_app_is_one_that_azd_and_flex_consumption_accept(form: str) -> None:
    made = read(form)
    plan, site = made.only("Web/serverfarms"), made.only("Web/sites")
    assert plan["sku"] == {"name": "FC1", "tier": "FlexConsumption"}
    assert site["properties"]["serverFarmId"] == plan["id"]
    assert (site["kind"], site["tags"]["azd-service-name"]) == ("functionapp,linux", "app")
    tagged = [each["tags"] for each in made.resources if "tags" in each]
    assert {each["azd-env-name"] for each in tagged} == {"library"}
    python = re.search(
        r'requires-python = ">=(\d\.\d+)', (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    )
    assert python is not None
    config = site["properties"]["functionAppConfig"]
    assert config["runtime"] == {"name": "python", "version": python[1]}
    scale = config["scaleAndConcurrency"]
    assert (scale["instanceMemoryMB"], scale["maximumInstanceCount"]) == (2048, 40)
    assert scale["triggers"] == {"http": {"perInstanceConcurrency": 16}}


@each_form
def test_a_deleted_vault_can_be_recovered(form: str) -> None:
    vault = read(form).only(VAULT, FIRST)["properties"]
    assert vault["enableSoftDelete"] is vault["enablePurgeProtection"] is True
    assert vault["createMode"] == ("recover" if form == "everything-on" else "default")


@pytest.mark.parametrize("form", sorted(HANDS_OVER))
def test_the_vault_for_new_secrets_forgets(form: str) -> None:
    vault = read(form).only(VAULT, NEW)["properties"]
    assert vault["enableSoftDelete"] is True
    assert vault["softDeleteRetentionInDays"] == 7
    assert "enablePurgeProtection" not in vault  # Azure rejects false
    assert vault.get("createMode", "default") == "default"  # nothing in it is worth recovering
    private = form in PRIVATE
    assert vault["publicNetworkAccess"] == ("Disabled" if private else "Enabled")
    assert vault["networkAcls"] == {
        "bypass": "None",
        "defaultAction": "Deny" if private else "Allow",
    }


def test_switching_it_on_changes_only_what_belongs_to_it() -> None:
    off, on = read("default"), read("hand-over")
    before = {each["id"]: each for each in off.resources}
    after = {each["id"]: each for each in on.resources}
    changed = [found for found in before if before[found] != after[found]]
    assert [found.rpartition("/")[2] for found in changed] == ["appsettings"]
    assert on.settings == off.settings | {
        "LAPSEWATCH_HAND_OVER_VAULT": f"https://{NEW}.vault.azure.net/"
    }
    assert NEW not in str(off.resources)


def test_every_form_has_its_record() -> None:
    recorded = {path.name for path in (INFRA / "snapshots").glob("*.json")}
    assert recorded == {f"{form}.snapshot.json" for form in FORMS}
    assert set(FORMS) >= PRIVATE | {"default", "several-tenants"}


def test_the_records_are_of_these_sources() -> None:
    assert up_to_date(), "infra/ has changed. Run `make infra RECORD=1`, and look at the change."
