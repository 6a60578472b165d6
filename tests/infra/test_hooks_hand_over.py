"""The hooks with hand-overs on: the role Installer, the claim auth_time, and what stays."""

import copy
import re
from typing import Any

import pytest

from shared.core.model.visitor import INSTALLER, SIGNED_IN_AT
from tests.infra.deployed import GROUP, PERSON, ROOT, Deployed, not_done, rows

STEPS = {"role Installer", "claim auth_time", "who may open secrets"}
NOBODY = {"who may open secrets"}
OTHER_ROLE = {
    "id": "0c4a7d1b-2b54-4c0a-8b57-3f9d2be47c62",
    "value": "Reader",
    "displayName": "Reader",
    "description": "May read.",
    "allowedMemberTypes": ["Application"],
    "isEnabled": True,
}


def roles(deployed: Deployed) -> dict[str, Any]:
    return {role["value"]: role for role in deployed.app.get("appRoles", [])}


def claims(deployed: Deployed, of: str = "idToken") -> list[str]:
    return [claim["name"] for claim in deployed.app["optionalClaims"][of]]


def is_complete(deployed: Deployed) -> bool:
    role = roles(deployed)["Installer"]
    assert (role["isEnabled"], role["allowedMemberTypes"]) == (True, ["User"])
    assert claims(deployed).count("auth_time") == 1
    return True


def held(deployed: Deployed) -> list[tuple[str, str]]:
    return [
        (one["principalId"], one["appRoleId"])
        for one in deployed.tenant.admin.assignments
        if one["resourceId"] == deployed.principal["id"]
    ]


def test_role_and_claim_are_those_that_the_app_looks_for() -> None:
    source = (ROOT / "infra/hooks/deployment/installers.py").read_text(encoding="utf-8")
    constants = dict(re.findall(r'^(\w+) = "([^"]+)"$', source, re.MULTILINE))
    assert (constants["INSTALLER"], constants["CLAIM"]) == (INSTALLER, SIGNED_IN_AT)


def test_off_adds_nothing(deployed: Deployed) -> None:
    _, after = deployed.up()
    assert not STEPS & rows(after).keys()
    assert not {"appRoles", "optionalClaims"} & deployed.app.keys()


def test_role_and_claim_are_added_once_and_people_by_an_administrator(deployed: Deployed) -> None:
    deployed.finished()
    deployed.hand_over()
    said = deployed.run("after_provision.py")
    assert rows(said).keys() >= STEPS
    assert not_done(said) == NOBODY
    assert "Users and groups, give the role Installer" in said
    assert is_complete(deployed)
    deployed.administrate(said)
    role = roles(deployed)["Installer"]["id"]
    assert (PERSON, role) in held(deployed)
    assert (deployed.group, role) not in held(deployed)
    state = deployed.state()
    deployed.tenant.forget_requests()
    said = deployed.run("after_provision.py")
    assert not_done(said) == set()
    assert rows(said)["who may open secrets"] == ("done", "1 assigned to the role Installer")
    assert deployed.state() == state
    assert not [asked for asked in deployed.tenant.requests() if not asked.startswith("GET ")]


def test_other_roles_and_claims_stay(deployed: Deployed) -> None:
    deployed.finished()
    deployed.app["appRoles"] = [copy.deepcopy(OTHER_ROLE)]
    deployed.app["optionalClaims"] = {
        "idToken": [{"name": "email", "essential": True}],
        "accessToken": [{"name": "ipaddr", "essential": False}],
    }
    deployed.hand_over()
    assert not_done(deployed.run("after_provision.py")) == NOBODY
    assert roles(deployed)["Reader"] == OTHER_ROLE
    assert claims(deployed) == ["email", "auth_time"]
    assert claims(deployed, "accessToken") == ["ipaddr"]
    assert is_complete(deployed)


@pytest.mark.parametrize(
    ("change", "members"),
    [
        ({"isEnabled": False}, ["User"]),
        ({"allowedMemberTypes": ["Application"]}, ["Application", "User"]),
    ],
)
def test_a_role_that_people_cannot_have_is_changed(
    deployed: Deployed, change: dict[str, Any], members: list[str]
) -> None:
    deployed.finished()
    mine = OTHER_ROLE | {"value": "Installer", "allowedMemberTypes": ["User"]} | change
    deployed.app["appRoles"] = [mine]
    deployed.hand_over()
    assert not_done(deployed.run("after_provision.py")) == NOBODY
    (role,) = deployed.app["appRoles"]
    assert (role["id"], role["isEnabled"]) == (OTHER_ROLE["id"], True)
    assert role["allowedMemberTypes"] == members


def test_the_id_of_a_renamed_role_is_not_used_twice(deployed: Deployed) -> None:
    deployed.finished()
    deployed.hand_over()
    deployed.run("after_provision.py")
    deployed.app["appRoles"][0]["value"] = "Renamed"
    assert not_done(deployed.run("after_provision.py")) == NOBODY
    assert roles(deployed).keys() == {"Renamed", "Installer"}


def test_an_owner_can_add_what_the_deployer_may_not(deployed: Deployed) -> None:
    deployed.finished()
    deployed.hand_over()
    deployed.tenant.deployer.forbidden = {"change app"}
    said = deployed.run("after_provision.py")
    assert not_done(said) == STEPS
    assert "an owner of the registration" in said
    deployed.tenant.deployer.forbidden = set()
    deployed.administrate(said)
    assert is_complete(deployed)


def test_switched_off_again_role_and_claim_stay(deployed: Deployed) -> None:
    deployed.finished()
    deployed.hand_over()
    deployed.run("after_provision.py")
    deployed.keep(LAPSEWATCH_HAND_OVER="false")
    state = deployed.state()
    said = deployed.run("after_provision.py")
    state_word, note = rows(said)["role Installer"]
    assert (state_word, "alone allow nothing" in note) == ("stays", True)
    assert not {"claim auth_time", "who may open secrets"} & rows(said).keys()
    assert deployed.state() == state


def test_the_vault_that_azd_down_leaves_is_named(deployed: Deployed) -> None:
    deployed.finished()
    assert "kv-hand" not in deployed.run("after_down.py")
    deployed.hand_over()
    deployed.run("after_provision.py")
    deployed.down()
    said = deployed.run("after_down.py")
    assert rows(said)["vault for new secrets"][0] == "stays"
    assert "az keyvault purge --name kv-hand-abc123" in said
    assert deployed.kept["LAPSEWATCH_HAND_OVER"] == "true"


@pytest.mark.parametrize("given", [GROUP, "its@example.org", "e0a7d1c2"])
def test_renewers_are_an_object_id_or_nothing_is_provisioned(
    deployed: Deployed, given: str
) -> None:
    deployed.finished()
    deployed.keep(LAPSEWATCH_RENEWERS=given)
    said = deployed.run("before_provision.py")
    assert not_done(said) == {"LAPSEWATCH_RENEWERS"}
    assert "azd stops here" in said
    deployed.keep(LAPSEWATCH_RENEWERS=deployed.group)
    assert "azd stops here" not in deployed.run("before_provision.py")
