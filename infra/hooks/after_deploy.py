"""After azd deploy the app is woken, for only a host that runs tells the plan of its timer: the sign-in refuses the plan itself."""

from __future__ import annotations

import sys

from deployment.awake import awake
from deployment.azd import Azd
from deployment.hook import run
from deployment.report import Remedy, Report

PAGE, ROUTE = "/page", "/health"


def main() -> None:
    """Ask until it answers, and print the table."""
    azd, report = Azd(), Report("Lapsewatch, after azd deploy")
    page = azd.get("LAPSEWATCH_STATUS_PAGE")
    if not page:
        raise ValueError(
            "LAPSEWATCH_STATUS_PAGE is not known, so nothing is provisioned yet: run azd provision"
        )
    health = page.removesuffix(PAGE) + ROUTE
    remedy = Remedy(
        "you ask again until it answers, and look at Log stream in the portal", (f"curl {health}",)
    )
    report.attempt("the app answers", lambda: awake(health), remedy)
    print(report.text())  # noqa: T201  (the table is what the hook gives)


if __name__ == "__main__":
    sys.exit(run(main))
