"""Before provisioning: ask for what only a person knows, and get or create the registration behind the sign-in of the status page."""

from __future__ import annotations

import sys

from deployment.asking import ask
from deployment.azd import Azd
from deployment.cloud import GRAPH, cloud_of
from deployment.hook import run
from deployment.registration import creation, get_or_create
from deployment.report import Report
from deployment.rest import Rest


def main() -> None:
    """Do it, and print the table."""
    azd, report = Azd(), Report("Lapsewatch, before provisioning")
    cloud = cloud_of(azd.get("LAPSEWATCH_GRAPH", GRAPH))
    ask(azd, report)
    graph = Rest(f"{cloud.graph}/v1.0", lambda: azd.token(f"{cloud.graph}/.default"))
    remedy = creation(cloud, azd.get("AZURE_ENV_NAME", "ENVIRONMENT"))
    report.attempt("sign-in registration", lambda: get_or_create(graph, azd), remedy)
    print(report.text())  # noqa: T201  (the table is what the hook gives)


if __name__ == "__main__":
    sys.exit(run(main))
