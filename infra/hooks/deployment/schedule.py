"""The schedule that azd will provision: the host refuses a wrong one only after the deployment."""

from __future__ import annotations

import json
import re
import runpy
from pathlib import Path

from deployment.azd import ROOT, Azd
from deployment.report import NOT_DONE, Remedy, Report

NAME = "LAPSEWATCH_SCHEDULE"
MISTAKE = runpy.run_path(str(ROOT / "shared/config/ncrontab.py"))["mistake"]
"""The app's own rule; the file needs nothing else of the app."""


def schedule(azd: Azd, infra: Path) -> str:
    """Return the schedule as main.bicep gets it: an extra setting, a parameter or its default."""
    text = (infra / "main.parameters.json").read_text(encoding="utf-8")
    given = json.loads(text)["parameters"]
    extra = (given.get("extraSettings") or {}).get("value") or {}
    chosen = extra.get(NAME, (given.get("schedule") or {}).get("value"))
    if chosen is None:
        bicep = (infra / "main.bicep").read_text(encoding="utf-8")
        (chosen,) = re.findall(r"^param schedule string = '([^']*)'$", bicep, re.MULTILINE)
    return re.sub(
        r"\$\{(\w+)(?:=([^}]*))?\}", lambda found: azd.get(found[1]) or found[2] or "", str(chosen)
    )


def check_schedule(azd: Azd, report: Report, infra: Path = ROOT / "infra") -> bool:
    """Return whether the host runs the schedule; if not, add a row to the report."""
    wrong = MISTAKE(schedule(azd, infra))
    if wrong is None:
        return True
    remedy = Remedy(f'correct it in infra/main.parameters.json ("{NAME}"), then run', ("azd up",))
    note = f"{wrong.found}; expected {wrong.expected}. The host would turn off the timer"
    report.add(NAME, NOT_DONE, note, remedy)
    return False
