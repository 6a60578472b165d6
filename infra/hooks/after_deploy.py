"""After azd deploy: request the app until it responds, and then wait for its timer.

Only a running host reports the timer to the plan, and Easy Auth answers requests for other paths
before they reach the host.
"""

from __future__ import annotations

import sys

from deployment.azd import Azd
from deployment.cloud import GRAPH, cloud_of
from deployment.hook import run
from deployment.report import Remedy, Report
from deployment.site import Site
from deployment.timer import report_timer
from deployment.wait_for_app import wait_for_app

PAGE, HEALTH = "/page", "/health"
NEEDED = (
    "LAPSEWATCH_STATUS_PAGE",
    "LAPSEWATCH_APP_NAME",
    "AZURE_RESOURCE_GROUP",
    "AZURE_SUBSCRIPTION_ID",
)


def main() -> None:
    """Wait for the app and its timer, and print the table."""
    azd, report = Azd(), Report("Lapsewatch, after azd deploy")
    page = azd.get("LAPSEWATCH_STATUS_PAGE")
    missing = [name for name in NEEDED if not azd.get(name)]
    if missing:
        raise ValueError(
            f"{', '.join(missing)} not set, because nothing is provisioned yet. Run: azd provision"
        )
    health = page.removesuffix(PAGE) + HEALTH
    remedy = Remedy(
        "repeat this until the app responds, and read Log stream in the portal", (f"curl {health}",)
    )
    report.run_step("app responds", lambda: wait_for_app(health), remedy)
    cloud = cloud_of(azd.get("LAPSEWATCH_GRAPH", GRAPH))
    report_timer(Site(azd, cloud), report)
    print(report.text())  # noqa: T201  (the table is the hook's output)


if __name__ == "__main__":
    sys.exit(run(main))
