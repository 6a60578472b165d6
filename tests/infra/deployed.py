"""A deployment for the hooks: a stand-in tenant, and small programs instead of azd and az."""

import json
import os
import re
import subprocess
import sys
from pathlib import Path
from stat import S_IRWXU
from typing import Any

from local.stand_in.tenant import Tenant

ROOT = Path(__file__).parents[2]
TEAMS_URL = "https://prod-01.westus.logic.azure.com/workflows/made-up/triggers/manual/paths/invoke?sig=a-secret-signature"
LIBAPPS = "3f2a7c10-5b6d-4e8f-9a01-7c1d2e3f13d6"
HOST = "func-lapsewatch-abc123.azurewebsites.net"
IDENTITY = "6c1f4c2e-1f7b-4a53-8f0e-0a9d3b7c5e21"
IDENTITY_CLIENT = "0d2b7c64-6f0e-4a5c-9b39-51d7e3f8a210"
SUBSCRIPTION = "8d5b3a11-77c0-4f3e-9d8e-2b6a1c0f9e44"
GROUP = "Lapsewatch deciders"
PERSON = "7d0e6a1b-2c54-4f0a-9b57-1f9d2be47c61"
ROLES = {
    "Application.Read.All": "9a5d68dd-52b0-4cc2-bd40-abcf44ac3a30",
    "AuditLog.Read.All": "b0afded3-3588-46d8-8b3d-9842eff778da",
    "User.ReadBasic.All": "97235f07-e226-4f63-ace3-39588e11d3a1",
    "Mail.Send": "b633e1c5-b582-4048-a93e-9f11b44c7e96",
}

FAST = """#!/bin/sh
printf '%s\\n' "{name} $*" >> {log}
case "$*" in
"env get-values "*) exec cat {kept} ;;
{tokens}
esac
exec {python} -IS {slow} {name} "$@"
"""
"""Answers the most frequent calls of azd and az without starting Python."""

SLOW = """
import json, sys
from pathlib import Path
kept, tokens, (name, *words) = Path({kept!r}), {tokens!r}, sys.argv[1:]
answered = json.loads(kept.with_name("answered.json").read_text())
def option(name):
    return words[words.index(name) + 1]
def quote(text):
    from urllib.parse import quote
    return quote(text)
def rest(method, url, body=None, headers=()):
    from urllib.request import ProxyHandler, Request, build_opener
    scopes = [scope for scope in tokens if url.startswith(scope.removesuffix(".default"))]
    scope = max(scopes, key=len)
    sent = {{"Authorization": "Bearer " + tokens[scope], **dict(headers)}}
    request = Request(url, body and body.encode(), sent, method=method)
    return json.loads(build_opener(ProxyHandler({{}})).open(request).read() or "null")
graph = min(tokens, key=len).removesuffix("/.default") + "/v1.0"
JSON = [("Content-Type", "application/json")]
REQUIRED = json.dumps({{"appRoleAssignmentRequired": True}})
def of_app():
    return graph + "/applications(appId='" + option("--id") + "')"
if name == "azd" and words[:3] == ["env", "config", "get"]:
    if words[3] not in answered:
        sys.exit("ERROR: no value at path")
    print(json.dumps(answered[words[3]]))
elif name == "azd" and words[:2] == ["env", "set"]:
    values = json.loads(kept.read_text("utf-8")) | {{words[2]: words[3]}}
    kept.write_text(json.dumps(values, ensure_ascii=False), "utf-8")
elif words[0] == "rest":
    named = [word for word in words if word.startswith(("Prefer=", "Content-Type="))]
    headers = [word.split("=", 1) for word in named]
    if "--body" in words:
        headers += [("Content-Type", "application/json")]
    body = option("--body") if "--body" in words else None
    document = rest(option("--method"), option("--url"), body, headers)
    if "--query" in words:
        print(document[option("--query")])
elif " ".join(words[:2]) in {made!r}:
    print({made!r}[" ".join(words[:2])])
elif words[:3] == ["ad", "app", "update"]:
    grants = {{"enableAccessTokenIssuance": False}}
    grants["enableIdTokenIssuance"] = option("--enable-id-token-issuance") == "true"
    web = {{"redirectUris": [option("--web-redirect-uris")], "implicitGrantSettings": grants}}
    rest("PATCH", of_app(), json.dumps({{"web": web}}), JSON)
elif words[:3] == ["ad", "app", "federated-credential"]:
    rest("POST", of_app() + "/federatedIdentityCredentials", option("--parameters"), JSON)
elif words[:3] == ["ad", "sp", "create"]:
    rest("POST", graph + "/servicePrincipals", json.dumps({{"appId": option("--id")}}), JSON)
elif words[:3] == ["ad", "sp", "update"] and option("--set") == "appRoleAssignmentRequired=true":
    rest("PATCH", of_app().replace("/applications", "/servicePrincipals"), REQUIRED, JSON)
elif words[:3] == ["keyvault", "secret", "set"]:
    url = graph.removesuffix("/v1.0") + "/vault/secrets/" + option("--name") + "?api-version=7.4"
    rest("PUT", url, json.dumps({{"value": open(option("--file")).read()}}), JSON)
elif words[:3] == ["ad", "sp", "show"]:
    print(rest("GET", graph + "/servicePrincipals(appId='" + option("--id") + "')")["id"])
elif words[:3] == ["ad", "user", "show"]:
    print({person!r})
elif words[:3] == ["ad", "group", "show"]:
    condition = quote("displayName eq '" + option("--group") + "'")
    print(rest("GET", graph + "/groups?$filter=" + condition)["value"][0]["id"])
elif words[:4] == ["ad", "app", "permission", "grant"]:
    paths = ["/servicePrincipals(appId='" + option(name) + "')" for name in ("--id", "--api")]
    client, resource = (rest("GET", graph + path)["id"] for path in paths)
    body = {{"clientId": client, "resourceId": resource, "scope": option("--scope")}}
    body["consentType"] = "AllPrincipals"
    rest("POST", graph + "/oauth2PermissionGrants", json.dumps(body), JSON)
else:
    sys.exit("ERROR: not logged in")
"""

