"""What Graph answers instead of its usual answer: `Twist`s for the proxy in front of it."""

import gzip
import json
import re
from collections.abc import Callable, Mapping
from typing import Any

from tests.support.fault_proxy import Pass, Twist
from tests.support.graph_objects import error
from tests.support.scripted import Asked, Reply, reply

REFUSED = error("Authorization_RequestDenied", "Insufficient privileges to complete the operation.")


def refuses(begins: str) -> Twist:
    """Answer 403 to every request of Graph whose path begins so."""
    return _instead(lambda url: url.startswith(begins), 403, REFUSED)


def lacks(*properties: str) -> Twist:
    """Answer like a cloud that does not know one of these properties: 400 to a `$select` of it."""

    def unknown(url: str) -> str:
        chosen = {
            name.strip()
            for part in re.findall(r"\$select=([^&)]*)", url.replace("%24", "$"))
            for name in part.replace("%2C", ",").split(",")
        }
        return next((name for name in properties if name in chosen), "")

    def refusal(url: str) -> object:
        kind = "servicePrincipal" if "/servicePrincipals" in url else "application"
        return error(
            "BadRequest",
            "Parsing OData Select and Expand failed: Could not find a property named "
            f"'{unknown(url)}' on type 'microsoft.graph.{kind}'.",
        )

    return _instead(lambda url: bool(unknown(url)), 400, refusal)


def with_owners_disabled(*names: str) -> Twist:
    """Answer that the accounts of the owners with these names are disabled, others enabled."""

    def marked(value: Any) -> Any:  # noqa: ANN401  (JSON)
        match value:
            case {"@odata.type": "#microsoft.graph.user"}:
                return {**value, "accountEnabled": value.get("displayName") not in names}
            case dict():
                return {name: marked(each) for name, each in value.items()}
            case list():
                return [marked(each) for each in value]
        return value

    def twist(asked: Asked, passed: Pass) -> Reply:
        answer = passed()
        about_apps = asked.path.startswith(("/v1.0/$batch", "/v1.0/applications"))
        return _changed(answer, marked) if about_apps and answer.status == 200 else answer

    return twist


def _instead(fits: Callable[[str], bool], status: int, body: object) -> Twist:
    """Answer so to the requests that fit, inside a `$batch` too; `body` may depend on the URL."""

    def answer(url: str) -> object:
        return body(url) if callable(body) else body

    def twist(asked: Asked, passed: Pass) -> Reply:
        if asked.path.startswith("/v1.0/$batch"):
            steps = json.loads(asked.body)["requests"]
            urls = {step["id"]: f"/v1.0/{step['url'].removeprefix('/')}" for step in steps}
            return _changed(passed(), lambda found: _parts(found, urls))
        return reply(answer(asked.path), status) if fits(asked.path) else passed()

    def _parts(found: Any, urls: Mapping[str, str]) -> object:  # noqa: ANN401  (JSON)
        return {
            "responses": [
                {**part, "status": status, "body": answer(urls[part["id"]])}
                if fits(urls[part["id"]])
                else part
                for part in found["responses"]
            ]
        }

    return twist


def _changed(answer: Reply, change: Callable[[Any], object]) -> Reply:
    """Return the answer with its JSON changed, not compressed."""
    headers = {name.lower(): value for name, value in answer.headers.items()}
    body = gzip.decompress(answer.body) if "content-encoding" in headers else answer.body
    headers.pop("content-encoding", None)
    return Reply(answer.status, json.dumps(change(json.loads(body))).encode(), headers)
