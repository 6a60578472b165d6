"""After azd down: nothing is left that costs, and what is left for free is said, with what removes it. This hook changes nothing."""

from __future__ import annotations

import sys

from deployment import exchange
from deployment.azd import Azd
from deployment.hook import run
from deployment.registration import CLIENT_ID
from deployment.report import Remedy, Report


def main() -> None:
    """Print the table."""
    azd, report = Azd(), Report("Lapsewatch, after azd down")
    client_id, principal, name = (
        azd.get(CLIENT_ID),
        azd.get(exchange.PRINCIPAL),
        azd.get(exchange.NAME),
    )
    if client_id:
        remedy = Remedy(
            "to remove it, one of its owners runs",
            (f"az ad app delete --id {client_id}", f'azd env set {CLIENT_ID} ""'),
        )
        report.add("sign-in registration", "stays", "free; azd up uses it again", remedy)
    note = "deleted; Azure keeps it for 7 days, free, and it cannot be purged before"
    commands = (
        "azd env set LAPSEWATCH_RECOVER_VAULT true",
        "azd up",
        "azd env set LAPSEWATCH_RECOVER_VAULT false",
    )
    report.add(
        "vault",
        "stays",
        note,
        Remedy("to deploy the same environment again within these 7 days, you run", commands),
    )
    if principal:
        remedy = Remedy(
            "to remove them, an Exchange administrator runs, in PowerShell",
            exchange.taken_back(principal, name),
        )
        report.add("Exchange entries", "stay", "free; they name an identity that is gone", remedy)
    print(report.text())  # noqa: T201  (the table is what the hook gives)


if __name__ == "__main__":
    sys.exit(run(main))
