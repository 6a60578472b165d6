"""The sign-in of the status page, finished in five steps once the host of the app and its managed identity are known.

Each step is tried by itself: what one may not do does not keep the others from being done, or from being said.
"""

from __future__ import annotations

import shlex

from deployment import people
from deployment.asking import GUID
from deployment.azd import Azd
from deployment.cloud import Cloud
from deployment.hook import AGAIN
from deployment.registration import (
    CLIENT_ID,
    GRAPH_APP_ID,
    OWNER,
    WANTED,
    callback,
    credential,
    hosts,
    let_in_from,
    trust,
)
from deployment.report import NOT_DONE, NotYet, Remedy, Report, az_rest
from deployment.rest import NEW, Json, Rest

LOOK = Remedy("you look why, and run again", (AGAIN,))
NEEDED = ("LAPSEWATCH_HOST", "LAPSEWATCH_ISSUER", "LAPSEWATCH_IDENTITY_PRINCIPAL_ID")


class SignIn:
    """The registration, its enterprise application, and who may use it."""

    def __init__(self, graph: Rest, azd: Azd, cloud: Cloud) -> None:
        """Begin with nothing but the client id that azd's environment has."""
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
        """Do every step, a row each."""
        if not GUID.fullmatch(self._client_id):
            note = "there is no registration yet (see before provisioning): the page stays closed to everybody"
            report.add(
                "sign-in of the page",
                NOT_DONE,
                note,
                Remedy("once the registration is there, you run", ("azd up",)),
            )
            return
        report.attempt("sign-in registration", self._find, LOOK)
        report.attempt(
            "redirect URI, ID tokens",
            lambda: let_in_from(self._graph, self._found(), hosts(self._azd)),
            self._sending_back(),
        )
        trusting = az_rest(
            "POST",
            f"{self._root}/applications(appId='{self._client_id}')/federatedIdentityCredentials",
            self._wanted,
        )
        report.attempt(
            "federated credential",
            lambda: trust(self._graph, self._found(), self._wanted),
            Remedy(OWNER, (trusting,)),
        )
        report.attempt("assignment required", self._close, self._closing())
        report.attempt(
            "who may decide",
            lambda: people.assign(self._graph, self._closed(), self._deciders),
            self._assigning(),
        )
        report.attempt("admin consent", self._consent, people.consenting(self._client_id))

    def _sending_back(self) -> Remedy:
        """The change names every redirect URI, so there is none for a registration that was not read: it would take others away."""
        if self._app is None:
            return LOOK
        url = f"{self._root}/applications(appId='{self._client_id}')"
        return Remedy(OWNER, (az_rest("PATCH", url, callback(self._app, hosts(self._azd))),))

    def _find(self) -> str:
        path = f"/applications(appId='{self._client_id}')?$select={WANTED}"
        self._app = self._graph.send("GET", path, settling=NEW)
        return f"is there: {self._client_id}"

    def _found(self) -> Json:
        if self._app is None:
            raise NotYet("waits for the registration")
        return self._app

    def _close(self) -> str:
        self._principal, note = people.closed(self._graph, self._client_id)
        return note

    def _closed(self) -> Json:
        if self._principal is None:
            raise NotYet("waits for the enterprise application")
        return self._principal

    def _consent(self) -> str:
        principal = self._closed()
        resource = self._graph.send("GET", f"/servicePrincipals(appId='{GRAPH_APP_ID}')?$select=id")
        return people.consent(self._graph, principal, resource)

    def _closing(self) -> Remedy:
        """Both commands: the first says that it exists already where it does, and the second is then the one that is wanted."""
        made = az_rest(
            "POST", f"{self._root}/servicePrincipals", people.principal_of(self._client_id)
        )
        closed = az_rest(
            "PATCH",
            f"{self._root}/servicePrincipals(appId='{self._client_id}')",
            {"appRoleAssignmentRequired": True},
        )
        return Remedy(people.ADMINISTRATOR, (made, closed))

    def _assigning(self) -> Remedy:
        if not self._deciders:
            return Remedy(
                "you run", ('azd env set LAPSEWATCH_DECIDERS "NAME OR OBJECT ID OF A GROUP"', AGAIN)
            )
        group = self._deciders if GUID.fullmatch(self._deciders) else "@GROUP@"
        app = self._principal["id"] if self._principal else "@APP@"
        url = f"{self._root}/servicePrincipals(appId='{self._client_id}')/appRoleAssignedTo"
        command = az_rest("POST", url, people.assignment(group, app, people.DEFAULT_ACCESS))
        looked_up = {
            "@GROUP@": f"az ad group show --group {shlex.quote(self._deciders)} --query id --output tsv",
            "@APP@": f"az ad sp show --id {self._client_id} --query id --output tsv",
        }
        for mark, lookup in looked_up.items():
            command = command.replace(mark, f"'\"$({lookup})\"'")
        return Remedy(people.ADMINISTRATOR, (command,))
