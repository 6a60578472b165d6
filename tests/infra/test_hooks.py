"""The hooks, run as azd runs them, against the stand-in tenant.

From any state of the tenant they complete every step, or print the commands that do.
"""

import json
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.infra.deployed import (
    GROUP,
    HOST,
    IDENTITY,
    IDENTITY_CLIENT,
    LIBAPPS,
    ROLES,
    ROOT,
    SUBSCRIPTION,
    TEAMS_URL,
    Deployed,
    not_done,
    rows,
)
from tests.infra.terminal import converse
from tests.support.scripted import Reply, Scripted

EVERY_STEP = {
    "sign-in registration",
    "redirect URI, ID tokens",
    "federated credential",
    "assignment required",
    "who may decide",
    "admin consent",
    "Microsoft Graph",
    "Graph: Application.Read.All",
    "Teams Workflow",
    "settings from the vault",
}
NO_URL = {"Teams Workflow", "settings from the vault"}
CLOUD_APPS = "a Cloud Application Administrator"
PRIVILEGED = "a Privileged Role Administrator"


def writes(deployed: Deployed) -> list[str]:
    return [asked for asked in deployed.tenant.requests() if not asked.startswith("GET ")]


def is_complete(deployed: Deployed) -> bool:
    """Assert that the tenant has everything that a deployment needs, once."""
    app, principal, admin = deployed.app, deployed.principal, deployed.tenant.admin
    assert app["signInAudience"] == "AzureADMyOrg"
    assert app["web"]["redirectUris"] == [f"https://{HOST}/.auth/login/aad/callback"]
    assert app["web"]["implicitGrantSettings"] == {
        "enableIdTokenIssuance": True,
        "enableAccessTokenIssuance": False,
    }
    (credential,) = app["federated"]
    assert (credential["issuer"], credential["subject"]) == (
        deployed.kept["LAPSEWATCH_ISSUER"],
        IDENTITY,
    )
    assert credential["audiences"] == ["api://AzureADTokenExchange"]
    assert principal["appRoleAssignmentRequired"] is True
    (assigned,) = [one for one in admin.assignments if one["resourceId"] == principal["id"]]
    assert assigned["principalId"] == deployed.group
    (consent,) = admin.consents
    assert (consent["clientId"], consent["resourceId"], consent["consentType"]) == (
        principal["id"],
        admin.graph_id,
        "AllPrincipals",
    )
    assert set(consent["scope"].split()) == {"openid", "profile", "email"}
    assert deployed.granted() == {"Application.Read.All"}
    assert deployed.tenant.vault.versions("teams-webhook-url")[-1:] == [TEAMS_URL]
    assert deployed.kept["LAPSEWATCH_SIGN_IN_CLIENT_ID"] == app["appId"]
    return True


# -- the two commands


def test_azd_up_completes_every_step(deployed: Deployed) -> None:
    before, after = deployed.up()
    assert rows(before).keys() == {"sign-in registration"}
    assert rows(after).keys() == EVERY_STEP | {"app settings"}
    assert not_done(before) | not_done(after) == set()
    assert is_complete(deployed)
    assert (
        "PATCH /v1.0/servicePrincipals/*" not in deployed.tenant.requests()
    )  # it was never open, not for a moment
    assert deployed.tenant.management.refreshed == [
        f"{SUBSCRIPTION}/rg-library/func-lapsewatch-abc123"
    ]


def test_a_second_azd_up_changes_nothing(deployed: Deployed) -> None:
    deployed.up()
    state, kept = deployed.state(), deployed.kept
    deployed.tenant.forget_requests()
    before, after = deployed.up(given="")
    assert not_done(before) | not_done(after) == set()
    assert rows(after).keys() == EVERY_STEP
    assert (deployed.state(), deployed.kept) == (state, kept)
    assert writes(deployed) == []


def test_a_registration_is_found_by_its_unique_name(
    deployed: Deployed,
) -> None:
    deployed.finished()
    deployed.app["displayName"] = "Renamed by somebody"
    deployed.keep(LAPSEWATCH_SIGN_IN_CLIENT_ID="")
    before, after = deployed.up(given="")
    assert rows(before)["sign-in registration"] == ("done", f"exists: {deployed.app['appId']}")
    assert not_done(after) == set()
    assert is_complete(deployed)


# -- from every incomplete state


def forget_principal(deployed: Deployed) -> None:
    admin, principal = deployed.tenant.admin, deployed.principal
    admin.assignments[:] = [
        one for one in admin.assignments if one["resourceId"] != principal["id"]
    ]
    admin.consents.clear()
    del admin.principals[principal["id"]]


def remove_assignments(deployed: Deployed, resource: str) -> None:
    admin = deployed.tenant.admin
    admin.assignments[:] = [one for one in admin.assignments if one["resourceId"] != resource]


