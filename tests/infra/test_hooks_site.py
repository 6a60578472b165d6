"""What the hooks ask Azure of the deployed app: its functions, and its settings in the vault."""

import pytest

from tests.infra.deployed import SUBSCRIPTION, Deployed, not_done, rows
from tests.support.scripted import Reply, Scripted

SITE = (
    f"/arm/subscriptions/{SUBSCRIPTION}/resourceGroups/rg-library"
    "/providers/Microsoft.Web/sites/func-lapsewatch-abc123"
)
UNRESOLVED = [
    ("AccessToKeyVaultDenied", "Key Vault reference was not able to be resolved."),
    ("OtherReasons", "Network access is denied."),
    ("FetchTimedOut", ""),
    ("InvalidSyntax", "The reference is invalid."),
]


def deploy(deployed: Deployed) -> str:
    """Run the hook after azd deploy, with an app that responds."""
    deployed.provision()
    with Scripted([Reply(200, b"ok")]) as app:
        deployed.keep(LAPSEWATCH_STATUS_PAGE=f"{app.url}/api/page")
        return deployed.run("after_deploy.py")


# -- the timer


def test_the_timer_is_registered(deployed: Deployed) -> None:
    said = deploy(deployed)
    assert rows(said)["timer registered"] == ("done", "Azure lists tick and check")
    assert deployed.tenant.management.synced == 0


@pytest.mark.parametrize("listed", [[], ["check", "health"], ["tick"], ["tick-2", "recheck"]])
def test_missing_functions_are_synced(deployed: Deployed, listed: list[str]) -> None:
    deployed.tenant.management.functions = listed
    said = deploy(deployed)
    assert rows(said)["timer registered"] == (
        "done",
        "Azure lists tick and check, after a sync",
    )
    assert deployed.tenant.management.synced == 1


def test_functions_that_stay_missing_are_reported(deployed: Deployed) -> None:
    management = deployed.tenant.management
    management.functions = management.functions_after_sync = ["check"]
    said = deploy(deployed)
    assert rows(said)["timer registered"] == (
        "NOT DONE",
        "Azure does not list tick, so no check starts",
    )
    management.functions_after_sync = ["tick", "check"]
    deployed.administrate(said)
    assert management.functions == ["tick", "check"]


@pytest.mark.parametrize("action", ["read the app", "sync triggers"])
def test_a_deployer_who_may_not_ask_gets_a_command(deployed: Deployed, action: str) -> None:
    deployed.tenant.management.functions = []
    deployed.tenant.deployer.forbidden = {action}
    said = deploy(deployed)
    assert not_done(said) == {"timer registered"}
    assert "permission denied" in rows(said)["timer registered"][1]
    assert "a Website Contributor of the app runs" in said
    assert f"{deployed.tenant.url}{SITE}/host/default/sync" in said


# -- settings in the vault


@pytest.mark.parametrize(("status", "details"), UNRESOLVED)
def test_each_unresolved_setting_is_printed(deployed: Deployed, status: str, details: str) -> None:
    deployed.finished()
    states = dict.fromkeys(("HEARTBEAT_URL", "TEAMS_WEBHOOK_URL_ITS"), (status, details))
    deployed.tenant.management.unresolved = states
    said = deployed.run("after_provision.py")
    assert not_done(said) == {"settings from the vault"}
    note = rows(said)["settings from the vault"][1]
    for name in states:
        assert f"{name}: {status}" in note
    assert details in note
    assert "LAPSEWATCH_PRIVATE_NETWORK false" not in said


def test_a_new_role_of_the_app_is_waited_for(deployed: Deployed) -> None:
    deployed.finished()
    management = deployed.tenant.management
    management.unresolved = {"TEAMS_WEBHOOK_URL": ("AccessToKeyVaultDenied", "not yet")}
    management.resolved_after = 2
    said = deployed.run("after_provision.py")
    assert rows(said)["settings from the vault"] == ("done", "1 of 1 can be read")
    assert len(management.refreshed) == 2


def test_a_vault_behind_the_private_network_has_a_way_back(deployed: Deployed) -> None:
    deployed.keep(LAPSEWATCH_PRIVATE_NETWORK="true")
    deployed.finished()
    management = deployed.tenant.management
    management.unresolved = {"TEAMS_WEBHOOK_URL": ("OtherReasons", "no route to the vault")}
    said = deployed.run("after_provision.py")
    assert "azd env set LAPSEWATCH_PRIVATE_NETWORK false" in said
    management.unresolved = {"TEAMS_WEBHOOK_URL": ("SecretNotFound", "")}
    said = deployed.run("after_provision.py")
    assert not_done(said) == {"settings from the vault"}
    assert "azd env set LAPSEWATCH_PRIVATE_NETWORK false" not in said
