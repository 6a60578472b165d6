"""The keys of a watchlist, as tables made of docs/reference/watchlist.schema.json."""

import json
from pathlib import Path
from typing import Any

from local.reference.markdown import code, table

type Schema = dict[str, Any]

SCHEMA: Schema = json.loads(
    (Path(__file__).parents[2] / "docs/reference/watchlist.schema.json").read_text("utf-8")
)
_TYPES = {
    "ladder": "list of whole numbers, 0 to 3650, in descending order",
    "channel_names": "list of channels",
    "email_address": "email address",
    "guid": "id",
    "setting": '"env:NAME"',
    "url": "https URL",
    "flag": "true or false",
    "text": "text",
}
"""What people call the values of a definition of the schema."""


def keys(name: str) -> str:
    """Return the table of the keys of a table of the watchlist, by its name in the schema."""
    schema = SCHEMA if name == "watchlist" else SCHEMA["$defs"][name]
    required = schema.get("required", [])
    rows = (
        _row(key, part, is_required=key in required) for key, part in schema["properties"].items()
    )
    return table(("key", "meaning", "value", "default", "example"), rows)


def _row(key: str, part: Schema, *, is_required: bool) -> tuple[str, ...]:
    whole = {**_named(part), **part}
    default = whole.get("$comment", "")
    if is_required:
        default = "required"
    elif "default" in whole:
        default = code(_toml(whole["default"]))
    example = code(f"{key} = {_toml(whole['examples'][0])}") if "examples" in whole else ""
    return code(key), whole["description"], _type(part), default, example


def _named(part: Schema) -> Schema:
    """Return the definition that a part refers to; empty if it refers to none."""
    found: Schema = SCHEMA["$defs"][_name(part)] if "$ref" in part else {}
    return found


def _name(part: Schema) -> str:
    return str(part.get("$ref", "")).rpartition("/")[2]


def _type(part: Schema) -> str:
    if _name(part) in _TYPES:
        return _TYPES[_name(part)]
    whole = {**_named(part), **part}
    if "enum" in whole:
        return ", ".join(code(_toml(each)) for each in whole["enum"])
    if whole["type"] == "array" and _name(whole["items"]) in {"app", "service"}:
        return "tables"
    if whole["type"] == "array":
        return "list"
    if whole["type"] == "integer":
        return f"whole number, {whole['minimum']} to {whole['maximum']}"
    return "table" if whole["type"] == "object" else "text"


def _toml(value: object) -> str:
    if isinstance(value, dict):
        return f"{{ {', '.join(f'{key} = {_toml(each)}' for key, each in value.items())} }}"
    if isinstance(value, list):
        return f"[{', '.join(map(_toml, value))}]"
    return json.dumps(value, ensure_ascii=False)