STEPS: dict[str, Callable[[Deployed], object]] = {
    "redirect URI": lambda deployed: deployed.app["web"].update(redirectUris=[]),
    "ID tokens": lambda deployed: deployed.app["web"].update(implicitGrantSettings={}),
    "federated credential": lambda deployed: deployed.app["federated"].clear(),
    "assignment required": lambda deployed: deployed.principal.update(
        appRoleAssignmentRequired=False
    ),
    "group": lambda deployed: remove_assignments(deployed, deployed.principal["id"]),
    "consent": lambda deployed: deployed.tenant.admin.consents.clear(),
    "Graph": lambda deployed: remove_assignments(deployed, deployed.tenant.admin.graph_id),
    "Teams URL": lambda deployed: deployed.tenant.vault.forget("teams-webhook-url"),
    "enterprise application": forget_principal,
}
"""Undoes each step. The last one undoes three others too."""


def test_each_missing_step_is_done_and_nothing_else(deployed: Deployed) -> None:
    deployed.finished()
    for name, undo in STEPS.items():
        undo(deployed)
        said = deployed.run("after_provision.py", given=f"{TEAMS_URL}\n")
        assert not_done(said) == set(), name
        assert is_complete(deployed), name


def test_a_step_that_is_done_already_is_not_repeated(deployed: Deployed) -> None:
    deployed.finished()
    for alone in [*STEPS][:-1]:
        for name, undo in [*STEPS.items()][:-1]:
            if name != alone:
                undo(deployed)
        assert not_done(deployed.run("after_provision.py", given=f"{TEAMS_URL}\n")) == set(), alone
        assert is_complete(deployed), alone


def test_a_deployment_without_its_registration_gets_a_new_one(deployed: Deployed) -> None:
    deployed.finished()
    forget_principal(deployed)
    deployed.tenant.admin.registrations.apps.clear()
    before, after = deployed.up(given="")
    assert not_done(before) == {"sign-in registration"}
    assert "no registration in this tenant has the client id" in before
    assert not_done(after) == {*EVERY_STEP} - {
        "Microsoft Graph",
        "Graph: Application.Read.All",
        *NO_URL,
    }
    deployed.keep(LAPSEWATCH_SIGN_IN_CLIENT_ID="")  # as the hook recommends
    before, after = deployed.up(given="")
    assert not_done(before) | not_done(after) == set()
    assert is_complete(deployed)


def test_the_redirect_uris_include_the_page_url(deployed: Deployed) -> None:
    deployed.finished()
    deployed.keep(LAPSEWATCH_PAGE_URL="https://lapsewatch.library.example.org/api/page")
    assert not_done(deployed.run("after_provision.py")) == set()
    both = [
        f"https://{host}/.auth/login/aad/callback"
        for host in (HOST, "lapsewatch.library.example.org")
    ]
    assert deployed.app["web"]["redirectUris"] == both
    deployed.keep(LAPSEWATCH_PAGE_URL=f"https://{HOST}/api/page")
    assert rows(deployed.run("after_provision.py"))["redirect URI, ID tokens"] == (
        "done",
        "exists",
    )
    assert deployed.app["web"]["redirectUris"] == both


def test_no_command_removes_redirect_uris_that_are_unreadable(deployed: Deployed) -> None:
    deployed.finished()
    deployed.tenant.fault(
        "/v1.0/applications(appId=",
        times=None,
        status=403,
        body='{"error": {"code": "Authorization_RequestDenied"}}',
    )
    said = deployed.run("after_provision.py")
    assert {"sign-in registration", "redirect URI, ID tokens"} <= not_done(said)
    assert "redirectUris" not in said


def test_additions_by_others_are_kept(deployed: Deployed) -> None:
    deployed.finished()
    admin, other = deployed.tenant.admin, deployed.tenant.admin.add_group("Others")
    deployed.app["web"]["redirectUris"] = ["https://other.example.org/callback"]
    deployed.app["federated"][:] = [
        {
            "id": "1",
            "name": "other",
            "issuer": "https://other.example.org",
            "subject": "x",
            "audiences": ["y"],
        }
    ]
    (assigned,) = [one for one in admin.assignments if one["principalId"] == deployed.group]
    assigned["principalId"] = other
    admin.consents[0]["scope"] = "User.Read openid"
    assert not_done(deployed.run("after_provision.py")) == set()
    assert deployed.app["web"]["redirectUris"] == [
        "https://other.example.org/callback",
        f"https://{HOST}/.auth/login/aad/callback",
    ]
    assert [one["name"] for one in deployed.app["federated"]] == ["other", "lapsewatch-identity"]
    assert {one["principalId"] for one in admin.assignments} == {other, deployed.group, IDENTITY}
    assert [one["scope"] for one in admin.consents] == ["User.Read openid profile email"]


