"""The Functions app under the real worker library: its triggers and routes."""

import json
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import requests

from local.stand_in.stories import LIBAPPS_CLIENT_ID
from tests.e2e.conftest import ROOT, Lapsewatch
from tests.functions_host.host_process import Host, hosted
from tests.support.app_routes import functions
from tests.support.openapi import described

KEY = {"x-functions-key": "local"}


@pytest.fixture
def host(lapsewatch: Lapsewatch, tmp_path: Path) -> Iterator[Host]:
    settings = {
        **lapsewatch.tenant.environment,
        "LAPSEWATCH_TABLES": lapsewatch.tables,
        "LAPSEWATCH_SCHEDULE": "0 5 * * * *",
    }
    with hosted(tmp_path, "--no-timers", app=ROOT, **settings) as running:
        yield running


def ask(host: Host, route: str, method: str = "GET", **more: Any) -> requests.Response:  # noqa: ANN401  (what requests takes)
    return described(
        requests.request(method, f"{host.url}/{route}", timeout=60, **({"headers": KEY} | more))
    )


def fire(host: Host) -> dict[str, Any]:
    """Fire the timer and return the status after the tick."""
    before = ask(host, "status").json()["check"]["last_attempt"]
    host.start("tick")
    for _ in range(400):
        status: dict[str, Any] = ask(host, "status").json()
        if status["check"]["last_attempt"] != before:
            return status
    raise AssertionError(host.log())


def logged(host: Host, text: str) -> str:
    """Return the log line that contains `text`; it may be written after the ledger."""
    end = time.monotonic() + 20
    while time.monotonic() < end:
        for line in host.log().splitlines():
            if text in line:
                return line
        time.sleep(0.05)
    raise AssertionError(host.log())


def test_import_reads_neither_environment_nor_network() -> None:
    code = (
        "import os, socket, sys\n"
        "def refuse(*_): raise AssertionError('touched')\n"
        "socket.socket.connect = refuse\n"
        "class Sealed(dict):\n"
        "    def __getitem__(self, name):\n"
        "        assert not name.startswith(('LAPSEWATCH', 'TEAMS', 'LIBAPPS')), name\n"
        "        return super().__getitem__(name)\n"
        "    def get(self, name, other=None):\n"
        "        assert not str(name).startswith(('LAPSEWATCH', 'TEAMS', 'LIBAPPS')), name\n"
        "        return super().get(name, other)\n"
        "os.environ = Sealed(os.environ)\n"
        "import function_app\n"
        "print(sorted(f.get_function_name() for f in function_app.app.get_functions()))\n"
        "print([name for name in sys.modules if name.startswith('msgraph.generated.models')])\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert done.stdout.splitlines() == [
        (
            "['calendar', 'check', 'health', 'metrics', 'page', 'page_assets', 'page_forms', "
            "'status', 'status_csv', 'tenant', 'tick']"
        ),
        "[]",
    ]


def test_timer_is_monitored_and_does_not_run_on_startup(host: Host) -> None:
    bindings = [each.get_dict_repr() for each in functions()["tick"].get_bindings()]
    binding = next(each for each in bindings if each["type"] == "timerTrigger")
    assert binding["schedule"] == "%LAPSEWATCH_SCHEDULE%"
    assert binding["useMonitor"] is True
    assert not binding.get("runOnStartup")
    assert any("tick" in line and "0 5 * * * *" in line for line in host.greeting)


def test_timer_checks_once_a_day_and_sends_once(lapsewatch: Lapsewatch, host: Host) -> None:
    status = fire(host)
    assert (status["check"]["outcome"], status["worst"]) == ("ok", "critical")
    assert len(lapsewatch.cards()) == 1
    host.start("tick")
    again = ask(host, "check", "POST")
    assert (again.status_code, again.json()["told"]) == (200, [])
    assert len(lapsewatch.cards()) == 1


def test_check_is_logged_as_one_json_line(host: Host) -> None:
    fire(host)
    line = logged(host, '"event": "check"')
    document = json.loads(line[line.index("{") :])
    assert (document["outcome"], document["messages"], document["undelivered"]) == ("ok", 1, [])
    assert document["reasons"] == ["libcal:first", "libstaffer:first"]


