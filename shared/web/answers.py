"""HTTP answers as values: not cached by strangers, inert in a browser; errors are problem documents (RFC 9457), never a trace."""

import hashlib
import json
from collections.abc import Mapping
from html import escape
from typing import NamedTuple

from shared.core.model.check_record import Outcome
from shared.render.feeds.document_parts import Json

GUARDS = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",  # and not less: Easy Auth refuses forms that come from nowhere
    "X-Frame-Options": "DENY",
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
}
PAGE_POLICY = (
    "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self' data:; form-action 'self'; base-uri 'none'; "
    "frame-ancestors 'none'"
)


class HttpResponse(NamedTuple):
    """What goes back to the caller."""

    status: int
    body: str
    media_type: str
    headers: dict[str, str]


def health(*, fresh: bool | None) -> HttpResponse:
    """Say only whether checks are made: `ok`, `starting` (`fresh` is `None`) or `stale`."""
    word = "stale" if fresh is False else "ok" if fresh else "starting"
    return HttpResponse(
        503 if fresh is False else 200, word, "text/plain", GUARDS | {"Cache-Control": "no-store"}
    )


def status(document: Json, service: str | None, known_tag: str | None) -> HttpResponse:
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
            return problem(
                404,
                "No such service",
                f"There is no service {service[:80]!r} on the watchlist; its services are: {known}.",
            )
    lasting = (
        {key: value for key, value in document.items() if key != "generated_at"}
        if service is None
        else body
    )
    return _tagged(_text(body), _text(lasting), "application/json", "private, no-cache", known_tag)


def check(document: Json) -> HttpResponse:
    """Give the check document; as a problem, with all of it inside, if the check did not end well."""
    outcome = document["outcome"]
    if outcome in {Outcome.PARTIAL, Outcome.FAILED}:
        return problem(502, f"The check ended as {outcome}", str(document["error"]), document)
    return HttpResponse(
        200, _text(document), "application/json", GUARDS | {"Cache-Control": "no-store"}
    )


def problem(status: int, title: str, detail: str, more: Json | None = None) -> HttpResponse:
    """Give an error: what is wrong, in a sentence, and whatever `more` the caller can use."""
    document = {
        "type": "about:blank",
        "title": title,
        "status": status,
        "detail": detail,
        **(more or {}),
    }
    return HttpResponse(
        status, _text(document), "application/problem+json", GUARDS | {"Cache-Control": "no-store"}
    )


def page(html: str, status: int = 200) -> HttpResponse:
    """Give a page for people: nothing in it runs or is loaded but our own style and script, and it is kept nowhere."""
    return HttpResponse(
        status,
        html,
        "text/html",
        GUARDS | {"Content-Security-Policy": PAGE_POLICY, "Cache-Control": "no-store"},
    )


def sorry(status: int, title: str, detail: str) -> HttpResponse:
    """Give an error to a person for whom the status page cannot be made."""
    words = f"<h1>{escape(title)}</h1>\n<p>{escape(detail)}</p>"
    head = '<meta charset="utf-8">\n<meta name="viewport" content="width=device-width">'
    return page(
        f'<!doctype html>\n<html lang="en">\n{head}\n<title>{escape(title)}</title>\n{words}\n</html>\n',
        status,
    )


def see_other(path: str) -> HttpResponse:
    """Send a browser to a `path` of our own, by GET: after a form, so that reloading does not send it again."""
    return HttpResponse(
        303, "", "text/plain", GUARDS | {"Location": path, "Cache-Control": "no-store"}
    )


def asset(assets: Mapping[str, tuple[str, str]], name: str, known_tag: str | None) -> HttpResponse:
    """Give the style or the script of the page, of which anybody may know; 304 and 404 as for `status`."""
    if name not in assets:
        return problem(404, "No such file", "The page has no file of this name.")
    media_type, text = assets[name]
    return _tagged(text, text, media_type, "no-cache", known_tag)


def feed(text: str, media_type: str, file_name: str = "") -> HttpResponse:
    """Give a feed; with a `file_name`, as a file to be saved."""
    saved = {"Content-Disposition": f'attachment; filename="{file_name}"'} if file_name else {}
    return HttpResponse(
        200, text, media_type, GUARDS | {"Cache-Control": "private, no-cache"} | saved
    )


def _tagged(
    body: str, lasting: str, media_type: str, caching: str, known_tag: str | None
) -> HttpResponse:
    """Give `body`, or 304 if the caller has it already; the tag covers `lasting`."""
    tag = '"' + hashlib.sha256(lasting.encode()).hexdigest()[:32] + '"'
    headers = GUARDS | {"Cache-Control": caching, "ETag": tag}
    if known_tag is not None and tag in {
        each.strip().removeprefix("W/") for each in known_tag.split(",")
    }:
        return HttpResponse(304, "", media_type, headers)
    return HttpResponse(200, body, media_type, headers)


def _text(document: object) -> str:
    return json.dumps(document, ensure_ascii=True)
