"""The settings of hand-overs in azd's environment, and the vault that they leave behind."""

from __future__ import annotations

from deployment.azd import Azd
from deployment.prompts import GUID
from deployment.report import NOT_DONE, Remedy, Report

SWITCH = "LAPSEWATCH_HAND_OVER"
RENEWERS = "LAPSEWATCH_RENEWERS"
VAULT = "LAPSEWATCH_HAND_OVER_VAULT_NAME"
KEPT_VAULT = "LAPSEWATCH_KEPT_HAND_OVER_VAULT"
"""The vault's name for the hook after azd down, which has removed the outputs by then."""


def is_on(azd: Azd) -> bool:
    """Return whether new secrets are handed over."""
    return azd.get(SWITCH).lower() == "true"


def check_renewers(azd: Azd, report: Report) -> bool:
    """Return whether the object id of those who run `renew` has its form; else add a row."""
    given = azd.get(RENEWERS)
    if not given or GUID.fullmatch(given):
        return True
    note = f'"{given}" is not an object id, but 36 characters with hyphens are needed'
    lookup = 'az ad group show --group "NAME OF THE GROUP" --query id --output tsv'
    commands = (lookup, f"azd env set {RENEWERS} 00000000-1111-2222-3333-444444444444", "azd up")
    report.add(RENEWERS, NOT_DONE, note, Remedy("run", commands))
    return False


def keep_vault_name(azd: Azd) -> None:
    """Store the name of the vault under a name that azd down does not remove."""
    if name := azd.get(VAULT):
        azd.set(KEPT_VAULT, name)
