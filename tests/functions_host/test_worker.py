"""The worker process: its place, calls side by side, and what follows its death."""

import os
import re
import shutil
import signal
import socket
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path

import pytest
import requests

from tests.functions_host.host_process import SAMPLE, Host, hosted, refused

APP = SAMPLE.parent / "worker"
GRACE = "0.3"


@pytest.fixture
def teller() -> Iterator[socket.socket]:
    with socket.create_server(("127.0.0.1", 0)) as teller:
        teller.settimeout(20)
        yield teller


@pytest.fixture
def asking() -> Iterator[ThreadPoolExecutor]:
    with ThreadPoolExecutor(40) as asking:
        yield asking


@pytest.fixture
def host(tmp_path: Path) -> Iterator[Host]:
    """Run the app without a timeout, and without its timer."""
    app = shutil.copytree(APP, tmp_path / "app")
    (app / "host.json").write_text('{"version": "2.0"}')
    with hosted(tmp_path, "--no-timers", app=app, LOCAL_GRACE_SECONDS=GRACE) as host:
        yield host


def get(host: Host, path: str) -> requests.Response:
    return requests.get(f"{host.url}/{path}", timeout=20)


def pid(host: Host) -> int:
    return int(get(host, "about").json()["pid"])


def waiting(
    host: Host, asking: ThreadPoolExecutor, teller: socket.socket
) -> tuple[Future[requests.Response], socket.socket]:
    """Start a function that waits. Return its answer, and the connection that lets it go."""
    answer = asking.submit(get, host, f"wait?port={teller.getsockname()[1]}")
    connection, _ = teller.accept()
    connection.settimeout(20)
    return answer, connection


def test_it_runs_as_in_azure(host: Host, asking: ThreadPoolExecutor, tmp_path: Path) -> None:
    about = get(host, "about").json()
    assert about["name"] == "function_app"
    assert (about["folder"], about["path"][-1]) == (str(tmp_path / "app"), str(tmp_path / "app"))
    assert about["site"] == f"127.0.0.1:{host.port}"

    together = [asking.submit(get, host, "together") for _ in range(40)]
    assert {int(each.result().text) for each in together} == set(range(40))

    get(host, 'say?text={"event": "x"}')
    host.until("Executed 'Functions.say'")
    lines = [line.partition("Z ")[2] for line in host.log().splitlines()]
    start = next(number for number, line in enumerate(lines) if "'Functions.say'" in line)
    begun = re.fullmatch(
        r"INFO    Function\.say: Executing 'Functions\.say' \(Reason='(.*)', Id=(\S{36})\)",
        lines[start],
    )
    assert begun
    assert begun[1] == "This function was programmatically called via the host APIs."
    assert lines[start + 1 : start + 4] == [
        'WARNING Function.say.User: {"event": "x"}',
        'INFO    Host.Function.Console: {"event": "x"}',
        "ERROR   Function.say.User: it failed",
    ]
    assert "User: it failed\nTraceback (most recent call last):" in host.log()
    done = (
        rf"INFO    Function\.say: Executed 'Functions\.say' \(Succeeded, Id={begun[2]}, Duration="
    )
    assert re.search(done + r"\d+ms\)", host.log())


def test_all_that_runs_dies_with_it(
    host: Host, asking: ThreadPoolExecutor, teller: socket.socket
) -> None:
    pids = [pid(host)]
    one, first = waiting(host, asking, teller)
    with first:
        os.kill(pids[0], signal.SIGKILL)
        assert (one.result().status_code, one.result().content) == (500, b"")
    pids.append(pid(host))  # a request that waits for the new process is answered

    one, first = waiting(host, asking, teller)
    with first:
        assert get(host, "end?how=exit&status=3").status_code == 500
        assert one.result().status_code == 500
    pids.append(pid(host))
    assert len(set(pids)) == 3

    assert get(host, "end?how=os&status=1").status_code == 500  # the third death
    assert host.ended() == 0
    deaths = re.findall(r"worker process ended \((.*)\), with", host.log())
    assert deaths == ["SIGKILL", "exit status 3", "exit status 1"]
    assert "the worker died 3 times: the host stops" in host.log()


def test_a_timeout_ends_it_and_is_no_death(
    tmp_path: Path, asking: ThreadPoolExecutor, teller: socket.socket
) -> None:
    with hosted(tmp_path, "--no-timers", app=APP, LOCAL_GRACE_SECONDS=GRACE) as host:
        for deaths in (1, 2):
            os.kill(pid(host), signal.SIGKILL)
            host.until("worker process ended (SIGKILL)", times=deaths)
        one, first = waiting(host, asking, teller)
        two, second = waiting(host, asking, teller)
        with first, second:
            assert (one.result().status_code, two.result().status_code) == (500, 500)
        assert "Timeout value of 00:00:01 exceeded by function 'Functions.wait'" in host.log()

        now = pid(host)
        one, first = waiting(host, asking, teller)
        with first:
            host.until("exceeded by function", times=3)
            first.sendall(b"late")  # within the grace
            assert one.result().text == "late"
        assert pid(host) == now


def test_end_with_status_0_is_not_noticed(host: Host, asking: ThreadPoolExecutor) -> None:
    ends = asking.submit(get, host, "end?how=exit&status=0")
    host.until("Executing 'Functions.end'")
    hangs = asking.submit(get, host, "about")
    host.until("Executing 'Functions.about'")
    host.signal(signal.SIGTERM)
    assert host.ended() == 0
    assert {ends.result().status_code, hangs.result().status_code} == {500}
    assert "Host did not shutdown within its allotted time" in host.log()
    assert "worker process ended" not in host.log()


def test_it_outlives_a_killed_host_while_a_function_runs(
    host: Host, asking: ThreadPoolExecutor, teller: socket.socket
) -> None:
    one, function = waiting(host, asking, teller)
    with function:
        host.signal(signal.SIGKILL)
        assert host.ended() == -signal.SIGKILL
        assert isinstance(one.exception(), requests.ConnectionError)
        function.sendall(b"go on")
        assert function.makefile("rb").read() == b"go on"  # and then it ended


def test_a_stopping_host_cuts_a_timer_and_does_not_record_it(
    tmp_path: Path, teller: socket.socket
) -> None:
    settings = {"APP_PORT": str(teller.getsockname()[1]), "LOCAL_GRACE_SECONDS": GRACE}
    app = shutil.copytree(APP, tmp_path / "app")
    (app / "host.json").write_text('{"version": "2.0"}')
    with hosted(tmp_path, "--state", str(tmp_path / "state"), app=app, **settings) as host:
        with teller.accept()[0]:
            host.signal(signal.SIGINT)
            assert host.ended() == 0
        assert "Host did not shutdown within its allotted time" in host.log()
        assert "Reason='Timer fired at 20" in host.log()
        assert '"Last": "0001-01-01T' in (tmp_path / "state" / "tick.json").read_text()


def test_app_that_ends_its_process_is_refused() -> None:
    assert (
        f"the app in {APP} cannot be imported: the worker process ended (exit status 3)"
        in refused(APP, APP_EXIT="3")
    )
