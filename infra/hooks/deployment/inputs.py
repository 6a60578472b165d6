"""The settings of a deployment: a new or old copy of azd's environment must not reset them.

`main.bicep` outputs each of its settings under the name that azd's environment has for it, so the
latest deployment in Azure says what the running app was provisioned with. `azd down` removes these
outputs from azd's environment; a copy under a name of its own survives that.
"""

from __future__ import annotations

import json
import re
from urllib.parse import quote

from deployment.azd import ROOT, Azd
from deployment.report import CHANGES, DONE, Report
from deployment.rest import Json, Rest

COPY = "LAPSEWATCH_SETTINGS"
UNSET = "unset"
"""What `main.parameters.json` gives azd for a value that a hook prompts for.

Empty text would make azd prompt for it by the name of the parameter, before any hook.
"""
ONCE = "LAPSEWATCH_RECOVER_VAULT"
"""Holds for one deployment, so it is never taken over."""
REGION = "AZURE_LOCATION"
"""azd prompts for it, before any hook, if it is not in its environment."""
VERSION = "api-version=2021-04-01"


def defaults() -> dict[str, str]:
    """Return the name and the default of every setting, as in `main.parameters.json`."""
    text = (ROOT / "infra/main.parameters.json").read_text(encoding="utf-8")
    found = re.findall(r"\$\{(\w+)=([^}]*)\}", text)
    return {name: "" if default == UNSET else default for name, default in found}


def running(arm: Rest, subscription: str, environment: str) -> dict[str, str]:
    """Return what the latest deployment of an environment has, by name; empty if there is none.

    After `azd down` that is an empty deployment, which azd makes. Azure changes the case of the
    names. Raises `Refused`.
    """
    path = f"/subscriptions/{subscription}/providers/Microsoft.Resources/deployments"
    found = [
        one
        for one in arm.list(f"{path}/?{VERSION}", next_link="nextLink")
        if (one.get("tags") or {}).get("azd-env-name") == environment
        and _properties(one).get("provisioningState") == "Succeeded"
    ]
    if not found:
        return {}
    latest = max(found, key=lambda one: str(_properties(one).get("timestamp")))
    if "outputs" not in _properties(latest):  # a list may leave them out
        latest = arm.send("GET", f"{path}/{quote(str(latest['name']))}?{VERSION}")
    outputs = _properties(latest).get("outputs") or {}
    return {name.upper(): _text(output.get("value")) for name, output in outputs.items()}


def keep_settings(azd: Azd, deployed: dict[str, str], report: Report) -> None:
    """Take over what nobody has set here, or what somebody has changed elsewhere since.

    A row for each of these settings, and for each one that this provisioning changes.
    """
    before = _copy(azd)
    for name, default in defaults().items():
        mine, theirs = azd.chosen(name), deployed.get(name)
        if name == ONCE or theirs is None or (mine or default) == (theirs or default):
            continue
        if mine is None or mine == before.get(name):
            azd.set(name, theirs)
            report.add(name, DONE, f'"{theirs}", taken over from the running app')
        else:
            report.add(name, CHANGES, f'from "{theirs or default}" to "{mine or default}"')


def save_copy(azd: Azd) -> None:
    """Store what was provisioned, for the next time."""
    names = [REGION, *(name for name in defaults() if name != ONCE)]
    values = {name: azd.chosen(name) for name in names}
    kept = {name: value for name, value in values.items() if value is not None}
    azd.set(COPY, json.dumps(kept, sort_keys=True))


def restore_copy(azd: Azd) -> int:
    """Put back what azd down has removed from azd's environment; return how many settings."""
    lost = {name: value for name, value in _copy(azd).items() if azd.chosen(name) is None}
    for name, value in lost.items():
        azd.set(name, value)
    return len(lost)


def _copy(azd: Azd) -> dict[str, str]:
    try:
        kept = json.loads(azd.get(COPY, "{}"))
    except ValueError:
        return {}
    return kept if isinstance(kept, dict) else {}


def _properties(deployment: Json) -> Json:
    return deployment.get("properties") or {}


def _text(value: object) -> str:
    """Return an output as azd writes it into its environment."""
    return str(value).lower() if isinstance(value, bool) else str(value)
