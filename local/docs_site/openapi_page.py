"""The description of the HTTP interface, `docs/openapi.yaml`, as a page to read.

It is Markdown, so it is searched, linked and checked as all pages are; a viewer in JavaScript is
not.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

SOURCE = "docs/openapi.yaml"
_METHODS = ("get", "post", "put", "patch", "delete", "head")
_CHARS = str.maketrans({"|": "\\|", "\n": " "})


def openapi_page(document: Mapping[str, Any]) -> str:
    """Return the page in Markdown: each operation, then each schema."""
    return "\n".join(_Page(document).lines()) + "\n"


class _Page:
    def __init__(self, document: Mapping[str, Any]) -> None:
        """Have the parts of the document that others refer to."""
        self._document = document
        self._components = document["components"]

    def lines(self) -> Iterator[str]:
        yield from ("# HTTP interface", "", self._document["info"]["description"].strip(), "")
        file = SOURCE.rpartition("/")[2]
        version = self._document["openapi"]
        yield f'The same for programs, in OpenAPI {version}: <a href="{file}">{file}</a>.'
        yield from ("", "## Authentication", "", "| name | where | meaning |", "|---|---|---|")
        for scheme in self._components["securitySchemes"].values():
            yield f"| `{scheme['name']}` | {scheme['in']} | {_cell(scheme['description'])} |"
        for tag in self._document["tags"]:
            yield from ("", f"## Routes for {tag['name']}", "", tag["description"])
            for path, operations in self._document["paths"].items():
                yield from self._path(path, operations, tag["name"])
        yield from ("", "## Schemas", "")
        for title, schema in self._components["schemas"].items():
            yield from self._named(title, schema)

    def _path(self, path: str, operations: Mapping[str, Any], tag: str) -> Iterator[str]:
        found = {
            method: self._resolved(operations[method])
            for method in _METHODS
            if tag in operations.get(method, {}).get("tags", ())
        }
        for method, operation in found.items():
            if "operationId" in operation:
                yield from self._operation(f"{method.upper()} /api{path}", operation)
        for method, operation in found.items():
            if "operationId" not in operation:
                statuses = ", ".join(operation["responses"])
                summary = operation["summary"]
                yield from ("", f"`{method.upper()}`: {summary} Status {statuses}.")

    def _operation(self, title: str, operation: Mapping[str, Any]) -> Iterator[str]:
        yield from ("", f"### {title}", "", operation["summary"], "")
        yield from (operation.get("description", "").strip(), "")
        security = operation.get("security", self._document["security"])
        names = [
            self._components["securitySchemes"][name]["name"] for one in security for name in one
        ]
        yield f"Authentication: {' or '.join(f'`{name}`' for name in names) or 'none'}."
        parameters = [self._resolved(each) for each in operation.get("parameters", ())]
        if parameters:
            yield from ("", "| parameter | where | type | meaning |", "|---|---|---|---|")
        for each in parameters:
            needed = " (required)" if each.get("required") else ""
            meaning = _cell(each.get("description", ""))
            type_ = self._type(each["schema"])
            yield f"| `{each['name']}`{needed} | {each['in']} | {type_} | {meaning} |"
        for media, content in operation.get("requestBody", {}).get("content", {}).items():
            yield from ("", f"Body, `{media}`:", "")
            yield from self._properties(content["schema"])
        yield from ("", "| status | meaning | body |", "|---|---|---|")
        for status, given in operation["responses"].items():
            response = self._resolved(given)
            bodies = ", ".join(
                f"`{media}`{self._body(content.get('schema'))}"
                for media, content in response.get("content", {}).items()
            )
            yield f"| {status} | {_cell(response['description'])} | {bodies} |"

    def _body(self, schema: Mapping[str, Any] | None) -> str:
        shown = self._type(schema) if schema else ""
        return f": {shown}" if "](" in shown else ""

    def _named(self, title: str, schema: Mapping[str, Any]) -> Iterator[str]:
        yield from ("", f"### {title} (schema)", "", schema.get("description", "").strip(), "")
        if "properties" in schema:
            yield from self._properties(schema)
        else:
            yield f"Type: {self._type(schema)}."

    def _properties(self, schema: Mapping[str, Any]) -> Iterator[str]:
        schema = self._resolved(schema)
        yield from ("| property | type | meaning |", "|---|---|---|")
        yield from self._rows(schema, "")

    def _rows(self, schema: Mapping[str, Any], prefix: str) -> Iterator[str]:
        required = schema.get("required", ())
        for name, given in schema.get("properties", {}).items():
            optional = "" if name in required else " (optional)"
            meaning = _cell(given.get("description", ""))
            yield f"| `{prefix}{name}`{optional} | {self._type(given)} | {meaning} |"
            for part, after in ((given, "."), (given.get("items", {}), "[].")):
                if "properties" in part:
                    yield from self._rows(part, f"{prefix}{name}{after}")

    def _type(self, schema: Mapping[str, Any]) -> str:
        """Return the type of a value in words, with links to the schemas."""
        if "$ref" in schema:
            title = schema["$ref"].rpartition("/")[2]
            return f"[{title}](#{title.lower()}-schema)"
        for several in ("oneOf", "anyOf"):
            if several in schema:
                return " or ".join(self._type(each) for each in schema[several])
        if "const" in schema:
            return f"`{_plain(schema['const'])}`"
        if "enum" in schema:
            return ", ".join(f"`{_plain(each)}`" for each in schema["enum"])
        type_ = schema.get("type", "any")
        if type_ == "array" and "items" in schema:
            return f"array of {self._type(schema['items'])}"
        names: Sequence[str] = [type_] if isinstance(type_, str) else type_
        limits = [
            f"{words} `{_cell(str(schema[key]))}`"
            for key, words in _LIMITS.items()
            if key in schema
        ]
        return ", ".join((" or ".join(names), *limits))

    def _resolved(self, given: Mapping[str, Any]) -> Mapping[str, Any]:
        while "$ref" in given:
            found: Any = self._document
            for key in given["$ref"].removeprefix("#/").split("/"):
                found = found[key]
            given = found
        return given


_LIMITS = {
    "format": "format",
    "pattern": "pattern",
    "minimum": "at least",
    "maximum": "at most",
    "maxLength": "length at most",
    "default": "default",
}


def _cell(text: str) -> str:
    return text.strip().translate(_CHARS)


def _plain(value: object) -> str:
    return value if isinstance(value, str) else json.dumps(value)