def test_a_new_managed_identity_replaces_the_old_one(deployed: Deployed) -> None:
    deployed.finished()
    deployed.app["federated"][0]["subject"] = "11111111-2222-3333-4444-555555555555"
    said = deployed.run("after_provision.py")
    assert rows(said)["federated credential"][1].startswith("replaced")
    assert is_complete(deployed)


# -- forbidden steps are reported with commands

FORBIDDEN = {
    "change app": (
        "redirect URI, ID tokens",
        "an owner of the registration, or a Cloud Application Administrator",
    ),
    "federate": (
        "federated credential",
        "an owner of the registration, or a Cloud Application Administrator",
    ),
    "create principal": ("assignment required", CLOUD_APPS),
    "assign people": ("who may decide", CLOUD_APPS),
    "read groups": ("who may decide", CLOUD_APPS),
    "consent": ("admin consent", CLOUD_APPS),
    f"grant {ROLES['Application.Read.All']}": ("Graph: Application.Read.All", PRIVILEGED),
    f"grant {ROLES['AuditLog.Read.All']}": ("Graph: AuditLog.Read.All", PRIVILEGED),
    "refresh settings": ("app settings", "a Website Contributor of the app"),
}
WAIT_FOR = {"create principal": {"who may decide", "admin consent"}}


@pytest.mark.parametrize("action", FORBIDDEN)
def test_printed_commands_do_what_is_forbidden(deployed: Deployed, action: str) -> None:
    step, who = FORBIDDEN[action]
    deployed.finished()
    for undo in STEPS.values():
        undo(deployed)
    deployed.keep(LAPSEWATCH_SIGN_INS="on")
    deployed.tenant.deployer.forbidden = {action}
    after = deployed.run("after_provision.py", given=TEAMS_URL)
    assert not_done(after) == {step} | WAIT_FOR.get(action, set())
    assert f"* {step}: {who}" in after
    if action not in WAIT_FOR:
        assert "permission denied" in rows(after)[step][1]
    deployed.tenant.deployer.forbidden = set()
    deployed.administrate(after)
    deployed.tenant.deployer.forbidden = {action} - {"read groups"}
    again = deployed.run("after_provision.py")
    assert not_done(again) == set()
    assert deployed.granted() == {"Application.Read.All", "AuditLog.Read.All"}
    assert len(deployed.tenant.management.refreshed) == 1


def test_a_registration_made_by_an_administrator_is_found(
    deployed: Deployed,
) -> None:
    deployed.tenant.deployer.forbidden = {"register"}
    before, after = deployed.up()
    assert not_done(before) == {"sign-in registration"}
    assert "somebody who may register apps (role Application Developer)" in before
    assert not_done(after) == {"sign-in of the page"}
    assert "nobody can open the page" in after
    assert deployed.granted() == {"Application.Read.All"}
    deployed.tenant.deployer.forbidden = set()
    deployed.administrate(before)
    deployed.tenant.deployer.forbidden = {"register"}
    before, after = deployed.up()
    assert not_done(before) | not_done(after) == set()
    assert is_complete(deployed)


def test_requiring_assignment_may_be_forbidden(deployed: Deployed) -> None:
    deployed.finished()
    STEPS["assignment required"](deployed)
    deployed.tenant.deployer.forbidden = {"require assignment"}
    said = deployed.run("after_provision.py")
    assert not_done(said) == {"assignment required", "who may decide", "admin consent"}
    deployed.tenant.deployer.forbidden = set()
    deployed.administrate(said)
    assert is_complete(deployed)


def test_writing_to_the_vault_may_be_forbidden(
    deployed: Deployed,
) -> None:
    deployed.tenant.deployer.forbidden = {"store secrets"}
    _, after = deployed.up()
    assert not_done(after) == NO_URL
    assert "ForbiddenByRbac" in rows(after)["Teams Workflow"][1]
    assert "python3 infra/hooks/put_secret.py teams-webhook-url" in after
    group = f"/subscriptions/{SUBSCRIPTION}/resourceGroups/rg-library"
    scope = f"{group}/providers/Microsoft.KeyVault/vaults/kv-abc123"
    assert (
        f'--role "Key Vault Secrets Officer" --assignee YOUR-SIGN-IN-NAME --scope {scope}' in after
    )
    deployed.tenant.deployer.forbidden = set()
    said = deployed.run("put_secret.py", "teams-webhook-url", given=TEAMS_URL)
    assert rows(said).keys() == {"teams-webhook-url", "app settings"}
    assert is_complete(deployed)


def test_everything_may_be_forbidden_and_is_reported(deployed: Deployed) -> None:
    deployed.tenant.deployer.forbidden = {"register", *FORBIDDEN, "store secrets"}
    before, after = deployed.up()
    assert not_done(before) | not_done(after) == {
        "sign-in registration",
        "sign-in of the page",
        "Graph: Application.Read.All",
        *NO_URL,
    }


