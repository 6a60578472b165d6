"""The response from what a function returned, with the host's checks and its cookies."""

import re
from collections.abc import Iterator
from datetime import UTC, datetime
from email.utils import format_datetime
from http import HTTPStatus
from urllib.parse import quote

from local.functions_host import rpc
from local.functions_host.messages import Response
from local.functions_host.wire import NAME, NO_BODY

_NAME, _VALUE = re.compile(NAME), re.compile(r"[\t -~]*")
_SAME_SITE = {1: "lax", 2: "strict", 3: "none"}


def outgoing(value: rpc.TypedData | None) -> Response:
    """Build the response. A text is 200; what cannot be sent is 500, and nothing says why."""
    try:
        response = _response(value)
    except ValueError:
        return Response(HTTPStatus.INTERNAL_SERVER_ERROR)
    sendable = all(
        _NAME.fullmatch(name) and _VALUE.fullmatch(text) for name, text in response.headers
    )
    if not sendable or not _honest_length(response):
        return Response(HTTPStatus.INTERNAL_SERVER_ERROR)
    return response


def _response(value: rpc.TypedData | None) -> Response:
    if value is None or value.WhichOneof("data") is None:
        raise ValueError("the function returned nothing")
    if value.http is None:
        plain = [("Content-Type", "text/plain; charset=utf-8")]
        return Response(HTTPStatus.OK, plain, _body(value))
    cookies = [("Set-Cookie", _cookie(cookie)) for cookie in value.http.cookies or ()]
    return Response(
        int(value.http.status_code),
        [*value.http.headers.items(), *cookies],
        _body(value.http.body),
    )


def _body(value: rpc.TypedData | None) -> bytes:
    if value is None:
        return b""
    return value.bytes or (value.string or value.json or "").encode()


def _honest_length(response: Response) -> bool:
    """Return whether the function set the right `Content-Length`, or none."""
    lengths = {value for name, value in response.headers if name.lower() == "content-length"}
    return response.status in NO_BODY or lengths <= {str(len(response.body))}


def _cookie(cookie: rpc.RpcHttpCookie) -> str:
    """Return a cookie as ASP.NET Core writes it.

    Raises:
        ValueError: its name cannot be the name of a cookie.
    """
    if not _NAME.fullmatch(cookie.name):
        raise ValueError("the name of a cookie is invalid")
    return "; ".join((f"{cookie.name}={quote(cookie.value, safe='')}", *_attributes(cookie)))


def _attributes(cookie: rpc.RpcHttpCookie) -> Iterator[str]:
    if cookie.expires:
        expires = datetime.fromtimestamp(cookie.expires.value.seconds, UTC)
        yield f"expires={format_datetime(expires, usegmt=True)}"
    if cookie.max_age:
        yield f"max-age={int(cookie.max_age.value)}"
    if cookie.domain:
        yield f"domain={cookie.domain.value}"
    if cookie.path:
        yield f"path={cookie.path.value}"
    if cookie.secure and cookie.secure.value:
        yield "secure"
    if cookie.same_site in _SAME_SITE:
        yield f"samesite={_SAME_SITE[cookie.same_site]}"
    if cookie.http_only and cookie.http_only.value:
        yield "httponly"
