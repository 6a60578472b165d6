"""The local host over real HTTP, with the sample app."""

import re
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

from local.functions_host.messages import BODY_LIMIT
from tests.functions_host.host_process import ROOT, SAMPLE, Host, environment, hosted

KEY, MASTER_KEY = "a-key-for-tests", "a-master-key-for-tests"


@pytest.fixture(scope="module")
def host(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Host]:
    folder = tmp_path_factory.mktemp("host")
    with hosted(folder, LOCAL_FUNCTION_KEY=KEY, LOCAL_MASTER_KEY=MASTER_KEY) as running:
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


def test_the_key_is_never_logged(host: Host) -> None:
    for query in (f"code={KEY}", f"c%6fde={KEY}", f"a=1&CODE={MASTER_KEY}"):
        get(f"{host.url}/items/abc?{query}")
        get(f"{host.url}/nothing?{query}")
    with socket.create_connection(("127.0.0.1", host.port)) as broken:
        broken.sendall(f"GET /api/runs?code={KEY} HTTP/1.1 and more\r\n\r\n".encode())
        broken.makefile("rb").read()
    assert "/api/nothing 404" in host.log()
    assert "not understood" in host.log()
    assert KEY not in host.log()
    assert MASTER_KEY not in host.log()


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


def test_a_connection_carries_several_requests(host: Host) -> None:
    """The last one has a body over the limit: the host closes the connection."""
    lines = [
        "GET /api/runs HTTP/1.1\r\nHost: a\r\n\r\n",
        "HEAD /api/page HTTP/1.1\r\nHost: a\r\n\r\n",
        "POST /api/runs HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\nabc",
        "GET /api/page/../runs HTTP/1.1\r\nHost: a\r\n\r\n",
        f"POST /api/items/abc?code={KEY} HTTP/1.1\r\nHost: a\r\n",
        f"Content-Length: {BODY_LIMIT + 1}\r\n\r\n",
    ]
    with socket.create_connection(("127.0.0.1", host.port), timeout=20) as connection:
        connection.sendall("".join(lines).encode())
        answers = connection.makefile("rb").read(4096)
        connection.shutdown(socket.SHUT_WR)
    found = re.findall(
        rb"^HTTP/1.1 (\d+)|^(Connection: close|Content-Length: \d+)", answers, re.MULTILINE
    )
    assert b" ".join(status or header for status, header in found) == (
        b"200 200 404 Content-Length: 0 200 500 Connection: close Content-Length: 0"
    )


def test_a_response_leaves_as_the_function_made_it(host: Host) -> None:
    answer = get(f"{host.url}/page?status=418")
    assert (answer.status_code, answer.text) == (418, "<p>héllo</p>")
    assert answer.headers["Content-Type"] == "text/html; charset=utf-8"
    assert answer.headers["ETag"] == '"1"'
    assert (
        answer.headers["Set-Cookie"]
        == "seen=yes; max-age=60; domain=; path=/api; secure; samesite=lax; httponly"
    )


def test_function_that_raises_is_logged_and_answers_500(host: Host) -> None:
    answer = requests.put(f"{host.url}/broken", timeout=20)
    assert (answer.status_code, answer.content) == (500, b"")
    assert "broken failed: ValueError: nothing works, PUT" in host.log()
    assert 'raise ValueError(f"nothing works' in host.log()


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
        '{"SAMPLE_SCHEDULE": "0 0 1 1 *", "LOCAL_MASTER_KEY": "filed"}}'
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
import requests
from local.functions_host.errors import InvocationFailed
from local.functions_host.local_host import LocalHost

def runs(host):
    return requests.get(f"{host.url}/runs", timeout=20).json()

before = dict(os.environ), os.getcwd(), list(sys.path)
settings = {"SAMPLE_SCHEDULE": "0 0 7 * * *", "SAMPLE_FAILURES": "1"}
with LocalHost(sys.argv[1], environment=settings) as host:
    assert host.functions["tick"].kind == "timer"
    host.fire_timer("tick", past_due=True)
    (run,) = runs(host)
    assert (run["past_due"], run["retry"]) == (True, 1)
    with LocalHost(sys.argv[1], environment={**settings, "SAMPLE_FAILURES": "9"}) as other:
        try:
            other.fire_timer("tick")
        except InvocationFailed as error:
            assert str(error) == "RuntimeError: Graph is down" and "function_app.py" in error.stack
        else:
            raise AssertionError("the timer did not fail")
        assert runs(other) == []
    assert runs(host) == [run]
assert before == (dict(os.environ), os.getcwd(), list(sys.path))
assert threading.enumerate() == [threading.main_thread()]
assert "shared" not in sys.modules  # a forked worker must find that of its app
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
