"""After provisioning: the sign-in of the page, the permissions of the managed identity, and the URL of the Teams Workflow."""

from __future__ import annotations

import sys

from deployment import exchange, permissions
from deployment.asking import ADDRESS, GUID
from deployment.azd import Azd
from deployment.cloud import GRAPH, Cloud, cloud_of
from deployment.hook import AGAIN, run
from deployment.registration import GRAPH_APP_ID
from deployment.report import BY_HAND, NOT_DONE, Remedy, Report
from deployment.rest import Json, Rest
from deployment.sign_in import NEEDED, SignIn
from deployment.vault import TEAMS_URL, keep_teams_url, read_anew, writing


def main() -> None:
    """Do it, and print the table."""
    azd, report = Azd(), Report("Lapsewatch, after provisioning")
    missing = [name for name in NEEDED if not azd.get(name)]
    if missing:
        raise ValueError(
            f"{', '.join(missing)} not known, so nothing is provisioned yet: run azd provision"
        )
    cloud = cloud_of(azd.get("LAPSEWATCH_GRAPH", GRAPH))
    graph = Rest(f"{cloud.graph}/v1.0", lambda: azd.token(f"{cloud.graph}/.default"))
    SignIn(graph, azd, cloud).finish(report)
    _permissions(graph, azd, cloud, report)
    _teams_url(azd, cloud, report)
    _mail(azd, report)
    print(report.text())  # noqa: T201  (the table is what the hook gives)
    print(f"Status page: {azd.get('LAPSEWATCH_STATUS_PAGE')}   Next: docs/deploy.md, first check")  # noqa: T201  (the same)


def _permissions(graph: Rest, azd: Azd, cloud: Cloud, report: Report) -> None:
    identity = azd.get("LAPSEWATCH_IDENTITY_PRINCIPAL_ID")
    if not GUID.fullmatch(identity):
        raise ValueError(
            f'LAPSEWATCH_IDENTITY_PRINCIPAL_ID is "{identity}", which is no object id: run azd provision'
        )
    names = permissions.wanted(azd, report)
    found: list[Json] = []

    def find() -> str:
        found.append(graph.send("GET", f"/servicePrincipals(appId='{GRAPH_APP_ID}')?$select=id"))
        return "is there"

    if report.attempt("Microsoft Graph", find, Remedy("you look why, and run again", (AGAIN,))):
        permissions.grant(graph, report, cloud.graph, identity, found[0], names)


def _teams_url(azd: Azd, cloud: Cloud, report: Report) -> None:
    written: list[bool] = []

    def step() -> str:
        note, new = keep_teams_url(azd)
        written.append(new)
        return note

    if report.attempt("Teams Workflow", step, writing(azd, TEAMS_URL)) and written == [True]:
        read_anew(azd, cloud, report)


def _mail(azd: Azd, report: Report) -> None:
    mailbox = azd.get("LAPSEWATCH_MAIL_SENDER")
    if not mailbox:
        return
    if not ADDRESS.fullmatch(mailbox):
        report.add(
            "mail", NOT_DONE, f'LAPSEWATCH_MAIL_SENDER is "{mailbox}", which is no mail address'
        )
        return
    principal, name = (
        azd.get("LAPSEWATCH_IDENTITY_PRINCIPAL_ID"),
        azd.get("LAPSEWATCH_IDENTITY_NAME"),
    )
    azd.set(exchange.PRINCIPAL, principal)
    azd.set(exchange.NAME, name)
    remedy = exchange.limited_to(mailbox, azd.get("LAPSEWATCH_IDENTITY_CLIENT_ID"), principal, name)
    report.add(
        "mail", BY_HAND, f"Exchange, not Entra, allows {mailbox} and no other mailbox", remedy
    )


if __name__ == "__main__":
    sys.exit(run(main))
