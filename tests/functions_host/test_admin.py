"""Keys, and what they open: functions, and the host's admin API."""

import io
import json
import threading
from collections.abc import Callable, Mapping
from typing import Any

import pytest

from local.functions_host.errors import HostError
from local.functions_host.functions import About, Function
from local.functions_host.http_triggers import Front
from local.functions_host.keys import Keys
from local.functions_host.messages import Body, Request, Response
from local.functions_host.rpc import TypedData
from local.functions_host.timer_triggers import Timers

KEY, MASTER = {"x-functions-key": "k"}, {"x-functions-key": "m"}
JSON = {**MASTER, "content-type": "application/json"}


def function(name: str, kind: str, **trigger: object) -> Function:
    return Function(name, name, {"type": f"{kind}Trigger", "name": "given", **trigger})


FUNCTIONS = {
    each.name: each
    for each in (
        function("tick", "timer", schedule="0 0 7 * * *"),
        function("tenant", "queue", queueName="tenants"),
        function("status", "http", route="status", methods=["GET"]),
        function("open", "http", route="open", authLevel="anonymous"),
        function("deep", "http", route="deep", authLevel="admin"),
        function("second", "http", route="/STATUS/", methods=["POST", "get"]),
        function("third", "http", route="status", methods=["POST"]),
        function("run", "http", route="runtimes"),
        function("put", "http", route="open", methods=["PUT"]),  # the other one has all methods
    )
}


class World:
    """A front whose functions note what they are called with."""

    def __init__(self) -> None:
        self.calls: list[tuple[str, TypedData, About]] = []
        self.off: list[tuple[str, str]] = []
        self.meanwhile: Callable[[], object] = lambda: None
        self.front = Front(
            FUNCTIONS.values(),
            self.invoke,
            Timers(FUNCTIONS, self.run, None, self.turn_off),
            "api",
            Keys("k", "m"),
            self.turn_off,
        )

    def run(self, function: Function, value: TypedData, *_: int) -> TypedData:
        return self.invoke(function, value, {})

    def turn_off(self, function: Function, reason: str) -> None:
        self.off.append((function.name, reason))

    def invoke(self, function: Function, value: TypedData, about: About) -> TypedData:
        self.calls.append((function.name, value, about))
        self.meanwhile()
        return TypedData(string=function.name)

    def ask(
        self, method: str, path: str, headers: Mapping[str, str] = KEY, body: bytes = b""
    ) -> Response:
        sent = {name: [value] for name, value in {"host": "h", **headers}.items()}
        raw, _, query = path.partition("?")
        return self.front(Request(method, raw, query, sent, Body(io.BytesIO(body), len(body))))


@pytest.mark.parametrize(
    ("query", "headers", "level"),
    [
        ("", {}, 0),
        ("?code=", {}, 0),
        ("?code=x", {}, 0),
        ("?code=k", {}, 1),
        ("?Code=k&code=x", {}, 1),
        ("?code=m", {}, 2),
        ("", KEY, 1),
        ("", MASTER, 2),
        ("?code=m", {"x-functions-key": "x"}, 0),
        ("?code=m", {"x-functions-key": ""}, 0),
        ("?code=x", MASTER, 2),
    ],
)
def test_a_key_opens_what_asks_for_one(query: str, headers: dict[str, str], level: int) -> None:
    def statuses(*paths: str) -> list[int]:
        return [world.ask("GET", f"{path}{query}", headers).status for path in paths]

    world = World()
    assert statuses("/api/open") == [200]
    assert statuses("/api/status", "/api/deep") == [[401, 401], [200, 401], [200, 200]][level]
    assert statuses("/admin/functions", "/admin/host/ping") == [[401, 403, 200][level], 200]


@pytest.mark.parametrize(
    ("function_key", "master_key", "sentence"),
    [
        ("", "m", "LOCAL_FUNCTION_KEY is set, but empty: set a value, or unset it to use `local`"),
        ("k", "", "LOCAL_MASTER_KEY is set, but empty"),
        ("k", "k", "LOCAL_FUNCTION_KEY and LOCAL_MASTER_KEY are the same"),
    ],
)
def test_keys_that_open_too_much_are_refused(
    function_key: str, master_key: str, sentence: str
) -> None:
    with pytest.raises(HostError, match=sentence):
        Keys.of({"LOCAL_FUNCTION_KEY": function_key, "LOCAL_MASTER_KEY": master_key})


def test_a_repr_shows_no_key() -> None:
    assert "local" not in repr(Keys.of({})).replace("local.functions_host", "")


