"""HTTP triggers: a request with a known route and the right key runs a function.

As the host in Azure does it (Azure/azure-functions-host): functions are tried in the order of their
names, and a known route with another method, HEAD included, is 404 (its issues #10098 and #11625);
the key is in `x-functions-key`, else in `?code=`, and a wrong one is 401 with an empty body;
`POST /admin/functions/NAME` starts a timer. Different here: one key opens everything, and neither
the 230 seconds of an HTTP request nor a function's timeout are enforced.
"""

import hmac
import logging
from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, datetime
from http import HTTPStatus
from typing import TYPE_CHECKING

from werkzeug import Request, Response
from werkzeug.exceptions import HTTPException
from werkzeug.http import dump_cookie

from local.functions_host import rpc
from local.functions_host.errors import HostError, InvocationFailed
from local.functions_host.routes import Route, RouteError, route
from local.functions_host.timer_triggers import Timers
from local.functions_host.worker import Function, Off

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment

BODY_LIMIT = 100_000_000
"""Maximum size of a request's body in bytes; the host in Azure accepts 100 MB."""

_ADMIN = "/admin/functions/"
_SAME_SITE = {1: "Lax", 2: "Strict", 3: "None"}
_log = logging.getLogger(__name__)


class Key:
    """The one function key. Its repr does not show it."""

    __slots__ = ("_value",)

    def __init__(self, value: str) -> None:
        """Set the key. Raise `HostError` for an empty one, which would allow everybody."""
        if not value:
            raise HostError(
                "LOCAL_FUNCTION_KEY is set, but empty: set a value, or unset it to use `local`"
            )
        self._value = value.encode()

    def admits(self, request: Request) -> bool:
        """Return whether the request has the key. The header, if present, wins over the query."""
        given = request.headers.get("x-functions-key", request.args.get("code", ""))
        return hmac.compare_digest(given.encode(), self._value)


class _Answer(Response):
    default_mimetype = None  # a function that sets no type gets none


class Front:
    """The WSGI application in front of the functions of an app."""

    def __init__(
        self,
        functions: Iterable[Function],
        invoke: Callable[[Function, rpc.TypedData], rpc.TypedData | None],
        timers: Timers,
        prefix: str,
        key: Key,
        *,
        off: Off,
    ) -> None:
        """Read the routes. `off` is told of each that is invalid."""
        self._invoke, self._timers, self._key = invoke, timers, key
        self.routes: dict[str, Route] = {}
        self._functions: list[Function] = []
        for function in sorted(functions, key=lambda function: function.name.lower()):
            if function.kind == "http":
                try:
                    self.routes[function.name] = _route(function, prefix)
                except RouteError as error:
                    off(function, str(error))
                else:
                    self._functions.append(function)

    def __call__(
        self, environ: "WSGIEnvironment", start_response: "StartResponse"
    ) -> Iterable[bytes]:
        """Answer a request."""
        request = Request(environ)
        request.max_content_length = BODY_LIMIT
        try:
            response = self._answer(request)
        except HTTPException as error:  # a body that is too large or incomplete
            response = _Answer(status=error.code)
        return response(environ, start_response)

    def _answer(self, request: Request) -> Response:
        if request.path.startswith(_ADMIN):
            return self._administer(request, request.path.removeprefix(_ADMIN))
        for function in self._functions:
            parameters = self.routes[function.name].match(request.method, request.path)
            if parameters is not None:
                if access(function) != "anonymous" and not self._key.admits(request):
                    return _Answer(status=HTTPStatus.UNAUTHORIZED)
                return self._call(function, request, parameters)
        return _Answer(status=HTTPStatus.NOT_FOUND)

    def _administer(self, request: Request, name: str) -> Response:
        if not self._key.admits(request):
            return _Answer(status=HTTPStatus.UNAUTHORIZED)
        if request.method != "POST" or name not in self._timers:
            return _Answer(status=HTTPStatus.NOT_FOUND)
        self._timers.start(name)
        return _Answer(status=HTTPStatus.ACCEPTED)

    def _call(
        self, function: Function, request: Request, parameters: Mapping[str, str]
    ) -> Response:
        try:
            value = self._invoke(function, rpc.TypedData(http=incoming(request, parameters)))
        except InvocationFailed as error:
            _log.error("%s failed: %s\n%s", function.name, error, error.stack.rstrip())
            return _Answer(status=HTTPStatus.INTERNAL_SERVER_ERROR)
        return outgoing(value)


def access(function: Function) -> str:
    """Return the access level of an HTTP function: `anonymous`, `function` (default) or `admin`."""
    return str(function.trigger.get("authLevel") or "function").lower()


def _route(function: Function, prefix: str) -> Route:
    methods = function.trigger.get("methods") or []
    return route(
        prefix,
        str(function.trigger.get("route") or function.name),
        [str(each) for each in methods if each] if isinstance(methods, list) else [],
    )


def incoming(request: Request, parameters: Mapping[str, str]) -> rpc.RpcHttp:
    """Build the message for a function, as `GrpcMessageConversionExtensions.ToRpcHttp` does."""
    query = {name: ",".join(filter(None, values)) for name, values in request.args.lists()}
    body = request.get_data()
    return rpc.RpcHttp(
        method=request.method,
        url=f"{request.scheme}://{request.host}{request.environ['REQUEST_URI']}",
        headers={name.lower(): value for name, value in request.headers},
        params=parameters,
        query={name: value for name, value in query.items() if value},
        body=rpc.TypedData(bytes=body or None),
    )


def outgoing(value: rpc.TypedData | None) -> Response:
    """Build the response from the returned value: nothing is 204, a text is 200."""
    if value is None or value.WhichOneof("data") is None:
        return _Answer(status=HTTPStatus.NO_CONTENT)
    if value.http is None:
        return _Answer(_body(value), content_type="text/plain; charset=utf-8")
    response = _Answer(
        _body(value.http.body),
        status=int(value.http.status_code),
        headers=list(value.http.headers.items()),
    )
    for cookie in value.http.cookies or ():
        response.headers.add("Set-Cookie", _cookie(cookie))
    return response


def _body(value: rpc.TypedData | None) -> str | bytes:
    if value is None:
        return b""
    return value.bytes or value.string or value.json or b""


def _cookie(cookie: rpc.RpcHttpCookie) -> str:
    return dump_cookie(
        cookie.name,
        cookie.value,
        max_age=int(cookie.max_age.value) if cookie.max_age else None,
        expires=datetime.fromtimestamp(cookie.expires.value.seconds, UTC)
        if cookie.expires
        else None,
        path=cookie.path.value or None if cookie.path else None,
        domain=cookie.domain.value or None if cookie.domain else None,
        secure=bool(cookie.secure and cookie.secure.value),
        httponly=bool(cookie.http_only and cookie.http_only.value),
        sync_expires=False,
        samesite=_SAME_SITE.get(cookie.same_site),
    )
