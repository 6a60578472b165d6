"""The names of JSON documents, as tables made of the schemas of docs/openapi.yaml."""

from collections.abc import Iterator

from local.reference.markdown import code, table
from local.reference.openapi import SCHEMAS, Part, meaning, reference, resolved

SIMPLE = {
    "Instant": "instant",
    "InstantOrNone": "instant or null",
    "DayOrNone": "day or null",
    "TextOrNone": "text or null",
    "DaysLeft": "whole number or null",
    "KeyId": "text",
    "ServiceId": "text",
}
SHOWN = {"Told": "Message"}
"""What a page calls a schema whose own name is not plain English."""
STATUS = "status-document.md"
HOMES = {
    "Check": "check-document.md",
    "Message": "check-document.md",
    "MessageItem": "check-document.md",
}
"""The page of each schema that is not on status-document.md."""
WORDS = {"Standing": "standing", "Severity": "severity", "Reason": "reason"}
"""The schemas of words.md, by the heading there."""
COMMON = {
    "app": "The app that has the credential.",
    "apps": "The watched apps.",
    "applications": "How many apps were read.",
    "at": "When.",
    "by": "Who: a name.",
    "channel": "The name of the channel in the watchlist.",
    "checked_at": "When the check began.",
    "client_id": "The application (client) id.",
    "credential": "The credential itself.",
    "credentials": "How many credentials were read.",
    "delivered": "Whether the message was delivered.",
    "ends": "When it expires; null if it does not, or if there is none.",
    "error": "What failed; null if nothing did.",
    "first_seen": "When a check saw it first.",
    "generated_at": "When this document was made.",
    "hint": "The first characters of the value; null for a certificate, or if unknown.",
    "holder": "What has the credential.",
    "id": "The id of the service.",
    "item": "The id of the item; for a service, its own id.",
    "items": "What the message is about.",
    "key": "The key of the row.",
    "kind": "A client secret or a certificate.",
    "last_attempt": "When the last check began.",
    "last_success": "When the last successful check began.",
    "name": "What people call it; null if it has no name.",
    "next_message": "The local day of the next message if nobody acts.",
    "next_step": "Who has to act next, and what to do.",
    "object_id": "The object id in Entra; null if unknown.",
    "outcome": "How the check ended.",
    "partition": "The partition of the row.",
    "reason": "Why the row cannot be read.",
    "requests": "How many requests were sent to Graph.",
    "seconds": "How long it took.",
    "services": "Each service of the watchlist.",
    "severity": "How urgent it is.",
    "standing": "The status of the credential.",
    "starts": "When it becomes valid.",
    "subject": "The subject of the mail.",
    "told": "Each message that was due.",
    "unclaimed": "Credentials of watched apps that no service claims.",
    "until": "The last day of the snooze.",
    "why": "The reason that the person gave.",
    "worst": "The worst severity in it.",
}
"""Meanings of names that docs/openapi.yaml leaves to the reader, the same in each document."""
_TYPES = {
    "string": "text",
    "integer": "whole number",
    "number": "number",
    "boolean": "true or false",
}


def properties(name: str) -> str:
    """Return the table of the names of a schema; those of objects inside it follow with a dot."""
    home = HOMES.get(name, STATUS)
    schema = next((schema for schema, shown in SHOWN.items() if shown == name), name)
    return table(("name", "value", "meaning"), _rows(SCHEMAS[schema], "", home))


def _rows(schema: Part, path: str, home: str) -> Iterator[tuple[str, str, str]]:
    required = schema.get("required", [])
    for name, part in schema.get("properties", {}).items():
        note = "" if name in required else " (may be absent)"
        value = _type(part, home)
        what = meaning(part) or _meaning_inside(part) or _common(name, value)
        yield code(f"{path}{name}"), f"{value}{note}", what
        for inner in _inline(part):
            suffix = "[]" if part.get("type") == "array" else ""
            yield from _rows(inner, f"{path}{name}{suffix}.", home)


def _common(name: str, value: str) -> str:
    """Return the meaning that a name has everywhere; what null means, only if it may be null."""
    what, null, _ = COMMON[name].partition("; null ")
    return COMMON[name] if "null" in value or not null else f"{what}."


def _meaning_inside(part: Part) -> str:
    return next((found for each in part.get("oneOf", []) if (found := meaning(each))), "")


def _inline(part: Part) -> Iterator[Part]:
    """Yield the objects that are written in a part itself, not by reference."""
    for each in (part, part.get("items", {}), *part.get("oneOf", [])):
        if "properties" in each:
            yield each


def _type(part: Part, home: str) -> str:
    name = SHOWN.get(reference(part), reference(part))
    if name in WORDS:
        return f"[{WORDS[name]}](words.md#{WORDS[name]})"
    if name in SIMPLE:
        return SIMPLE[name]
    if name:
        whole = resolved(part)
        page = HOMES.get(name, STATUS).removeprefix(home)
        return f"[{name}]({page}#{name.lower()})" if "properties" in whole else _plain(whole)
    either = part.get("oneOf") or part.get("allOf")
    if either:
        return " or ".join(
            _type(each, home) for each in sorted(either, key=lambda each: "type" in each)
        )
    if part.get("type") == "array":
        return f"list of {_type(part['items'], home)}"
    return _plain(part)


def _plain(part: Part) -> str:
    if "enum" in part:
        return ", ".join("null" if each is None else code(str(each)) for each in part["enum"])
    if "const" in part:
        return code(str(part["const"]))
    kinds = [part["type"]] if isinstance(part["type"], str) else part["type"]
    if part.get("format") == "date":
        return "day"
    return " or ".join(_TYPES.get(each, each) for each in kinds)
