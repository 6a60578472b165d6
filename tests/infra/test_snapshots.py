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
ASSIGNED = {
    ("Storage Blob Data Owner", "Storage/storageAccounts", IDENTITY_PRINCIPAL),
    ("Storage Queue Data Contributor", "Storage/storageAccounts", IDENTITY_PRINCIPAL),
    ("Storage Table Data Contributor", "Storage/storageAccounts", IDENTITY_PRINCIPAL),
    ("Key Vault Secrets User", "KeyVault/vaults", IDENTITY_PRINCIPAL),
    ("Monitoring Metrics Publisher", "Insights/components", IDENTITY_PRINCIPAL),
    ("Key Vault Secrets Officer", "KeyVault/vaults", DEPLOYER),
}
"""Each role by name, type of the one resource where it holds, and holder."""
ON = {
    "the storage account": "Storage/storageAccounts",
    "the vault": "KeyVault/vaults",
    "Application Insights": "Insights/components",
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
    assert created == CREATED | (PRIVATE_TOO if form in PRIVATE else {})


def documented_roles() -> dict[str, tuple[str, str, str]]:
    """Return name, resource and holder of each role in docs/permissions.md, by its id."""
    section = PERMISSIONS.split("## Roles in Azure")[1].split("\n## ")[0]
    rows = re.findall(
        r"^\| ([^|]+) \| `([0-9a-f-]{36})` \| ([^|]+) \| ([^|]+) \|", section, re.MULTILINE
    )
    return {found: (name, ON[resource], holder) for name, found, resource, holder in rows}


@each_form
def test_roles_are_these_at_one_resource_each(form: str) -> None:
    roles, assigned = documented_roles(), set()
    for each in read(form).all("Authorization/roleAssignments"):
        scope = each["id"].partition("/providers/Microsoft.Authorization/roleAssignments/")[0]
        kind, _, name = scope.partition("/providers/Microsoft.")[2].rpartition("/")
        assert name
        role, *_ = roles[each["properties"]["roleDefinitionId"].rpartition("/")[2]]
        assigned.add((role, kind, each["properties"]["principalId"]))
    assert assigned == ASSIGNED == set(roles.values())


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
    assert made.only("KeyVault/vaults")["properties"]["enableRbacAuthorization"] is True
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
        made.only(kind)["properties"] for kind in ("Storage/storageAccounts", "KeyVault/vaults")
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
    targets = {}
    for each in made.all("Network/privateEndpoints"):
        assert each["properties"]["subnet"] == {"id": f"{network}/subnets/endpoints"}
        (connection,) = each["properties"]["privateLinkServiceConnections"]
        (service,) = connection["properties"]["groupIds"]
        targets[service] = connection["properties"]["privateLinkServiceId"]
    account, vault = (
        made.only(kind)["id"] for kind in ("Storage/storageAccounts", "KeyVault/vaults")
    )
    assert targets == {"blob": account, "queue": account, "table": account, "vault": vault}
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
            made.only("KeyVault/vaults")["id"],
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
    vault = read(form).only("KeyVault/vaults")["properties"]
    assert vault["enableSoftDelete"] is vault["enablePurgeProtection"] is True
    assert vault["createMode"] == ("recover" if form == "everything-on" else "default")


def test_every_form_has_its_record() -> None:
    recorded = {path.name for path in (INFRA / "snapshots").glob("*.json")}
    assert recorded == {f"{form}.snapshot.json" for form in FORMS}
    assert set(FORMS) >= PRIVATE | {"default", "several-tenants"}


def test_the_records_are_of_these_sources() -> None:
    assert up_to_date(), "infra/ has changed. Run `make infra RECORD=1`, and look at the change."
