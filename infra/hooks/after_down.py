"""After azd down: list what is left, which costs nothing, and how to remove it.

This hook changes nothing in Azure. It puts the settings back into azd's environment.
"""

from __future__ import annotations

import sys

from deployment import exchange
from deployment.azd import Azd
from deployment.hand_over import KEPT_VAULT
from deployment.hook import run
from deployment.inputs import restore_copy
from deployment.registration import CLIENT_ID
from deployment.report import Remedy, Report


def main() -> None:
    """Print the table."""
    azd, report = Azd(), Report("Lapsewatch, after azd down")
    restored = restore_copy(azd)
    _registration(azd, report)
    _vault(report)
    _hand_over_vault(azd, report)
    _exchange(azd, report)
    if restored:
        note = f"{restored} put back into azd's environment, for the next azd up"
        report.add("settings", "stay", note)
    print(report.text())  # noqa: T201  (the table is the hook's output)


def _registration(azd: Azd, report: Report) -> None:
    client_id = azd.get(CLIENT_ID)
    if client_id:
        remedy = Remedy(
            "to remove it, one of its owners runs",
            (f"az ad app delete --id {client_id}", f"azd env set {CLIENT_ID}="),
        )
        report.add("sign-in registration", "stays", "free; azd up uses it again", remedy)


def _vault(report: Report) -> None:
    remedy = Remedy(
        "to deploy the same environment again within these 7 days, run",
        (
            "azd env set LAPSEWATCH_RECOVER_VAULT true",
            "azd up",
            "azd env set LAPSEWATCH_RECOVER_VAULT false",
        ),
    )
    note = "soft-deleted for 7 days, free; it cannot be purged earlier"
    report.add("vault", "stays", note, remedy)


def _hand_over_vault(azd: Azd, report: Report) -> None:
    """Name the vault for new secrets: unlike the other one, it can be purged."""
    name = azd.get(KEPT_VAULT)
    if name:
        remedy = Remedy(
            "to remove it now, and before you deploy the same environment again, run",
            (f"az keyvault purge --name {name}", f"azd env set {KEPT_VAULT}="),
        )
        note = "soft-deleted for 7 days, free, unless azd down had --purge"
        report.add("vault for new secrets", "stays", note, remedy)


def _exchange(azd: Azd, report: Report) -> None:
    principal, name = azd.get(exchange.PRINCIPAL), azd.get(exchange.NAME)
    if principal:
        remedy = Remedy(
            "to remove them, an Exchange administrator runs, in PowerShell",
            exchange.removal(principal, name),
        )
        note = "free; they name an identity that no longer exists"
        report.add("Exchange entries", "stay", note, remedy)


if __name__ == "__main__":
    sys.exit(run(main))
