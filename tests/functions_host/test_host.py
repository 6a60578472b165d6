"""The local host over real HTTP, with the sample app."""

import contextlib
import http.client
import shutil
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
import requests

from tests.functions_host.host_process import ROOT, SAMPLE, Host, environment, hosted

KEY = "a-key-for-tests"


@pytest.fixture(scope="module")
def host(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Host]:
    with hosted(tmp_path_factory.mktemp("host"), LOCAL_FUNCTION_KEY=KEY) as running:
        yield running


def get(url: str, **headers: str) -> requests.Response:
    return requests.get(url, headers=headers, timeout=20)


def test_every_function_is_listed_with_trigger_and_access(host: Host) -> None:
    assert [line.split(maxsplit=1)[1].split() for line in sorted(host.greeting[:-1])] == [
        ["http", "any", "method", "/api/broken", "(anonymous)"],
        ["http", "GET", "/api/files/{*path}", "(anonymous)"],
        ["http", "GET,POST", "/api/items/{kind:alpha}/{id:int?}", "(function)"],
        ["http", "GET", "/api/keep", "(admin)"],
        ["http", "GET,HEAD", "/api/page", "(anonymous)"],
        ["http", "GET", "/api/runs", "(anonymous)"],
        ["http", "GET", "/api/slow", "(anonymous)"],
        ["timer", "0", "0", "7", "*", "*", "*"],
    ]


@pytest.mark.parametrize(
    ("path", "headers", "anonymous", "keyed"),
    [
        ("", {}, 200, 401),
        ("?code=wrong", {}, 200, 401),
        ("?code=", {}, 200, 401),
        ("", {"x-functions-key": "wrong"}, 200, 401),
        ("", {"x-functions-key": ""}, 200, 401),
        (f"?code={KEY}", {}, 200, 200),
        ("", {"X-Functions-Key": KEY}, 200, 200),
        (f"?code={KEY}", {"x-functions-key": "wrong"}, 200, 401),  # the header alone counts
        (f"?code={KEY}", {"x-functions-key": ""}, 200, 401),
        ("?code=wrong", {"x-functions-key": KEY}, 200, 200),
    ],
)
def test_a_key_opens_what_asks_for_one(
    host: Host, path: str, headers: dict[str, str], anonymous: int, keyed: int
) -> None:
    answers = {
        route: get(f"{host.url}/{route}{path}", **headers)
        for route in ("runs", "items/abc", "keep")
    }
    assert {route: answer.status_code for route, answer in answers.items()} == {
        "runs": anonymous,
        "items/abc": keyed,
        "keep": keyed,
    }
    assert all(answer.content == b"" for answer in answers.values() if answer.status_code == 401)


def test_the_key_is_never_logged(host: Host) -> None:
    for query in (f"code={KEY}", f"c%6fde={KEY}", f"a=1&CODE={KEY}"):
        get(f"{host.url}/items/abc?{query}")
        get(f"{host.url}/nothing?{query}")
    with socket.create_connection(("127.0.0.1", host.port)) as broken:
        broken.sendall(f"GET /api/runs?code={KEY} HTTP/1.1 and more\r\n\r\n".encode())
        broken.makefile("rb").read()
    assert "/api/nothing 404" in host.log()
    assert "not understood" in host.log()
    assert KEY not in host.log()


def test_a_request_arrives_as_in_azure(host: Host) -> None:
    url = f"{host.url}/Items/abc/-7/?a=1&b=&a=2&c=x%20y&code={KEY}"
    answer = requests.post(url, data="bödy".encode(), headers={"X-Seen-By": "Ann"}, timeout=20)
    assert answer.status_code == 201
    assert answer.headers["Content-Type"] == "application/json"
    assert answer.json() == {
        "params": {"kind": "abc", "id": "-7"},
        "query": {"a": "1,2", "c": "x y", "code": KEY},
        "headers": {"x-seen-by": "Ann"},
        "body": "bödy",
        "method": "POST",
    }


def test_a_body_in_chunks_arrives_whole(host: Host) -> None:
    answer = requests.post(
        f"{host.url}/items/abc?code={KEY}", data=iter([b"one ", b"two"]), timeout=20
    )
    assert answer.json()["body"] == "one two"


def test_a_response_leaves_as_the_function_made_it(host: Host) -> None:
    answer = get(f"{host.url}/page?status=418")
    assert (answer.status_code, answer.text) == (418, "<p>héllo</p>")
    assert answer.headers["Content-Type"] == "text/html; charset=utf-8"
    assert answer.headers["ETag"] == '"1"'
    assert (
        answer.headers["Set-Cookie"]
        == "seen=yes; Max-Age=60; Secure; HttpOnly; Path=/api; SameSite=Lax"
    )


def test_bare_text_is_a_plain_answer(host: Host) -> None:
    answer = get(f"{host.url}/keep?code={KEY}")
    assert (answer.status_code, answer.text, answer.headers["Content-Type"]) == (
        200,
        "kept",
        "text/plain; charset=utf-8",
    )


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/api/nothing", 404),
        ("GET", "/runs", 404),
        ("GET", "/", 404),
        ("POST", "/api/runs", 404),  # the host in Azure does not say 405
        ("HEAD", "/api/runs", 404),  # nor does it answer HEAD for GET
        ("OPTIONS", "/api/runs", 404),
        ("HEAD", "/api/page", 200),
        ("GET", "/api/items/a1", 404),  # not letters only
        ("GET", "/api/items/abc/x", 404),  # not a number
        ("GET", "/api/files/a/b.txt", 200),
        ("GET", "/api/files", 200),
    ],
)
def test_only_a_known_route_and_method_is_answered(
    host: Host, method: str, path: str, status: int
) -> None:
    answer = requests.request(method, host.root + path, timeout=20)
    assert answer.status_code == status
    if method == "HEAD" or status == 404:
        assert answer.content == b""


