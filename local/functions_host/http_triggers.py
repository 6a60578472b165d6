"""HTTP triggers: a request with a known route and the right key runs a function.

As the host in Azure does it (Azure/azure-functions-host): functions are tried in the order of their
names, and a known route with another method, HEAD included, is 404 (its issues #10098 and #11625);
the key is in `x-functions-key`, else in `?code=`, and a wrong one is 401 with an empty body.
Different here: the 230 seconds of an HTTP request are not enforced.
"""

import logging
import os
from collections.abc import Callable, Iterable, Mapping
from http import HTTPStatus

from local.functions_host import rpc
from local.functions_host.admin import PREFIX, Admin
from local.functions_host.errors import InvocationFailed
from local.functions_host.functions import NOTHING, About, Function, Off
from local.functions_host.incoming import incoming
from local.functions_host.keys import Keys, Level
from local.functions_host.messages import BodyTooLarge, Request, Response
from local.functions_host.outgoing import outgoing
from local.functions_host.routes import Route, RouteError, conflict, route
from local.functions_host.timer_triggers import Timers

HOME_PAGE = (
    b"<!DOCTYPE html><html lang='en'><title>Functions app</title>"
    b"<p>Your Functions app is up and running.</p></html>"
)
_log = logging.getLogger(__name__)


class Front:
    """The application in front of the functions of an app."""

    def __init__(
        self,
        functions: Iterable[Function],
        invoke: Callable[[Function, rpc.TypedData, About], rpc.TypedData | None],
        timers: Timers,
        prefix: str,
        keys: Keys,
        off: Off,
    ) -> None:
        """Read the routes. Call `off` with a function that gets no requests, and the reason."""
        self._invoke, self._keys = invoke, keys
        self._prefix, self._off = prefix, off
        functions = sorted(functions, key=lambda function: function.name.lower())
        self._functions: dict[str, Function] = {}
        self.routes: dict[str, Route] = {}
        for function in functions:
            if function.kind == "http":
                self._add(function)
        on = {
            each.name: each for each in functions if each.kind != "http" or each.name in self.routes
        }
        self._admin = Admin(on, invoke, timers, keys)

    def _add(self, function: Function) -> None:
        try:
            added = _route(function, self._prefix)
        except RouteError as error:
            self._off(function, str(error))
            return
        for name, other in self.routes.items():
            if conflict(added, other):
                self._off(
                    function,
                    f"The route specified conflicts with the route defined by function '{name}'.",
                )
                return
        self.routes[function.name] = added
        self._functions[function.name] = function

    def __call__(self, request: Request) -> Response:
        """Answer a request."""
        if not request.header("host"):
            return Response(HTTPStatus.INTERNAL_SERVER_ERROR)
        try:
            return self._answer(request)
        except BodyTooLarge:
            return Response(HTTPStatus.INTERNAL_SERVER_ERROR, [("Connection", "close")])

    def close(self) -> None:
        """Wait for the functions that an administrator started."""
        self._admin.close()

    def _answer(self, request: Request) -> Response:
        if request.path.lower().startswith(PREFIX):
            return self._admin.answer(request)
        for name, function in self._functions.items():
            parameters = self.routes[name].match(request.method, request.path)
            if parameters is not None:
                if self._keys.level(request) < Level[access(function).upper()]:
                    return Response(HTTPStatus.UNAUTHORIZED)
                return self._call(function, request, parameters)
        return _home_page() if request.path == "/" else Response(HTTPStatus.NOT_FOUND)

    def _call(
        self, function: Function, request: Request, parameters: Mapping[str, str]
    ) -> Response:
        value = incoming(request, parameters)
        try:
            return outgoing(self._invoke(function, value, NOTHING))
        except InvocationFailed as error:
            _log.error("%s failed: %s\n%s", function.name, error, error.stack.rstrip())
            return Response(HTTPStatus.INTERNAL_SERVER_ERROR)


def access(function: Function) -> str:
    """Return the access level of an HTTP function: `anonymous`, `function` (default) or `admin`."""
    return str(function.trigger.get("authLevel") or "function").lower()


def _home_page() -> Response:
    if os.environ.get("AzureWebJobsDisableHomepage", "").lower() == "true":  # noqa: SIM112  (its name in Azure)
        return Response(HTTPStatus.NO_CONTENT)
    return Response(HTTPStatus.OK, [("Content-Type", "text/html")], HOME_PAGE)


def _route(function: Function, prefix: str) -> Route:
    methods = function.trigger.get("methods") or []
    return route(
        prefix,
        str(function.trigger.get("route") or function.name),
        [str(each) for each in methods if each] if isinstance(methods, list) else [],
    )