TENANT = "5b1f7a50-0c7e-4d0e-a9b5-0f7f3c0f4a11"
MADE = {
    "login": "",
    "account set": "",
    "account show": TENANT,
    "bicep install": "",
    "bicep build": "",
    "deployment sub": "",
    "resource list": "func-lapsewatch-abc123",
    "resource show": HOST,
    "keyvault list": "kv-abc123",
    "identity list": IDENTITY,
}
"""What az prints about a finished deployment, by its first two words."""
FINISHED: list[str] = []
"""The state of a tenant after azd up, as JSON, once that has run."""


class Deployed:
    """One environment of azd, in one tenant."""

    def __init__(self, tenant: Tenant, folder: Path) -> None:
        """Start before the first azd up, with all prompted values and a group that may decide."""
        self.tenant = tenant
        self.group = tenant.admin.add_group(GROUP, "e0a7d1c2-6b3f-4a58-9c1d-7f2e5b8a4d60")
        tenant.admin.add_person("Dana", PERSON)
        self.log = folder / "calls"
        self._kept = folder / "kept.json"
        self._bin = folder / "bin"
        self.answer_azd()
        self.keep(
            AZURE_ENV_NAME="library",
            AZURE_SUBSCRIPTION_ID=SUBSCRIPTION,
            LIBAPPS_CLIENT_ID=LIBAPPS,
            LAPSEWATCH_ALERT_EMAIL="its@example.org",
            LAPSEWATCH_DECIDERS=GROUP,
            LAPSEWATCH_GRAPH=tenant.url,
        )
        resources = (tenant.url, f"{tenant.url}/vault", f"{tenant.url}/arm")
        self.tokens = {
            f"{resource}/.default": tenant.deployer.token(resource) for resource in resources
        }
        self._bin.mkdir()
        self._slow = folder / "slow.py"
        self._slow.write_text(
            SLOW.format(kept=str(self._kept), tokens=self.tokens, made=MADE, person=PERSON),
            encoding="utf-8",
        )
        self.sign_in(self.tokens)

    def sign_in(self, tokens: dict[str, str]) -> None:
        """Let azd and az return these tokens, by scope, and no others."""
        for name, member in (("azd", "token"), ("az", "accessToken")):
            cases = [
                f"*\"--scope {scope} \"*) echo '{json.dumps({member: token})}'; exit ;;"
                for scope, token in tokens.items()
            ]
            program = self._bin / name
            paths = {
                "log": self.log,
                "kept": self._kept,
                "slow": self._slow,
                "python": sys.executable,
            }
            program.write_text(
                FAST.format(name=name, tokens="\n".join(cases), **paths), encoding="utf-8"
            )
            program.chmod(S_IRWXU)

    def uninstall(self, name: str) -> None:
        """Remove a program."""
        (self._bin / name).unlink()

    @property
    def kept(self) -> dict[str, str]:
        """The values in azd's environment."""
        values: dict[str, str] = (
            json.loads(self._kept.read_text(encoding="utf-8")) if self._kept.exists() else {}
        )
        return values

    def keep(self, **values: str) -> None:
        """Add values to azd's environment."""
        text = json.dumps(self.kept | values, ensure_ascii=False)  # as azd writes it
        self._kept.write_text(text, encoding="utf-8")

    def answer_azd(self, **answers: object) -> None:
        """Set what azd itself has prompted for, by the names of parameters."""
        named = {f"infra.parameters.{name}": value for name, value in answers.items()}
        self._kept.with_name("answered.json").write_text(json.dumps(named), encoding="utf-8")

    def forget(self, *names: str) -> None:
        """Remove values from azd's environment."""
        kept = {name: value for name, value in self.kept.items() if name not in names}
        self._kept.write_text(json.dumps(kept), encoding="utf-8")

    def forget_values(self) -> None:
        """Make azd return a list, which it never does."""
        self._kept.write_text("[]", encoding="utf-8")

    def provision(self) -> None:
        """Do what the hooks see of azd provision: a managed identity, and outputs."""
        if IDENTITY not in self.tenant.admin.principals:
            self.tenant.admin.add_principal(IDENTITY_CLIENT, IDENTITY)
        self.keep(
            AZURE_RESOURCE_GROUP="rg-library",
            LAPSEWATCH_APP_NAME="func-lapsewatch-abc123",
            LAPSEWATCH_HOST=HOST,
            LAPSEWATCH_STATUS_PAGE=f"https://{HOST}/api/page",
            LAPSEWATCH_IDENTITY_PRINCIPAL_ID=IDENTITY,
            LAPSEWATCH_IDENTITY_CLIENT_ID=IDENTITY_CLIENT,
            LAPSEWATCH_IDENTITY_NAME="id-lapsewatch-abc123",
            LAPSEWATCH_ISSUER=f"https://login.microsoftonline.com/{TENANT}/v2.0",
            LAPSEWATCH_VAULT_NAME="kv-abc123",
            LAPSEWATCH_VAULT_URI=f"{self.tenant.url}/vault/",
        )

    def hand_over(self) -> None:
        """Switch hand-overs on; the deployment outputs the name of their vault."""
        self.keep(LAPSEWATCH_HAND_OVER="true", LAPSEWATCH_HAND_OVER_VAULT_NAME="kv-hand-abc123")

    def down(self) -> None:
        """Remove every output of the deployment, as azd down does before its hook runs.

        Each setting is an output too. Source: azure-dev, `Manager.Destroy`.
        """
        outputs = set(
            re.findall(
                r"^output (\w+)",
                (ROOT / "infra/main.bicep").read_text(encoding="utf-8"),
                re.MULTILINE,
            )
        )
        parameters = (ROOT / "infra/main.parameters.json").read_text(encoding="utf-8")
        outputs |= set(re.findall(r"\$\{(\w+)", parameters)) - {"AZURE_ENV_NAME"}
        kept = {name: value for name, value in self.kept.items() if name not in outputs}
        self._kept.write_text(json.dumps(kept), encoding="utf-8")

    @property
    def environment(self) -> dict[str, str]:
        """The environment in which the hooks run: these programs first, and short waits."""
        passed = {name: value for name, value in os.environ.items() if name.startswith("COVERAGE")}
        return passed | {
            "PATH": f"{self._bin}:/usr/bin:/bin",
            "AZURE_ENV_NAME": "library",
            "LAPSEWATCH_HOOKS_PATIENCE": "0.3",
        }

    def run(self, hook: str, *words: str, given: str = "", **environment: str) -> str:
        """Run a hook as azd does, and return its output.

        Its exit status is 0, except if it says that azd stops.
        """
        done = subprocess.run(
            [sys.executable, str(ROOT / "infra/hooks" / hook), *words],
            env=self.environment | environment,
            input=given,
            capture_output=True,
            encoding="utf-8",
            timeout=60,
            cwd=self._bin,
            check=False,
        )
        assert done.returncode == int("azd stops here" in done.stderr), done.stderr
        assert "Traceback" not in done.stderr
        said = done.stdout + done.stderr
        self.keeps_its_secrets(said)
        return said

    def keeps_its_secrets(self, said: str) -> None:
        """Assert that no secret was printed, passed to a program as a word, or stored by azd."""
        calls = self.log.read_text(encoding="utf-8") if self.log.exists() else ""
        told = said + calls + json.dumps(self.kept)
        assert not [
            secret for secret in ("a-secret-signature", *self.tokens.values()) if secret in told
        ]

    def administrate(self, said: str) -> None:
        """Run the commands that a hook prints for an administrator, not those for the deployer."""
        for line in re.findall(r"^    (az .*)$", said, re.MULTILINE):
            subprocess.run(
                ["bash", "-c", line],
                env=self.environment,
                check=False,
                capture_output=True,
                timeout=60,
            )

    def up(self, *, given: str = TEAMS_URL) -> tuple[str, str]:
        """Do what azd up does, except deploying code; return the output of both hooks."""
        before = self.run("before_provision.py")
        self.provision()
        return before, self.run("after_provision.py", given=f"{given}\n" if given else "")

    def finished(self) -> None:
        """Set the state after azd up, which runs only once: its result is the same each time."""
        if FINISHED:
            admin, made = self.tenant.admin, json.loads(FINISHED[0])
            admin.registrations.apps |= made["apps"]
            admin.principals |= made["principals"]
            admin.assignments += made["assignments"]
            admin.consents += made["consents"]
            self.tenant.vault.keep("teams-webhook-url", TEAMS_URL)
            self.provision()
            self.keep(LAPSEWATCH_SIGN_IN_CLIENT_ID=self.app["appId"])
        else:
            self.up()
            self.tenant.management.refreshed.clear()
            FINISHED.append(json.dumps(self.state()))

    @property
    def app(self) -> dict[str, Any]:
        """The only registration."""
        (app,) = self.tenant.admin.registrations.apps.values()
        return app

    @property
    def principal(self) -> dict[str, Any]:
        """The only enterprise application of the registration."""
        (principal,) = [
            one
            for one in self.tenant.admin.principals.values()
            if one["appId"] == self.app["appId"]
        ]
        return principal

    def state(self) -> dict[str, Any]:
        """Return everything in the tenant, with all ids."""
        admin = self.tenant.admin
        held = {
            "apps": admin.registrations.apps,
            "principals": admin.principals,
            "assignments": admin.assignments,
            "consents": admin.consents,
        }
        copy: dict[str, Any] = json.loads(
            json.dumps(held | {"secret": self.tenant.vault.versions("teams-webhook-url")})
        )
        return copy

    def granted(self) -> set[str]:
        """Return the names of the managed identity's permissions in Graph."""
        admin = self.tenant.admin
        roles = {
            one["appRoleId"]
            for one in admin.assignments
            if one["principalId"] == IDENTITY and one["resourceId"] == admin.graph_id
        }
        return {name for name, role in ROLES.items() if role in roles}


def rows(said: str) -> dict[str, tuple[str, str]]:
    """Return the state and the note of each row of a hook's table."""
    found = re.findall(
        r"^  (done|NOT DONE|by hand|too much|changes|stays|stay) +(\S.*?)(?:  +(.*))?$",
        said,
        re.MULTILINE,
    )
    return {what: (state, note) for state, what, note in found}


def not_done(said: str) -> set[str]:
    """Return the steps that a hook reports as not done."""
    return {what for what, (state, _) in rows(said).items() if state == "NOT DONE"}
