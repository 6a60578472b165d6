"""Before provisioning: prompt for missing values, create the sign-in's registration."""

from __future__ import annotations

import sys

from deployment.azd import Azd
from deployment.cloud import GRAPH, cloud_of
from deployment.hook import run
from deployment.prompts import prompt_for_values
from deployment.registration import creation, get_or_create
from deployment.report import Report
from deployment.rest import Rest


def main() -> None:
    """Do each step, and print the table."""
    azd, report = Azd(), Report("Lapsewatch, before provisioning")
    cloud = cloud_of(azd.get("LAPSEWATCH_GRAPH", GRAPH))
    prompt_for_values(azd, report)
    graph = Rest(f"{cloud.graph}/v1.0", lambda: azd.token(f"{cloud.graph}/.default"))
    remedy = creation(cloud, azd.get("AZURE_ENV_NAME", "ENVIRONMENT"))
    report.run_step("sign-in registration", lambda: get_or_create(graph, azd), remedy)
    print(report.text())  # noqa: T201  (the table is the hook's output)


if __name__ == "__main__":
    sys.exit(run(main))