def test_a_shell_can_parse_every_printed_command(deployed: Deployed) -> None:
    deployed.keep(LAPSEWATCH_DECIDERS="The “O'Hara” group; $(rm) `rm`", LAPSEWATCH_SIGN_INS="on")
    deployed.tenant.deployer.forbidden = {*FORBIDDEN, "store secrets"}
    before, after = deployed.up()
    lines = re.findall(r"^    (.*)$", before + after, re.MULTILINE)
    assert len(lines) >= 9
    for line in lines:
        subprocess.run(["bash", "-n", "-c", line], check=True, timeout=10)


def test_commands_of_az_name_their_shell(deployed: Deployed) -> None:
    """PowerShell and cmd read quotes in another way than Bash."""
    deployed.keep(LAPSEWATCH_SIGN_INS="on", LAPSEWATCH_MAIL_SENDER="alerts@example.org")
    deployed.tenant.deployer.forbidden = {*FORBIDDEN, "store secrets", "read the app"}
    deployed.tenant.management.functions = []
    before, after = deployed.up()
    said = before + after + deployed.run("after_deploy.py") + deployed.run("after_down.py")
    parts = re.findall(r"^\* (.+):\n((?:    .+\n)+)", said, re.MULTILINE)
    of_az = [words for words, commands in parts if re.search("^    az ", commands, re.MULTILINE)]
    assert len(of_az) >= 8
    assert [words for words in of_az if "Cloud Shell (Bash)" not in words] == []
    exchange = [words for words, commands in parts if "New-ServicePrincipal" in commands]
    assert [words for words in exchange if "in PowerShell" not in words] == []
    assert '""\n' not in said  # Windows PowerShell drops an empty argument


# -- temporary errors


def test_requests_for_new_objects_are_retried(deployed: Deployed) -> None:
    deployed.tenant.admin.objects.lag = 2
    deployed.tenant.vault.lag = 2
    before, after = deployed.up()
    assert not_done(before) | not_done(after) == set()
    assert is_complete(deployed)


def test_busy_services_and_lost_connections_are_retried(deployed: Deployed) -> None:
    for fault in (
        {"status": 503},
        {"status": 429, "headers": {"Retry-After": "1"}},
        {"drop": True},
    ):
        deployed.tenant.fault("/v1.0/", **fault)
        deployed.tenant.fault("/vault/", **fault)
    before, after = deployed.up()
    assert not_done(before) | not_done(after) == set()
    assert is_complete(deployed)


def test_an_unavailable_service_does_not_stop_the_hooks(deployed: Deployed) -> None:
    deployed.tenant.fault("/v1.0/", times=None, status=500)
    before, after = deployed.up()
    assert not_done(before) == {"sign-in registration"}
    assert not_done(after) == {"sign-in of the page", "Microsoft Graph"}
    assert deployed.tenant.vault.versions("teams-webhook-url") == [TEAMS_URL]


def test_every_page_of_a_collection_is_read(deployed: Deployed) -> None:
    deployed.finished()
    admin = deployed.tenant.admin
    admin.objects.page_size = 1
    for number in range(3):
        other = admin.add_group(f"Other {number}")
        admin.assignments.insert(
            0,
            {
                "id": str(number),
                "principalId": other,
                "resourceId": deployed.principal["id"],
                "appRoleId": "0",
            },
        )
        admin.consents.insert(
            0,
            {
                "id": str(number),
                "clientId": deployed.principal["id"],
                "consentType": "AllPrincipals",
                "resourceId": "r",
            },
        )
    deployed.tenant.forget_requests()
    assert not_done(deployed.run("after_provision.py")) == set()
    assert writes(deployed) == []


# -- permissions


def watchlist(tmp_path: Path, text: str) -> str:
    path = tmp_path / "watchlist.toml"
    path.write_text(text, encoding="utf-8")
    return str(path)


def test_only_permissions_for_enabled_features_are_granted(
    deployed: Deployed, tmp_path: Path
) -> None:
    deployed.keep(
        LAPSEWATCH_SIGN_INS="on",
        LAPSEWATCH_WATCHLIST=watchlist(tmp_path, "[tenant]\nwatch = true\nowners = true\n"),
    )
    deployed.up()
    assert deployed.granted() == {"Application.Read.All", "AuditLog.Read.All", "User.ReadBasic.All"}
    deployed.keep(
        LAPSEWATCH_SIGN_INS="off",
        LAPSEWATCH_WATCHLIST=watchlist(tmp_path, "[tenant]\nwatch = true\n"),
    )
    said = deployed.run("after_provision.py")
    assert {what for what, (state, _) in rows(said).items() if state == "too much"} == {
        "Graph: AuditLog.Read.All",
        "Graph: User.ReadBasic.All",
    }
    assert deployed.granted() == {"Application.Read.All", "AuditLog.Read.All", "User.ReadBasic.All"}
    deployed.administrate(said)
    assert deployed.granted() == {"Application.Read.All"}


