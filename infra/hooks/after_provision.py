"""After provisioning: the page's sign-in, Graph permissions, the Teams Workflow's URL."""

from __future__ import annotations

import sys

from deployment import exchange, permissions
from deployment.azd import Azd
from deployment.cloud import GRAPH, Cloud, cloud_of
from deployment.hand_over import keep_vault_name
from deployment.hook import AGAIN, run
from deployment.inputs import save_copy
from deployment.prompts import ADDRESS, GUID
from deployment.references import report_references
from deployment.registration import GRAPH_APP_ID
from deployment.report import BY_HAND, NOT_DONE, Remedy, Report
from deployment.rest import Json, Rest
from deployment.sign_in import NEEDED, SignIn
from deployment.site import Site
from deployment.vault import TEAMS_URL, access, refresh_settings, store_teams_url

NEW_ROLES = (
    "If the deployment of the app now ends with 403 or InaccessibleStorage, new roles need more "
    "time: wait two minutes, then run azd deploy."
)


def main() -> None:
    """Do each step, and print the table."""
    azd, report = Azd(), Report("Lapsewatch, after provisioning")
    missing = [name for name in NEEDED if not azd.get(name)]
    if missing:
        raise ValueError(
            f"{', '.join(missing)} not set, because nothing is provisioned yet. Run: azd provision"
        )
    cloud = cloud_of(azd.get("LAPSEWATCH_GRAPH", GRAPH))
    site = Site(azd, cloud)
    graph = Rest(f"{cloud.graph}/v1.0", lambda: azd.token(f"{cloud.graph}/.default"))
    SignIn(graph, azd, cloud).finish(report)
    _permissions(graph, azd, cloud, report)
    _teams_url(azd, site, report)
    report_references(site, azd, report)
    _mail(azd, report)
    keep_vault_name(azd)
    save_copy(azd)
    page = azd.get("LAPSEWATCH_STATUS_PAGE")
    print(report.text())  # noqa: T201  (the table is the hook's output)
    print(f"Status page: {page}   Next: docs/deploy.md, first check")  # noqa: T201  (the same)
    print(NEW_ROLES)  # noqa: T201  (the same)


def _permissions(graph: Rest, azd: Azd, cloud: Cloud, report: Report) -> None:
    identity = azd.get("LAPSEWATCH_IDENTITY_PRINCIPAL_ID")
    if not GUID.fullmatch(identity):
        raise ValueError(
            f'LAPSEWATCH_IDENTITY_PRINCIPAL_ID: "{identity}" is not an object id. '
            "Run: azd provision"
        )
    names = permissions.wanted(azd, report)
    found: list[Json] = []

    def find() -> str:
        found.append(graph.send("GET", f"/servicePrincipals(appId='{GRAPH_APP_ID}')?$select=id"))
        return "exists"

    remedy = Remedy("find the cause, then run", (AGAIN,))
    if report.run_step("Microsoft Graph", find, remedy):
        permissions.grant(graph, report, cloud.graph, identity, found[0], names)


def _teams_url(azd: Azd, site: Site, report: Report) -> None:
    changed: list[bool] = []

    def step() -> str:
        note, is_new = store_teams_url(azd)
        changed.append(is_new)
        return note

    if report.run_step("Teams Workflow", step, access(azd, TEAMS_URL)) and changed == [True]:
        refresh_settings(site, report)


def _mail(azd: Azd, report: Report) -> None:
    mailbox = azd.get("LAPSEWATCH_MAIL_SENDER")
    if not mailbox:
        return
    if not ADDRESS.fullmatch(mailbox):
        note = f'LAPSEWATCH_MAIL_SENDER: "{mailbox}" is not an email address'
        report.add("mail", NOT_DONE, note)
        return
    principal = azd.get("LAPSEWATCH_IDENTITY_PRINCIPAL_ID")
    name = azd.get("LAPSEWATCH_IDENTITY_NAME")
    azd.set(exchange.PRINCIPAL, principal)
    azd.set(exchange.NAME, name)
    client_id = azd.get("LAPSEWATCH_IDENTITY_CLIENT_ID")
    remedy = exchange.limited_to(mailbox, client_id, principal, name)
    note = f"Exchange, not Entra, allows {mailbox} and no other mailbox"
    report.add("mail", BY_HAND, note, remedy)


if __name__ == "__main__":
    sys.exit(run(main))