@pytest.mark.parametrize(
    ("method", "path", "headers", "body", "status"),
    [
        ("GET", "/admin/host/ping", {}, "", 200),
        ("GET", "/admin/nothing", {}, "", 401),
        ("GET", "/admin/nothing", MASTER, "", 404),
        ("GET", "/admin", MASTER, "", 404),
        ("GET", "/ADMIN/Functions/TICK/", MASTER, "", 200),
        ("GET", "/admin/functions/nothing", MASTER, "", 404),
        ("GET", "/admin/functions/status", MASTER, "", 404),  # it is off
        ("DELETE", "/admin/functions/tick", MASTER, "", 404),
        ("POST", "/admin/functions/tick", {}, "{}", 401),
        ("POST", "/admin/functions/tick", KEY, "{}", 403),
        ("POST", "/admin/functions/tick", MASTER, "{}", 415),
        ("POST", "/admin/functions/tick", MASTER | {"content-type": "text/plain"}, "{}", 415),
        ("POST", "/admin/functions/tick", JSON, "", 400),
        ("POST", "/admin/functions/tick", JSON, "input=", 400),
        ("POST", "/admin/functions/tick", JSON, "[]", 400),
        ("POST", "/admin/functions/tick", JSON, "null", 400),
        ("POST", "/admin/functions/nothing", JSON, "{}", 404),
    ],
)
def test_admin_api_refuses_what_azure_refuses(
    method: str, path: str, headers: dict[str, str], body: str, status: int
) -> None:
    world = World()
    answer = world.ask(method, path, headers, body.encode())
    bearer = [("WWW-Authenticate", "Bearer")] if status == 401 else None
    assert answer.status == status
    assert status == 200 or (list(answer.headers), answer.body) == (bearer or [], b"")
    world.front.close()
    assert world.calls == []


def test_any_function_is_started_once_by_its_name() -> None:
    world = World()
    for name in ("Tick", "tenant", "open"):
        answer = world.ask("POST", f"/admin/functions/{name}", JSON, b'{"input": "text"}')
        assert (answer.status, answer.body) == (202, b"")
        world.front.close()
    (_, timer, _), (_, message, about), (_, request, _) = world.calls
    assert [name for name, _, _ in world.calls] == ["tick", "tenant", "open"]
    assert json.loads(timer.json or "")["IsPastDue"] is False
    assert (message.string, about["DequeueCount"].json) == ("text", "0")
    assert request.http is not None
    assert request.http.body == TypedData(bytes=b"text")


def test_a_started_timer_does_not_wait_for_another_run() -> None:
    world = World()
    together = threading.Barrier(2, timeout=10)
    world.meanwhile = together.wait
    for _ in range(2):
        assert world.ask("POST", "/admin/functions/tick", JSON, b"{}").status == 202
    world.front.close()
    assert not together.broken


def test_functions_are_described_with_their_bindings() -> None:
    def read(path: str) -> Any:  # noqa: ANN401  (JSON)
        answer = world.ask("GET", f"/admin/{path}", MASTER)
        assert list(answer.headers) == [("Content-Type", "application/json; charset=utf-8")]
        return json.loads(answer.body)

    world = World()
    assert [each["name"] for each in read("functions")] == [
        "deep",
        "open",
        "second",
        "tenant",
        "tick",
    ]
    assert read("functions/tick")["config"]["bindings"] == [FUNCTIONS["tick"].trigger]
    assert read("host/status")["state"] == "Running"
    assert read("host/keys") == {"keys": [{"name": "default", "value": "k"}]}


def test_a_route_that_conflicts_is_off() -> None:
    world = World()
    assert world.off == [
        ("put", "The route specified conflicts with the route defined by function 'open'."),
        ("run", "The specified route conflicts with one or more built in routes."),
        ("status", "The route specified conflicts with the route defined by function 'second'."),
        ("third", "The route specified conflicts with the route defined by function 'second'."),
    ]
    assert world.ask("GET", "/api/status").body == b"second"


@pytest.mark.parametrize(("setting", "status"), [("", 200), ("false", 200), ("True", 204)])
def test_home_page_can_be_turned_off(
    monkeypatch: pytest.MonkeyPatch, setting: str, status: int
) -> None:
    monkeypatch.setenv("AzureWebJobsDisableHomepage", setting)
    world = World()
    assert [world.ask("GET", path, {}).status for path in ("/", "/api", "/x")] == [status, 404, 404]