def test_owners_are_found_in_a_folder_of_watchlists(deployed: Deployed, tmp_path: Path) -> None:
    watchlist(tmp_path, "\ufeff[tenant]\nwatch = true\nowners = true\n")
    deployed.keep(LAPSEWATCH_WATCHLIST=str(tmp_path))
    deployed.up()
    assert deployed.granted() == {"Application.Read.All", "User.ReadBasic.All"}


def test_owners_of_another_tenant_need_no_permission_here(
    deployed: Deployed, tmp_path: Path
) -> None:
    watchlist(
        tmp_path,
        '[tenant]\nid = "11111111-2222-4333-8444-555555555555"\nwatch = true\nowners = true\n',
    )
    deployed.keep(LAPSEWATCH_WATCHLIST=str(tmp_path))
    deployed.up()
    assert deployed.granted() == {"Application.Read.All"}


def test_an_unreadable_watchlist_is_reported(deployed: Deployed, tmp_path: Path) -> None:
    deployed.keep(LAPSEWATCH_WATCHLIST=watchlist(tmp_path, "[tenant"))
    _, after = deployed.up()
    assert not_done(after) == {"Graph: User.ReadBasic.All"}


def test_mail_send_is_never_granted_and_reported_if_present(deployed: Deployed) -> None:
    deployed.keep(LAPSEWATCH_MAIL_SENDER="alerts@example.org")
    _, after = deployed.up()
    assert deployed.granted() == {"Application.Read.All"}
    assert rows(after)["mail"][0] == "by hand"
    admin = deployed.tenant.admin
    admin.assignments.append(
        {
            "id": "m",
            "principalId": IDENTITY,
            "resourceId": admin.graph_id,
            "appRoleId": ROLES["Mail.Send"],
        }
    )
    said = deployed.run("after_provision.py")
    assert rows(said)["Graph: Mail.Send"] == (
        "too much",
        "granted, but it allows every mailbox of the tenant; Exchange can allow one",
    )
    deployed.administrate(said)
    assert deployed.granted() == {"Application.Read.All"}


def test_the_exchange_commands_are_those_of_the_docs(deployed: Deployed) -> None:
    deployed.keep(LAPSEWATCH_MAIL_SENDER="alerts@example.org")
    _, after = deployed.up()
    for value, placeholder in (
        (IDENTITY_CLIENT, "CLIENT-ID"),
        (IDENTITY, "OBJECT-ID"),
        ("id-lapsewatch-abc123", "id-lapsewatch"),
    ):
        assert value in after
        after = after.replace(value, placeholder)
    told = re.findall(
        r"^```powershell\n(.*?)^```",
        (ROOT / "docs/deploy.md").read_text(encoding="utf-8"),
        re.MULTILINE | re.DOTALL,
    )
    lines = "".join(told).splitlines()
    assert len(lines) == 5
    assert [line for line in lines if f"    {line}\n" not in after] == []


def test_an_address_with_shell_characters_is_rejected(deployed: Deployed) -> None:
    deployed.keep(LAPSEWATCH_MAIL_SENDER="a'; Remove-Mailbox x@example.org")
    _, after = deployed.up()
    assert rows(after)["mail"][0] == "NOT DONE"
    assert "New-ManagementScope" not in after


# -- who may decide


def test_a_missing_or_ambiguous_group_is_reported(deployed: Deployed) -> None:
    deployed.keep(LAPSEWATCH_DECIDERS="Nobody")
    _, after = deployed.up()
    assert rows(after)["who may decide"] == (
        "NOT DONE",
        'no group is called "Nobody"; use the object id of the right one',
    )
    deployed.tenant.admin.add_group(GROUP)
    deployed.keep(LAPSEWATCH_DECIDERS=GROUP)
    assert rows(deployed.run("after_provision.py"))["who may decide"][1].startswith(
        "2 groups are called"
    )
    deployed.keep(LAPSEWATCH_DECIDERS="99999999-8888-7777-6666-555555555555")
    assert rows(deployed.run("after_provision.py"))["who may decide"][1].startswith(
        "nothing in this tenant has the object id"
    )
    deployed.keep(LAPSEWATCH_DECIDERS=deployed.group)
    assert not_done(deployed.run("after_provision.py")) == set()
    assert is_complete(deployed)


def test_a_group_that_is_not_set_is_reported(deployed: Deployed) -> None:
    deployed.keep(LAPSEWATCH_DECIDERS="")
    _, after = deployed.up()
    assert rows(after)["who may decide"][0] == "NOT DONE"
    assert 'azd env set LAPSEWATCH_DECIDERS "NAME OR OBJECT ID OF A GROUP"' in after


