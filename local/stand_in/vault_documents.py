"""What a Key Vault answers: secrets and refusals as its JSON."""

import json
import re
from dataclasses import dataclass, field
from http import HTTPStatus
from uuid import uuid4

from werkzeug import Request, Response

from local.stand_in.created_values import note

MAX_TAGS = 15
MAX_TAG_CHARS = 512
MAX_CONTENT_TYPE_CHARS = 255
MAX_VALUE_BYTES = 25_600
_NAME = re.compile(r"[0-9a-zA-Z-]{1,127}")
_VERSION = re.compile(r"\d+\.\d+|\d{4}-\d\d-\d\d")


class Refusal(Exception):
    """A request that Key Vault refuses."""

    def __init__(self, status: int, code: str, message: str) -> None:
        """Set the status, the inner code and a sentence."""
        super().__init__(message)
        self.status, self.code, self.message = status, code, message

    def response(self) -> Response:
        """Return it as Key Vault writes it: for 403 and 409 the exact code is an inner one."""
        outer = {403: "Forbidden", 409: "Conflict"}.get(self.status)
        error: dict[str, object] = {"code": outer or self.code, "message": self.message}
        if outer:
            error["innererror"] = {"code": self.code}
        return answer_json({"error": error}, self.status)


@dataclass(frozen=True)
class Version:
    """One version of a secret."""

    id: str
    value: str = field(repr=False)
    content_type: str | None
    tags: dict[str, str]
    expires: int | None
    not_before: int | None = None


def check_request(request: Request, name: str) -> None:
    """Raise `Refusal` for a request without a version, or with a name that cannot be."""
    if not _VERSION.fullmatch(request.args.get("api-version", "")):
        raise Refusal(HTTPStatus.BAD_REQUEST, "BadParameter", "The api-version is missing.")
    if not _NAME.fullmatch(name):
        text = "The name may contain letters, digits and dashes only."
        raise Refusal(HTTPStatus.BAD_REQUEST, "BadParameter", text)


def version_of(name: str, given: dict[str, object], request: Request) -> Version:
    """Return the version that a request to set a secret asks for. Raise `Refusal`."""
    content_type, tags = given.get("contentType"), given.get("tags") or {}
    attributes = given.get("attributes") or {}
    assert isinstance(tags, dict)
    assert isinstance(attributes, dict)
    texts = [*map(str, tags), *map(str, tags.values())]
    if len(tags) > MAX_TAGS or any(len(text) > MAX_TAG_CHARS for text in texts):
        raise Refusal(HTTPStatus.BAD_REQUEST, "BadParameter", "A tag is too long, or one too many.")
    if content_type and len(str(content_type)) > MAX_CONTENT_TYPE_CHARS:
        raise Refusal(HTTPStatus.BAD_REQUEST, "BadParameter", "The contentType is too long.")
    value = note(str(given["value"]))
    if len(value.encode()) > MAX_VALUE_BYTES:
        raise Refusal(HTTPStatus.BAD_REQUEST, "BadParameter", "The value is too long.")
    identifier = f"https://{request.host}/secrets/{name}/{uuid4().hex}"
    kind = str(content_type) if content_type else None
    return Version(identifier, value, kind, tags, attributes.get("exp"), attributes.get("nbf"))


def described(versions: list[Version]) -> dict[str, object]:
    """Return everything about a secret but its values."""
    newest = versions[-1]
    return {
        "versions": len(versions),
        "content_type": newest.content_type,
        "tags": newest.tags,
        "expires": newest.expires,
        "not_before": newest.not_before,
    }


def without_value(version: Version) -> dict[str, object]:
    """Return a version as JSON, without its value."""
    expires = {} if version.expires is None else {"exp": version.expires}
    return {
        "id": version.id,
        "contentType": version.content_type,
        "tags": version.tags,
        "attributes": {"enabled": True, "recoveryLevel": "Recoverable+Purgeable", **expires},
    }


def bundle(version: Version) -> dict[str, object]:
    """Return a version as JSON, with its value."""
    return {"value": version.value, **without_value(version)}


def not_found(name: str) -> Refusal:
    """Return the refusal for a secret that is not there."""
    text = f"A secret with (name/id) {name} was not found in this key vault."
    return Refusal(HTTPStatus.NOT_FOUND, "SecretNotFound", text)


def answer_json(content: dict[str, object], status: int = HTTPStatus.OK) -> Response:
    """Return a JSON response."""
    return Response(json.dumps(content), status, mimetype="application/json")
