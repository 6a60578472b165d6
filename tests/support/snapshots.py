"""What each form of the deployment would create, as the compiler recorded it.

`make infra` compares the records in `infra/snapshots` with what the compiler finds.
"""

import json
from dataclasses import dataclass, field
from typing import Any

from local.bicep import INFRA
from tests.support.arm import GLOBAL, Cloud, value

FORMS = sorted(path.stem for path in (INFRA / "snapshots").glob("*.bicepparam"))


@dataclass(frozen=True)
class Snapshot:
    """One form, in one of Azure's clouds."""

    resources: list[dict[str, Any]] = field(repr=False)
    outputs: dict[str, Any] = field(repr=False)

    def all(self, kind: str) -> list[dict[str, Any]]:
        """Return the resources of a type."""
        return [each for each in self.resources if each["type"] == f"Microsoft.{kind}"]

    def only(self, kind: str, name: str = "") -> dict[str, Any]:
        """Return the one resource of a type, or the one whose name ends so."""
        (found,) = [each for each in self.all(kind) if each["name"].endswith(name)]
        return found

    @property
    def settings(self) -> dict[str, str]:
        """The settings of the app."""
        found: dict[str, str] = self.only("Web/sites/config", "/appsettings")["properties"]
        return found


def read(form: str, cloud: Cloud = GLOBAL) -> Snapshot:
    """Read the record of a form."""
    path = INFRA / "snapshots" / f"{form}.snapshot.json"
    document = value(json.loads(path.read_text(encoding="utf-8")), cloud)
    assert document["diagnostics"] == []
    return Snapshot(document["predictedResources"], document["outputs"])