def test_a_registration_open_to_other_tenants_is_reported(deployed: Deployed) -> None:
    deployed.finished()
    deployed.app["signInAudience"] = "AzureADMultipleOrgs"
    before, _ = deployed.up(given="")
    assert rows(before)["sign-in registration"] == (
        "NOT DONE",
        "it is open to other tenants (AzureADMultipleOrgs)",
    )
    deployed.administrate(before)
    assert is_complete(deployed)


# -- the URL of the Teams Workflow


@pytest.mark.parametrize(
    ("given", "note"),
    [
        ("", "no URL was given"),
        (
            "https://contoso.webhook.office.com/webhookb2/a-secret-signature",
            "an Office 365 connector, which Microsoft has retired",
        ),
        ("http://example.org/?sig=a-secret-signature", "not an https:// URL"),
        ("a-secret-signature", "not an https:// URL"),
    ],
)
def test_a_wrong_teams_url_is_reported_but_not_shown(
    deployed: Deployed, given: str, note: str
) -> None:
    _, after = deployed.up(given=given)
    assert not_done(after) == NO_URL
    assert note in rows(after)["Teams Workflow"][1]
    assert deployed.tenant.vault.versions("teams-webhook-url") == []


def test_a_new_url_replaces_the_old_one(deployed: Deployed) -> None:
    deployed.finished()
    new = TEAMS_URL.replace("made-up", "made-anew")
    said = deployed.run("put_secret.py", "teams-webhook-url", given=f"  {new}\n")
    assert not_done(said) == set()
    assert deployed.tenant.vault.versions("teams-webhook-url") == [TEAMS_URL, new]
    assert len(deployed.tenant.management.refreshed) == 1


def test_a_signing_secret_is_stored_as_the_app_accepts_it(deployed: Deployed) -> None:
    deployed.finished()
    good = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
    for wrong in ("whsec_", f"{good}*", "whsec_c2hvcnQ="):
        said = deployed.run("put_secret.py", "webhook-secret", given=wrong)
        assert "not a signing secret: whsec_ and 24 to 64 random bytes" in said
        assert wrong == "whsec_" or wrong not in said
    assert deployed.tenant.vault.versions("webhook-secret") == []
    said = deployed.run("put_secret.py", "webhook-secret", given=good)
    assert not_done(said) == set()
    assert good not in said
    assert deployed.tenant.vault.versions("webhook-secret") == [good]


def test_a_secret_needs_a_name(deployed: Deployed) -> None:
    assert "The name of the secret is missing" in deployed.run("put_secret.py", given=TEAMS_URL)
    assert "The name of the secret is missing" in deployed.run(
        "put_secret.py", "../keys/x", given=TEAMS_URL
    )


def test_a_private_vault_reports_how_to_allow_the_deployer(deployed: Deployed) -> None:
    body = {
        "error": {
            "code": "Forbidden",
            "message": "Client address is not authorized.",
            "innererror": {"code": "ForbiddenByFirewall"},
        }
    }
    deployed.tenant.fault("/vault/", times=None, status=403, body=json.dumps(body))
    _, after = deployed.up()
    assert rows(after)["Teams Workflow"] == (
        "NOT DONE",
        "the vault is private and does not allow this machine",
    )
    assert "azd env set LAPSEWATCH_DEPLOYER_IP" in after


def test_a_response_that_quotes_the_url_is_not_shown(deployed: Deployed) -> None:
    deployed.finished()
    body = json.dumps({"error": {"code": "BadParameter", "message": f"not taken: {TEAMS_URL}"}})
    deployed.tenant.fault("/vault/", times=None, status=400, body=body)
    said = deployed.run("put_secret.py", "teams-webhook-url", given=TEAMS_URL)
    assert rows(said)["teams-webhook-url"] == (
        "NOT DONE",
        "the vault rejected it (400 BadParameter)",
    )


# -- on a terminal


def test_a_terminal_is_prompted_and_does_not_show_the_url(
    deployed: Deployed,
) -> None:
    deployed.keep(
        LIBAPPS_CLIENT_ID="", LAPSEWATCH_ALERT_EMAIL="not an address", LAPSEWATCH_DECIDERS=""
    )
    answers = {
        "registration to watch: ": LIBAPPS,
        "Lapsewatch itself fails: ": "its@example.org",
        "(Enter: later): ": GROUP,
    }
    shown = converse(deployed, "before_provision.py", answers)
    assert "All steps of this hook are done." in shown
    assert deployed.kept["LIBAPPS_CLIENT_ID"] == LIBAPPS
    assert deployed.kept["LAPSEWATCH_ALERT_EMAIL"] == "its@example.org"
    assert deployed.kept["LAPSEWATCH_DECIDERS"] == GROUP
    deployed.provision()
    shown = converse(
        deployed,
        "after_provision.py",
        {"Teams Workflow (it is not shown; Enter: later): ": TEAMS_URL},
    )
    deployed.keeps_its_secrets(shown)
    assert is_complete(deployed)


