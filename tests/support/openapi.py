"""Check answers against docs/openapi.yaml: status, media type and content."""

import json
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import requests
import yaml  # type: ignore[import-untyped]  # it has no types of its own

from tests.support.schema_validator import validator

DOCUMENT: Any = yaml.safe_load(
    (Path(__file__).parents[2] / "docs" / "openapi.yaml").read_text(encoding="utf-8")
)
PATHS = DOCUMENT["paths"]


def described(answer: requests.Response) -> requests.Response:
    """Return the answer. Fail if the document does not describe it; unknown paths answer 404."""
    path = "/" + answer.request.path_url.partition("?")[0].removeprefix("/api/")
    documented = next((known for known in PATHS if matches(known, path)), None)
    operation = (
        PATHS[documented].get(str(answer.request.method).lower())
        if documented is not None
        else None
    )
    if operation is None:
        assert answer.status_code == 404, (
            f"{answer.request.method} {path} is not described, but is answered"
        )
        return answer
    found = operation["responses"].get(str(answer.status_code))
    assert found is not None, (
        f"{answer.request.method} {path}: {answer.status_code} is not described"
    )
    response = resolved(found)
    for name in response.get("headers", {}):
        assert name in answer.headers, f"{path}: {answer.status_code} has no {name}"
    media_type = answer.headers.get("content-type", "").partition(";")[0]
    if "content" not in response:
        assert answer.content == b"", f"{path}: {answer.status_code} has no body"
        return answer
    assert media_type in response["content"], f"{path}: {answer.status_code} is not {media_type}"
    body = answer.json() if media_type.endswith("json") else answer.text
    wrong = misfits(body, response["content"][media_type]["schema"])
    assert not wrong, f"{path}: {'; '.join(wrong)}"
    return answer


def misfits(document: object, schema: object, *, exactly: bool = False) -> list[str]:
    """Return the errors of a document. With `exactly`, unknown names are errors too."""
    components = DOCUMENT["components"]
    whole = {"allOf": [schema], "components": _closed(components) if exactly else components}
    found = validator(whole).iter_errors(json.loads(json.dumps(document)))
    return [f"{error.json_path}: {error.message}" for error in found]


def matches(pattern: str, path: str) -> bool:
    """Return whether a path matches a pattern, in which a parameter is one segment."""
    return re.fullmatch(re.sub(r"\\\{\w+[^/}]*\\\}", "[^/]+", re.escape(pattern)), path) is not None


def resolved(part: Any) -> Any:  # noqa: ANN401  (a part of the document)
    """Return a response, or the one that a reference names."""
    return (
        DOCUMENT["components"]["responses"][part["$ref"].rpartition("/")[2]]
        if "$ref" in part
        else part
    )


def _closed(part: object) -> object:
    """Return the schemas with unknown names forbidden."""
    if isinstance(part, Mapping):
        closed = {"additionalProperties": False} if "properties" in part else {}
        return {name: _closed(value) for name, value in part.items()} | closed
    return [_closed(each) for each in part] if isinstance(part, list) else part
