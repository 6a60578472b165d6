"""HTTP responses: values, and the conversion to the type of the Functions worker.

They are not cached by proxies and run nothing in a browser but the page's own script. Errors are
problem documents (RFC 9457), never a traceback.
"""

import hashlib
import json
from collections.abc import Mapping
from html import escape
from typing import NamedTuple
from urllib.parse import urlencode

import azure.functions as func

from shared.config.setting_rules import SIGN_IN_TRIED
from shared.config.settings import NoSuchTenant
from shared.core.model.check_record import Outcome
from shared.render.feeds.document_parts import Json
from shared.render.text.escape import clean
from shared.web.log import log

GUARDS = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",  # not stricter: Easy Auth refuses forms without a referrer
    "X-Frame-Options": "DENY",
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
    "Strict-Transport-Security": "max-age=31536000",  # browsers ignore it where there is no TLS
}
"""The headers of every response; a response may set its own value of one."""
MAX_DETAIL_CHARS = 2000
PAGE_POLICY = (
    "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self' data:; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)


class HttpResponse(NamedTuple):
    """A response."""

    status: int
    body: str
    media_type: str
    headers: dict[str, str]


def respond(response: HttpResponse) -> func.HttpResponse:
    """Return a response as the worker's own type, with the security headers."""
    status, body, media_type, own = response
    headers = GUARDS | own
    return func.HttpResponse(body, status_code=status, mimetype=media_type, headers=headers)


def unavailable(error: Exception) -> func.HttpResponse:
    """Return the error of a request that cannot be served.

    An unknown or missing tenant is the caller's error; all others are logged, and answered 503.
    """
    if isinstance(error, NoSuchTenant):
        status, title = (404, "No such tenant") if error.given else (400, "Which tenant?")
        return respond(problem(status, title, str(error)))
    log.error("%s", error)
    return respond(problem(503, "Not available", str(error)))


def health(*, fresh: bool | None) -> HttpResponse:
    """Return whether checks succeed: `ok`, `starting` (`fresh` is `None`) or `stale`."""
    word = "stale" if fresh is False else "ok" if fresh else "starting"
    return _not_stored(503 if fresh is False else 200, word, "text/plain")


def status(document: Json, service: str | None, known_tag: str | None) -> HttpResponse:
    """Return the status document, or the part about one service.

    The status is 304 if the caller has the document already, and 404 if the service is unknown.
    The tag covers everything but the time at which the document was made.
    """
    if service is None:
        lasting = {key: value for key, value in document.items() if key != "generated_at"}
        return _status(document, lasting, known_tag)
    services = document["services"]
    assert isinstance(services, list)
    found = next((each for each in services if each["id"] == service), None)
    if found is None:
        known = ", ".join(each["id"] for each in services)
        detail = (
            f"There is no service {service[:80]!r} on the watchlist; its services are: {known}."
        )
        return problem(404, "No such service", detail)
    return _status(found, found, known_tag)


def _status(body: object, lasting: object, known_tag: str | None) -> HttpResponse:
    return _tagged(_text(body), _text(lasting), "application/json", "private, no-cache", known_tag)


def check(document: Json) -> HttpResponse:
    """Return the check document; if the check did not succeed, as a problem that contains it."""
    outcome = document["outcome"]
    if outcome in {Outcome.PARTIAL, Outcome.FAILED}:
        return problem(502, f"The check ended as {outcome}", str(document["error"]), document)
    return _not_stored(200, _text(document), "application/json")


def problem(status: int, title: str, detail: str, more: Json | None = None) -> HttpResponse:
    """Return an error as a problem document; `more` are fields for the caller."""
    document: Json = {"type": "about:blank", "title": title, "status": status, "detail": detail}
    return _not_stored(status, _text(document | (more or {})), "application/problem+json")


def page(html: str, status: int = 200, *, posts_to: str = "") -> HttpResponse:
    """Return a page, which loads only its own style and script.

    `posts_to` is an origin besides the page's own to which its forms may lead: Chromium applies
    the policy to each redirect that follows a form, and a form may lead to a sign-in.
    """
    policy = PAGE_POLICY
    if posts_to:
        policy = policy.replace("form-action 'self'", f"form-action 'self' {posts_to}")
    return _not_stored(status, html, "text/html", {"Content-Security-Policy": policy})


def sorry(status: int, title: str, detail: str) -> HttpResponse:
    """Return an error to a person, when the status page cannot be made."""
    title, detail = escape(title), escape(clean(detail, MAX_DETAIL_CHARS))
    return page(
        '<!doctype html>\n<html lang="en">\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width">\n'
        f"<title>{title}</title>\n<h1>{title}</h1>\n<p>{detail}</p>\n</html>\n",
        status,
    )


def see_other(path: str) -> HttpResponse:
    """Redirect to a path of the app by GET, so that a reload does not send the form again."""
    return _not_stored(303, "", "text/plain", {"Location": path})


def sign_in(path: str) -> HttpResponse:
    """Send a browser to sign in, and then to `path`, a path of the app; it remembers for a minute.

    https://learn.microsoft.com/azure/app-service/configure-authentication-customize-sign-in-out
    """
    cookie = f"{SIGN_IN_TRIED}=1; Max-Age=60; Path=/; Secure; HttpOnly; SameSite=Lax"
    target = f"/.auth/login/aad?{urlencode({'post_login_redirect_uri': path})}"
    return _not_stored(302, "", "text/plain", {"Location": target, "Set-Cookie": cookie})


def asset(assets: Mapping[str, tuple[str, str]], name: str, known_tag: str | None) -> HttpResponse:
    """Return the style or the script of the page, which are public; 304 and 404 as in `status`."""
    if name not in assets:
        return problem(404, "No such file", "The page has no file of this name.")
    media_type, text = assets[name]
    return _tagged(text, text, media_type, "no-cache", known_tag)


def feed(text: str, media_type: str, file_name: str = "") -> HttpResponse:
    """Return a feed; with `file_name`, as a file to be saved."""
    headers = {"Cache-Control": "private, no-cache"}
    if file_name:
        headers["Content-Disposition"] = f'attachment; filename="{file_name}"'
    return HttpResponse(200, text, media_type, headers)


def _not_stored(
    status: int, body: str, media_type: str, headers: Mapping[str, str] | None = None
) -> HttpResponse:
    return HttpResponse(status, body, media_type, {"Cache-Control": "no-store", **(headers or {})})


def _tagged(
    body: str, lasting: str, media_type: str, caching: str, known_tag: str | None
) -> HttpResponse:
    """Return `body`, or 304 if the caller has it already; the tag covers `lasting`.

    `*` stands for any tag (RFC 9110, If-None-Match).
    """
    tag = '"' + hashlib.sha256(lasting.encode()).hexdigest()[:32] + '"'
    headers = {"Cache-Control": caching, "ETag": tag}
    known = {each.strip().removeprefix("W/") for each in (known_tag or "").split(",")}
    if tag in known or known == {"*"}:
        return HttpResponse(304, "", media_type, headers)
    return HttpResponse(200, body, media_type, headers)


def _text(document: object) -> str:
    return json.dumps(document, ensure_ascii=True)