def test_a_wrong_answer_is_prompted_for_again(deployed: Deployed) -> None:
    deployed.keep(LIBAPPS_CLIENT_ID="")
    shown = converse(
        deployed,
        "before_provision.py",
        {"registration to watch: ": "LibApps", "with hyphens.": LIBAPPS},
    )
    assert "That is not an id of 36 characters with hyphens." in shown
    assert deployed.kept["LIBAPPS_CLIENT_ID"] == LIBAPPS


def test_without_a_terminal_missing_values_are_reported(deployed: Deployed) -> None:
    deployed.keep(LIBAPPS_CLIENT_ID="", LAPSEWATCH_ALERT_EMAIL="not an address")
    before = deployed.run("before_provision.py", given=f"{TEAMS_URL}\n")
    assert not_done(before) == {"LIBAPPS_CLIENT_ID", "LAPSEWATCH_ALERT_EMAIL"}
    assert "azd env set LAPSEWATCH_ALERT_EMAIL its@example.org" in before


# -- without azd, and without anything


def test_without_azd_the_environment_and_az_are_used(
    deployed: Deployed,
) -> None:
    deployed.provision()
    values = deployed.kept
    deployed.uninstall("azd")
    before = deployed.run("before_provision.py", **values)
    assert f"export LAPSEWATCH_SIGN_IN_CLIENT_ID={deployed.app['appId']}" in before
    values["LAPSEWATCH_SIGN_IN_CLIENT_ID"] = deployed.app["appId"]
    assert not_done(deployed.run("after_provision.py", given=TEAMS_URL, **values)) == set()
    deployed.keep(**values)
    assert is_complete(deployed)


def test_without_a_sign_in_every_step_is_reported(deployed: Deployed) -> None:
    deployed.sign_in({})
    before, after = deployed.up()
    assert "azd: ERROR: not logged in" in rows(before)["sign-in registration"][1]
    assert not_done(after) == {"sign-in of the page", "Microsoft Graph", *NO_URL}


def test_hooks_report_that_nothing_is_provisioned(deployed: Deployed) -> None:
    said = deployed.run("after_provision.py", given=TEAMS_URL)
    assert (
        "LAPSEWATCH_HOST, LAPSEWATCH_ISSUER, LAPSEWATCH_IDENTITY_PRINCIPAL_ID not set, "
        "because nothing is provisioned yet" in said
    )


@pytest.mark.parametrize(
    "root",
    [
        "https://graph.example.org",
        "http://graph.microsoft.com",
        "https://graph.microsoft.com@127.0.0.1",
    ],
)
def test_no_token_is_sent_to_a_host_outside_microsoft(deployed: Deployed, root: str) -> None:
    deployed.provision()
    deployed.keep(LAPSEWATCH_GRAPH=root, LAPSEWATCH_VAULT_URI="https://kv.example.org/")
    before, after = deployed.up()
    assert "expected one of https://graph.microsoft.com" in before
    assert "expected one of https://graph.microsoft.com" in after
    assert "token" not in deployed.log.read_text(encoding="utf-8")


def test_no_token_is_sent_to_a_vault_outside_azure(deployed: Deployed) -> None:
    deployed.provision()
    deployed.keep(LAPSEWATCH_VAULT_URI="https://kv.example.org/")
    said = deployed.run("put_secret.py", "teams-webhook-url", given=TEAMS_URL)
    assert "is not a Key Vault" in said
    assert "token" not in deployed.log.read_text(encoding="utf-8")


def test_an_internal_error_is_reported_without_its_text(deployed: Deployed) -> None:
    deployed.forget_values()
    for hook in ("before_provision.py", "after_provision.py"):
        assert "Internal error in a hook (AttributeError)" in deployed.run(hook)


