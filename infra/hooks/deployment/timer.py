"""Wait until Azure lists the functions of the app: only then does it start the timer.

A deployment reports success even if the plan did not take the list (Azure/azure-dev#4271,
Azure/azure-functions-core-tools#4196). A running host reports it, and so does a sync.
"""

from __future__ import annotations

import time

from deployment.report import NotYet, Remedy, Report
from deployment.rest import waits
from deployment.site import Site

WANTED = frozenset({"tick", "check"})
SYNC = "host/default/sync"


def report_timer(site: Site, report: Report) -> None:
    """Add a row about the timer."""
    remedy = Remedy(
        "a Website Contributor of the app runs (the second command must then list tick and check)",
        (site.command("POST", SYNC), site.command("GET", "functions")),
    )
    report.run_step("timer registered", lambda: wait_for_timer(site), remedy)


def wait_for_timer(site: Site) -> str:
    """Return a note once Azure lists the functions. Raises `NotYet` or `Refused`."""
    if not _missing(site):
        return "Azure lists tick and check"
    site.post(SYNC)
    missing = _missing(site)
    if missing:
        raise NotYet(f"Azure does not list {' and '.join(missing)}, so no check starts")
    return "Azure lists tick and check, after a sync"


def _missing(site: Site) -> list[str]:
    """Return the functions that Azure does not list, after the time that it may need."""
    for wait in waits():
        missing = sorted(WANTED - site.functions())
        if not missing or wait is None:
            return missing
        time.sleep(wait)
    raise AssertionError  # the last wait is None
