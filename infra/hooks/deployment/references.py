"""The settings that the app reads from the vault: name each one that Azure cannot resolve."""

from __future__ import annotations

import time

from deployment.azd import Azd
from deployment.report import NotYet, Remedy, Report
from deployment.rest import Json, waits
from deployment.site import Site

RESOLVED, ABSENT = "Resolved", "SecretNotFound"
PATH = "config/configreferences/appsettings"
REFRESH = f"{PATH}/refresh"


def report_references(site: Site, azd: Azd, report: Report) -> None:
    """Add a row about all of these settings."""
    look = Remedy("a Reader of the app sees them with", (site.command("GET", PATH),))
    report.run_step("settings from the vault", lambda: _step(site, azd), look)


def _step(site: Site, azd: Azd) -> str:
    found = _settled(site)
    unresolved = [one for one in found if _status(one) != RESOLVED]
    if not unresolved:
        return f"{len(found)} of {len(found)} can be read"
    note = "; ".join(f"{one.get('name')}: {_status(one)} {_details(one)}" for one in unresolved)
    remedy = None
    is_private = azd.get("LAPSEWATCH_PRIVATE_NETWORK", "false") == "true"
    if is_private and any(_status(one) != ABSENT for one in unresolved):
        remedy = Remedy(
            "the app cannot read the vault. If that lasts for an hour, give up the private network "
            "and run",
            ("azd env set LAPSEWATCH_PRIVATE_NETWORK false", "azd provision"),
        )
    raise NotYet(note[:500], remedy)


def _settled(site: Site) -> list[Json]:
    """Return the settings, after the time that a new role of the app needs to work.

    The app reads the vault again only once a day, unless something refreshes it.
    """
    for wait in waits():
        found = site.references()
        if wait is None or all(_status(one) in {RESOLVED, ABSENT} for one in found):
            return found
        time.sleep(wait)
        site.post(REFRESH)
    raise AssertionError  # the last wait is None


def _status(one: Json) -> str:
    return str((one.get("properties") or {}).get("status") or "unknown")


def _details(one: Json) -> str:
    details = str((one.get("properties") or {}).get("details") or "").strip()
    return f"({details})" if details else ""