def test_azd_is_read_as_utf_8_on_every_system(deployed: Deployed) -> None:
    """Windows has another encoding by default; so has a POSIX system with the locale C."""
    named = "Bibliothèque “Entscheider*innen für Übersee”"
    deployed.tenant.admin.add_group(named)
    deployed.keep(LAPSEWATCH_DECIDERS=named)
    other = {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"}
    deployed.run("before_provision.py", **other)
    deployed.provision()
    after = deployed.run("after_provision.py", given=f"{TEAMS_URL}\n", **other)
    assert rows(after)["who may decide"][0] == "done"


def test_the_output_survives_code_page_1252(deployed: Deployed) -> None:
    before, after = deployed.up()
    for said in (before, after):
        assert said.encode("cp1252").decode("cp1252") == said


def page_without_azd(deployed: Deployed, *parts: str) -> str:
    """Run blocks of infra/README.md in one shell, with this tenant's addresses."""
    text = (ROOT / "infra/README.md").read_text(encoding="utf-8")
    found = dict(re.findall(r"^##+ ([^\n]+)\n(.*?)(?=^##|\Z)", text, re.MULTILINE | re.DOTALL))
    blocks = [
        block
        for part in parts
        for block in re.findall(r"^```sh\n(.*?)^```", found[part], re.MULTILINE | re.DOTALL)
    ]
    script = "\n".join(blocks)
    for theirs, ours in (
        ("https://graph.microsoft.com", deployed.tenant.url),
        ("https://management.azure.com", f"{deployed.tenant.url}/arm"),
        ("https://$VAULT.vault.azure.net/", f"{deployed.tenant.url}/vault/"),
        ("SUBSCRIPTION=00000000-1111-2222-3333-444444444444", f"SUBSCRIPTION={SUBSCRIPTION}"),
        ("python3 ", f"LAPSEWATCH_GRAPH={deployed.tenant.url} {sys.executable} "),
    ):
        script = script.replace(theirs, ours)
    command = ["bash", "-e", "-u", "-o", "pipefail", "-c", script]
    done = subprocess.run(
        command,
        env=deployed.environment,
        cwd=ROOT,
        input=f"{TEAMS_URL}\n",
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, "")
    deployed.keeps_its_secrets(done.stdout)
    return done.stdout


TO_PROVISION = (
    "1. Names",
    "2. Before provisioning: the registration behind the sign-in",
    "3. Provision",
)


def test_the_readme_by_hand_completes_every_step(
    deployed: Deployed,
) -> None:
    deployed.provision()
    page_without_azd(deployed, *TO_PROVISION, "Or by hand")
    deployed.keep(LAPSEWATCH_SIGN_IN_CLIENT_ID=deployed.app["appId"])
    assert deployed.granted() == {"Application.Read.All", "AuditLog.Read.All", "User.ReadBasic.All"}
    remove_assignments(deployed, deployed.tenant.admin.graph_id)
    deployed.tenant.forget_requests()
    assert not_done(deployed.run("after_provision.py")) == set()
    assert writes(deployed) == ["POST /v1.0/servicePrincipals/*/appRoleAssignedTo"]
    assert is_complete(deployed)


def test_the_readme_with_the_hook_completes_every_step(
    deployed: Deployed,
) -> None:
    deployed.provision()
    deployed.uninstall("azd")
    said = page_without_azd(deployed, *TO_PROVISION, "By the hook")
    assert not_done(said) == set()
    deployed.keep(LAPSEWATCH_SIGN_IN_CLIENT_ID=deployed.app["appId"])
    assert is_complete(deployed)


# -- after azd down


def test_after_azd_down_remaining_resources_are_listed(deployed: Deployed) -> None:
    deployed.keep(LAPSEWATCH_MAIL_SENDER="alerts@example.org")
    deployed.finished()
    deployed.run("after_provision.py", given=TEAMS_URL)
    deployed.down()
    state = deployed.state()
    said = deployed.run("after_down.py")
    assert f"az ad app delete --id {deployed.app['appId']}" in said
    assert "azd env set LAPSEWATCH_RECOVER_VAULT true" in said
    assert f"Remove-ServicePrincipal -Identity {IDENTITY}" in said
    assert 'Remove-ManagementScope "id-lapsewatch-abc123"' in said
    assert deployed.state() == state


# -- after azd deploy


def health_of(deployed: Deployed, *answers: Reply) -> str:
    """Run the hook with an app that sends these responses, and return its output."""
    deployed.provision()
    with Scripted(answers) as app:
        deployed.keep(LAPSEWATCH_STATUS_PAGE=f"{app.url}/api/page")
        said = deployed.run("after_deploy.py")
        assert {(asked.method, asked.path) for asked in app.asked} == {("GET", "/api/health")}
    return said


def test_after_azd_deploy_the_hook_waits_for_the_app(deployed: Deployed) -> None:
    said = health_of(
        deployed,
        Reply(503, b"The service is unavailable."),
        Reply(reset=True),
        Reply(200, b"starting"),
    )
    assert rows(said)["app responds"] == ("done", "health: “starting”")
    said = health_of(deployed, Reply(503, b"stale"))
    assert rows(said)["app responds"][1].startswith("health: “stale”")


def test_an_app_that_does_not_respond_is_reported(deployed: Deployed) -> None:
    said = health_of(deployed, *[Reply(404)] * 20)
    assert not_done(said) == {"app responds"}
    assert "it returns HTTP 404" in said
    assert "curl http://127.0.0.1:" in said
    deployed.keep(LAPSEWATCH_STATUS_PAGE="")
    assert "Run: azd provision" in deployed.run("after_deploy.py")
