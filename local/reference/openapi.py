"""docs/openapi.yaml, with its references."""

from pathlib import Path
from typing import Any

import yaml  # type: ignore[import-untyped]  # it has no types of its own

type Part = dict[str, Any]

DOCUMENT: Part = yaml.safe_load(
    (Path(__file__).parents[2] / "docs" / "openapi.yaml").read_text(encoding="utf-8")
)
SCHEMAS: Part = DOCUMENT["components"]["schemas"]


def reference(part: Part) -> str:
    """Return the name of the component that a part refers to; empty if it refers to none."""
    return str(part.get("$ref", "")).rpartition("/")[2]


def resolved(part: Part) -> Part:
    """Return a part together with the component that it refers to."""
    if "$ref" not in part:
        return part
    found: Part = DOCUMENT
    for name in part["$ref"].removeprefix("#/").split("/"):
        found = found[name]
    return {**found, **part}


def meaning(part: Part) -> str:
    """Return the description of a part, or of what it refers to."""
    return " ".join(str(resolved(part).get("description", "")).split())