def test_function_that_raises_is_logged_and_answers_500(host: Host) -> None:
    answer = requests.put(f"{host.url}/broken", timeout=20)
    assert (answer.status_code, answer.content) == (500, b"")
    assert "broken failed: ValueError: nothing works, PUT" in host.log()
    assert 'raise ValueError(f"nothing works' in host.log()


def test_a_log_line_names_its_function(host: Host) -> None:
    get(f"{host.url}/items/abc?code={KEY}")
    assert "WARNING Function.items.User: items are read" in host.log()


def test_a_body_over_100_mb_is_refused(host: Host) -> None:
    with contextlib.closing(
        http.client.HTTPConnection("127.0.0.1", host.port, timeout=20)
    ) as connection:
        connection.putrequest("POST", f"/api/items/abc?code={KEY}")
        connection.putheader("Content-Length", "100000001")
        connection.endheaders()
        assert connection.getresponse().status == 413


def test_an_administrator_starts_a_timer(host: Host) -> None:
    def administer(path: str, key: str = KEY) -> int:
        return requests.post(
            f"{host.root}/admin/functions/{path}",
            headers={"x-functions-key": key},
            json={},
            timeout=20,
        ).status_code

    assert (administer("tick", "wrong"), administer("unknown", "wrong")) == (401, 401)
    assert (administer("unknown"), administer("runs")) == (404, 404)
    assert get(f"{host.root}/admin/functions/tick", **{"x-functions-key": KEY}).status_code == 404
    assert administer("tick") == 202
    host.until("INFO    Host.Function.Console: tick: past due False, retry 0")


def test_the_key_is_local_unless_it_is_set(tmp_path: Path) -> None:
    with hosted(tmp_path) as running:
        assert get(f"{running.url}/keep?code=local").status_code == 200


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_stops_it_after_what_it_is_doing(tmp_path: Path, number: signal.Signals) -> None:
    answers: list[requests.Response] = []
    with (
        hosted(tmp_path) as running,
        socket.create_server(("127.0.0.1", 0)) as teller,
        socket.create_connection(("127.0.0.1", running.port)),
    ):
        url = f"{running.url}/slow?port={teller.getsockname()[1]}"
        asking = threading.Thread(target=lambda: answers.append(get(url)))
        asking.start()
        with teller.accept()[
            0
        ] as function:  # it runs now; the other connection above is idle, as browsers keep some
            running.signal(number)
            function.sendall(b"done")
        asking.join()
        assert running.ended() == 0
    assert (answers[0].status_code, answers[0].text) == (200, "done")


def test_settings_come_from_the_file_and_the_environment_wins(tmp_path: Path) -> None:
    app = shutil.copytree(SAMPLE, tmp_path / "app")
    (app / "local.settings.json").write_text(
        '{"IsEncrypted": false, "Values": '
        '{"SAMPLE_SCHEDULE": "0 0 1 1 *", "LOCAL_FUNCTION_KEY": "filed"}}'
    )
    (app / "host.json").write_text(
        '{"version": "2.0", "extensions": {"http": {"routePrefix": ""}}}'
    )
    with hosted(tmp_path, "--no-timers", app=app, SAMPLE_SCHEDULE="0 30 6 * * MON") as running:
        assert "  tick                     timer  0 30 6 * * MON" in running.greeting
        assert "timers do not run on schedule (--no-timers)" in running.greeting
        assert get(f"{running.url}/keep", **{"x-functions-key": "filed"}).status_code == 200


SCRIPT = """
import os, sys, threading
from local.host import InvocationFailed, LocalHost

before = dict(os.environ), os.getcwd(), list(sys.path)
settings = {"SAMPLE_SCHEDULE": "0 0 7 * * *", "SAMPLE_FAILURES": "1"}
with LocalHost(sys.argv[1], environment=settings) as host:
    assert host.functions["tick"].kind == "timer"
    host.fire_timer("tick", past_due=True)
    answer = host.http("GET", "/api/runs")
    assert (answer.status, answer.headers["content-type"]) == (200, "application/json")
    assert b'"past_due": true, "retry": 1' in answer.body, answer
    assert host.http("GET", "/api/keep").status == 401
    assert host.http("POST", "/api/items/abc", {"x-functions-key": "local"}, b"body").status == 201
    with LocalHost(sys.argv[1], environment={**settings, "SAMPLE_FAILURES": "9"}) as other:
        try:
            other.fire_timer("tick")
        except InvocationFailed as error:
            assert str(error) == "RuntimeError: Graph is down" and "function_app.py" in error.stack
        else:
            raise AssertionError("the timer did not fail")
        assert other.http("GET", "/api/runs").body == b"[]"
assert before == (dict(os.environ), os.getcwd(), list(sys.path))
assert threading.enumerate() == [threading.main_thread()]
"""


def test_a_program_can_host_apps_and_leaves_nothing_behind() -> None:
    ran = subprocess.run(
        [sys.executable, "-W", "error", "-c", SCRIPT, str(SAMPLE)],
        env=environment(),
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert ran.returncode == 0, ran.stderr
    assert "Warning" not in ran.stderr
