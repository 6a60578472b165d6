"""Complete the status page's sign-in, once the app's host and managed identity are known.

Each step is independent: a forbidden one does not stop the others.
"""

from __future__ import annotations

import shlex

from deployment import hand_over, installers, people
from deployment.azd import Azd
from deployment.cloud import Cloud
from deployment.hook import AGAIN
from deployment.prompts import GUID
from deployment.registration import (
    CLIENT_ID,
    GRAPH_APP_ID,
    OWNER,
    WANTED,
    add_redirect_uris,
    callback,
    credential,
    hosts,
    trust,
)
from deployment.report import NOT_DONE, NotYet, Remedy, Report, az_rest
from deployment.rest import NEW, Json, Rest

INSPECT = Remedy("find the cause, then run", (AGAIN,))
NEEDED = ("LAPSEWATCH_HOST", "LAPSEWATCH_ISSUER", "LAPSEWATCH_IDENTITY_PRINCIPAL_ID")


class SignIn:
    """The registration, its enterprise application, and who may use it."""

    def __init__(self, graph: Rest, azd: Azd, cloud: Cloud) -> None:
        """Start with the client id in azd's environment."""
        self._graph = graph
        self._azd = azd
        self._root = f"{cloud.graph}/v1.0"
        self._client_id = azd.get(CLIENT_ID)
        self._deciders = azd.get("LAPSEWATCH_DECIDERS")
        self._wanted = credential(
            azd.get("LAPSEWATCH_ISSUER"),
            azd.get("LAPSEWATCH_IDENTITY_PRINCIPAL_ID"),
            cloud.audience,
        )
        self._app: Json | None = None
        self._principal: Json | None = None
        self._resource: Json | None = None

    def finish(self, report: Report) -> None:
        """Do every step; each adds a row."""
        if not GUID.fullmatch(self._client_id):
            note = "no registration yet (see before provisioning), so nobody can open the page"
            remedy = Remedy("once the registration exists, run", ("azd up",))
            report.add("sign-in of the page", NOT_DONE, note, remedy)
            return
        report.run_step("sign-in registration", self._find, INSPECT)
        report.run_step(
            "redirect URI, ID tokens",
            lambda: add_redirect_uris(self._graph, self._require_app(), hosts(self._azd)),
            self._redirect_remedy(),
        )
        trusting = az_rest(
            "POST",
            f"{self._root}/applications(appId='{self._client_id}')/federatedIdentityCredentials",
            self._wanted,
        )
        report.run_step(
            "federated credential",
            lambda: trust(self._graph, self._require_app(), self._wanted),
            Remedy(OWNER, (trusting,)),
        )
        report.run_step("assignment required", self._require_assignment, self._assignment_remedy())
        report.run_step(
            "who may decide",
            lambda: people.assign(self._graph, self._require_principal(), self._deciders),
            self._decider_remedy(),
        )
        report.run_step("admin consent", self._consent, people.consent_remedy(self._client_id))
        if hand_over.is_on(self._azd):
            found = (self._app, self._principal)
            installers.add_steps(self._graph, report, self._root, self._client_id, found)
        elif self._app is not None and installers.with_role(self._app) is None:
            note = "not used: hand-overs are off. Role and claim alone allow nothing"
            report.add(installers.ROLE_STEP, "stays", note)

    def _redirect_remedy(self) -> Remedy:
        """Return the command that adds the redirect URIs.

        It names all of them, so if the registration could not be read, there is no command: it
        would remove the others.
        """
        if self._app is None:
            return INSPECT
        url = f"{self._root}/applications(appId='{self._client_id}')"
        return Remedy(OWNER, (az_rest("PATCH", url, callback(self._app, hosts(self._azd))),))

    def _find(self) -> str:
        path = f"/applications(appId='{self._client_id}')?$select={WANTED}"
        self._app = self._graph.send("GET", path, settling=NEW)
        return f"exists: {self._client_id}"

    def _require_app(self) -> Json:
        if self._app is None:
            raise NotYet("needs the registration first")
        return self._app

    def _require_assignment(self) -> str:
        self._principal, note = people.require_assignment(self._graph, self._client_id)
        return note

    def _require_principal(self) -> Json:
        if self._principal is None:
            raise NotYet("needs the enterprise application first")
        return self._principal

    def _consent(self) -> str:
        principal = self._require_principal()
        resource = self._graph.send("GET", f"/servicePrincipals(appId='{GRAPH_APP_ID}')?$select=id")
        return people.consent(self._graph, principal, resource)

    def _assignment_remedy(self) -> Remedy:
        """Return the commands that create the enterprise application or change an existing one."""
        create = az_rest(
            "POST", f"{self._root}/servicePrincipals", people.principal_of(self._client_id)
        )
        change = az_rest(
            "PATCH",
            f"{self._root}/servicePrincipals(appId='{self._client_id}')",
            {"appRoleAssignmentRequired": True},
        )
        return Remedy(people.ADMINISTRATOR, (create, change))

    def _decider_remedy(self) -> Remedy:
        if not self._deciders:
            return Remedy(
                "run", ('azd env set LAPSEWATCH_DECIDERS "NAME OR OBJECT ID OF A GROUP"', AGAIN)
            )
        group = self._deciders if GUID.fullmatch(self._deciders) else "@GROUP@"
        app = self._principal["id"] if self._principal else "@APP@"
        url = f"{self._root}/servicePrincipals(appId='{self._client_id}')/appRoleAssignedTo"
        command = az_rest("POST", url, people.assignment(group, app, people.DEFAULT_ACCESS))
        named = shlex.quote(self._deciders)
        lookups = {
            "@GROUP@": f"az ad group show --group {named} --query id --output tsv",
            "@APP@": f"az ad sp show --id {self._client_id} --query id --output tsv",
        }
        for mark, lookup in lookups.items():
            command = command.replace(mark, f"'\"$({lookup})\"'")
        return Remedy(people.ADMINISTRATOR, (command,))
