"""HTTP answers as values: JSON that is not cached by strangers, and errors as problem documents (RFC 9457), never a trace."""

import hashlib
import json
from typing import NamedTuple

from shared.core.memory import Outcome
from shared.render.documents import Json

GUARDS = {"X-Content-Type-Options": "nosniff", "Referrer-Policy": "same-origin", "X-Frame-Options": "DENY"}


class Answer(NamedTuple):
    """What goes back to the caller."""

    status: int
    body: str
    media_type: str
    headers: dict[str, str]


def health(*, fresh: bool | None) -> Answer:
    """Say only whether checks are made: `ok`, `starting` (`fresh` is `None`) or `stale`."""
    word = "stale" if fresh is False else "ok" if fresh else "starting"
    return Answer(503 if fresh is False else 200, word, "text/plain", GUARDS | {"Cache-Control": "no-store"})


def status(document: Json, service: str | None, known_tag: str | None) -> Answer:
    """Give the status document, or that of one service; 304 if the caller has it already, 404 if there is no such service.

    The tag covers everything but the time at which the document was made.
    """
    body: object = document
    if service is not None:
        services = document["services"]
        assert isinstance(services, list)
        body = next((found for found in services if found["id"] == service), None)
        if body is None:
            known = ", ".join(found["id"] for found in services)
            return problem(404, "No such service", f"There is no service {service[:80]!r} on the watchlist; its services are: {known}.")
    lasting = {key: value for key, value in document.items() if key != "generated_at"} if service is None else body
    tag = '"' + hashlib.sha256(_text(lasting).encode()).hexdigest()[:32] + '"'
    headers = GUARDS | {"Cache-Control": "private, no-cache", "ETag": tag}
    if known_tag is not None and tag in {each.strip().removeprefix("W/") for each in known_tag.split(",")}:
        return Answer(304, "", "application/json", headers)
    return Answer(200, _text(body), "application/json", headers)


def check(document: Json) -> Answer:
    """Give the check document; as a problem, with all of it inside, if the check did not end well."""
    outcome = document["outcome"]
    if outcome in {Outcome.PARTIAL, Outcome.FAILED}:
        return problem(502, f"The check ended as {outcome}", str(document["error"]), document)
    return Answer(200, _text(document), "application/json", GUARDS | {"Cache-Control": "no-store"})


def problem(status: int, title: str, detail: str, more: Json | None = None) -> Answer:
    """Give an error: what is wrong, in a sentence, and whatever `more` the caller can use."""
    document = {"type": "about:blank", "title": title, "status": status, "detail": detail, **(more or {})}
    return Answer(status, _text(document), "application/problem+json", GUARDS | {"Cache-Control": "no-store"})


def _text(document: object) -> str:
    return json.dumps(document, ensure_ascii=True)