def test_failed_check_fails_the_invocation(lapsewatch: Lapsewatch, host: Host) -> None:
    lapsewatch.tenant.identity.roles.clear()
    status = fire(host)
    assert status["check"]["outcome"] == "failed"
    assert "Application.Read.All" in logged(host, "The check ended as failed")


def test_routes_need_the_function_key(host: Host) -> None:
    for method, route in (("GET", "status"), ("GET", "status?live=true"), ("POST", "check")):
        for headers in ({}, {"x-functions-key": "wrong"}):
            answer = ask(host, route, method, headers=headers)
            assert (route, answer.status_code, answer.content) == (route, 401, b"")


def test_health_is_public_and_one_word(host: Host) -> None:
    assert (ask(host, "health", headers={}).status_code, ask(host, "health", headers={}).text) == (
        200,
        "starting",
    )
    fire(host)
    answer = ask(host, "health", headers={})
    assert (answer.status_code, answer.text, answer.headers["cache-control"]) == (
        200,
        "ok",
        "no-store",
    )


def test_status_of_one_service_or_404(host: Host) -> None:
    fire(host)
    assert ask(host, "status?service=libstaffer").json()["name"] == "LibStaffer"
    unknown = ask(host, "status?service=%3Cb%3Elibcall")
    assert (unknown.status_code, unknown.headers["content-type"].split(";")[0]) == (
        404,
        "application/problem+json",
    )
    assert "its services are: libcal, libstaffer" in unknown.json()["detail"]


def test_unchanged_status_is_304(lapsewatch: Lapsewatch, host: Host) -> None:
    fire(host)
    first = ask(host, "status")
    same = ask(host, "status", headers=KEY | {"If-None-Match": first.headers["etag"]})
    assert (same.status_code, same.content) == (304, b"")
    lapsewatch.tenant.add_secret(LIBAPPS_CLIENT_ID, name="LibCal 2026", ends=None)
    ask(host, "check", "POST")
    other = ask(host, "status", headers=KEY | {"If-None-Match": first.headers["etag"]})
    assert other.status_code == 200


def test_live_status_sends_and_saves_nothing(lapsewatch: Lapsewatch, host: Host) -> None:
    fire(host)
    lapsewatch.tenant.add_secret(LIBAPPS_CLIENT_ID, name="LibCal 2026", hint="new", ends=None)
    live = ask(host, "status?live=true").json()
    assert live["services"][0]["standing"] == "awaiting_install"
    assert live["services"][0]["replacement"]["hint"] == "new"
    assert live["read"]["requests"] == 2
    assert ask(host, "status").json()["services"][0]["standing"] == "expiring"
    assert len(lapsewatch.cards()) == 1


def test_live_status_reports_unread_apps(lapsewatch: Lapsewatch, host: Host) -> None:
    fire(host)
    lapsewatch.tenant.identity.roles.clear()
    answer = ask(host, "status?live=true")
    document = answer.json()
    assert document["apps"][0]["found"] is None
    assert "Application.Read.All" in document["apps"][0]["problems"][0]
    assert document["worst"] in {"warning", "critical"}
    assert [service["standing"] for service in document["services"]] == [None, None]


def test_failed_check_is_a_problem_document(lapsewatch: Lapsewatch, host: Host) -> None:
    lapsewatch.tenant.fault(
        "teams", times=None, status=401, body='{"error":{"code":"DirectApiAuthorizationRequired"}}'
    )
    answer = ask(host, "check", "POST")
    assert (answer.status_code, answer.headers["content-type"].split(";")[0]) == (
        502,
        "application/problem+json",
    )
    document = answer.json()
    assert (document["outcome"], document["told"][0]["delivered"], document["status"]) == (
        "partial",
        False,
        502,
    )
    assert "Anyone" in document["detail"]


def test_invalid_settings_are_a_problem_document(lapsewatch: Lapsewatch, tmp_path: Path) -> None:
    with hosted(
        tmp_path,
        "--no-timers",
        app=ROOT,
        LAPSEWATCH_SCHEDULE="0 5 * * * *",
        **dict(lapsewatch.tenant.environment),
    ) as host:
        answer = ask(host, "status")
        assert answer.status_code == 503
        assert "LAPSEWATCH_TABLES" in answer.json()["detail"]
        assert "Traceback" not in answer.text
        assert (ask(host, "health").status_code, ask(host, "health").text) == (503, "stale")
