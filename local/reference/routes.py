"""The routes, their parameters, forms and answers, from docs/openapi.yaml."""

from collections import defaultdict
from collections.abc import Iterator

from local.reference.markdown import code, table
from local.reference.openapi import DOCUMENT, Part, meaning, resolved

BASE = "/api"


def _operations() -> Iterator[tuple[str, Part]]:
    """Yield each route and its operation. HEAD, and what leads back to the page, have no id."""
    for path, methods in DOCUMENT["paths"].items():
        for method, operation in methods.items():
            if "operationId" in operation:
                yield f"{method.upper()} {BASE}{path}", operation


def _access(operation: Part) -> str:
    security = operation.get("security", DOCUMENT["security"])
    if not security:
        return "public"
    return "signed in" if any("easyAuth" in each for each in security) else "function key"


def _statuses(operation: Part) -> str:
    return ", ".join(str(status) for status in operation["responses"])


def routes() -> str:
    """Return a table of all routes."""
    rows = (
        (code(route), _access(each), each["summary"], _statuses(each))
        for route, each in _operations()
    )
    return table(("route", "who may", "does", "answers"), rows)


def parameters() -> str:
    """Return a table of the parameters in addresses and headers."""
    found: dict[tuple[str, str], list[str]] = defaultdict(list)
    for route, operation in _operations():
        for each in map(resolved, operation.get("parameters", [])):
            found[each["name"], meaning(each)].append(code(route.rpartition(BASE)[2]))
    return table(
        ("parameter", "routes", "meaning"),
        ((code(name), ", ".join(where), what) for (name, what), where in found.items()),
    )


def forms() -> str:
    """Return a table of the fields of the forms."""
    rows = []
    for route, operation in _operations():
        for content in operation.get("requestBody", {}).get("content", {}).values():
            schema = content["schema"]
            for name, part in schema.get("properties", {}).items():
                is_required = name in schema["required"]
                rows.append((code(route), code(name), "yes" if is_required else "", meaning(part)))
    return table(("form", "field", "required", "meaning"), rows)


def answers() -> str:
    """Return a table of what each status means, with the routes that give it."""
    found: dict[tuple[str, str], list[str]] = defaultdict(list)
    for route, operation in _operations():
        for status, answer in operation["responses"].items():
            found[status, meaning(answer)].append(code(route.rpartition(BASE)[2]))
    rows = (
        (status, what, ", ".join(dict.fromkeys(where)))
        for (status, what), where in sorted(found.items(), key=lambda each: each[0][0])
    )
    return table(("status", "means", "routes"), rows)
