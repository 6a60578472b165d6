"""The local host does what the table says a real host does. Slow rows are asked by hand only."""

import json
import re
import subprocess
import sys
import threading
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest

from local.azurite import Azurite
from tests.conformance import runner
from tests.conformance.compare import differences
from tests.conformance.hosts import CoreTools, LocalHost, at_url
from tests.conformance.raw_http import Answer
from tests.conformance.table import Row, RowError, row, rows

ROOT = Path(__file__).parents[2]
DIFFERENCES = ROOT / "local" / "functions_host" / "README.md"
ROWS = rows()
QUICK = [each for each in ROWS if "slow" not in each.marks]
EVENTS = {each.which: each.event for each in QUICK if each.event not in {"", "queues"}}
NO_STORAGE = "AccountName=a;AccountKey=YQ==;QueueEndpoint=http://127.0.0.1:9/a;"
"""Nothing listens there, and a local host still runs, so most tests need no Azurite."""


def problems(results: list[runner.Result]) -> list[str]:
    """Return the rows that differ and should not, and those that should and do not."""
    return [
        f"{each.row}: {each.difference or 'it does not differ any more: remove its mark'}"
        for each in results
        if bool(each.difference) != bool(each.row.differs)
    ]


def run(rows: list[Row], folder: Path, storage: str = NO_STORAGE) -> list[str]:
    return problems(list(runner.run(LocalHost(grace=1), rows, folder, storage)))


def test_the_local_host_answers_requests_as_a_real_one(tmp_path: Path) -> None:
    asked = [each for each in QUICK if not each.event]
    assert len(asked) > 100
    assert run(asked, tmp_path) == []


@pytest.mark.parametrize("which", EVENTS, ids=EVENTS.values())
def test_the_local_host_does_at_events_what_a_real_one_does(which: str, tmp_path: Path) -> None:
    assert run([each for each in QUICK if each.event and each.which == which], tmp_path) == []


def test_the_queues_of_the_local_host_are_like_real_ones(tmp_path: Path) -> None:
    with Azurite(services=("table", "blob", "queue")) as azurite:
        asked = [each for each in QUICK if each.event == "queues"]
        assert run(asked, tmp_path, azurite.tables) == []


def test_what_the_local_host_does_otherwise_is_in_its_readme() -> None:
    text = DIFFERENCES.read_text("utf-8") if DIFFERENCES.is_file() else ""
    told = set(re.findall(r"^\| ([^|]+?) \|", text, re.MULTILINE))
    assert sorted({each.differs for each in ROWS} - told - {""}) == []


def given(**values: object) -> Row:
    return row("HTTP", {"name": "a row", "send": "GET /", **values})


ANSWER = Answer(200, (("A", "1"), ("B", "2"), ("B", "3")), b'{"x": {"y": 1}, "n": [5]}')


@pytest.mark.parametrize(
    ("values", "difference"),
    [
        ({"status": 200, "equal": {"a": "1", "B": ["2", "3"]}, "absent": ["C"]}, ""),
        ({"seen": {"x.y": 1, "n.0": 5}, "unseen": ["x.z", "n.1"], "has": ["x"]}, ""),
        ({"between": {"x.y": [0, 1]}}, ""),
        ({"status": 404}, "status: expected 404, got 200"),
        ({"equal": {"a": "2"}}, "a: expected '2', got '1'"),
        ({"equal": {"B": ["2"]}}, "B: expected ['2'], got ['2', '3']"),
        ({"present": ["C"]}, "C: expected, but absent"),
        ({"absent": ["A"]}, "A: expected to be absent, got '1'"),
        ({"body": ""}, 'body: expected \'\', got \'{"x": {"y": 1}, "n": [5]}\''),
        ({"length": 3}, "length of the body: expected 3, got 25"),
        ({"seen": {"x.z": 1}}, "x.z: expected 1, got nothing"),
        ({"unseen": ["x.y"]}, "x.y: expected to be absent, got 1"),
        ({"has": ["n.1"]}, "n.1: expected, but absent"),
        ({"between": {"x.y": [2, 3]}}, "x.y: expected 2 to 3, got 1"),
        ({"status": 404, "newer": {"status": 200}}, ""),
        ({"status": 404, "newer": {"status": 500}}, "status: expected 404, got 200"),
    ],
)
def test_a_difference_is_a_sentence(values: dict[str, object], difference: str) -> None:
    assert differences(given(**values), ANSWER, {}) == difference


@pytest.mark.parametrize(
    "values", [{"state": 200}, {"marks": ["quick"]}, {"event": "x"}, {"send": ""}]
)
def test_a_row_with_a_mistake_is_refused(values: dict[str, object]) -> None:
    with pytest.raises(RowError, match="HTTP: a row"):
        given(**values)


def test_rows_are_left_out_where_they_say_nothing() -> None:
    keys, event = given(marks=["needs keys"]), row("x", {"name": "x", "event": "x"})
    core_tools, url = CoreTools(program=Path("func")), at_url("http://127.0.0.1:9", "", "")
    assert "asks for no keys" in runner.left_out(keys, core_tools)
    assert "keys" in runner.left_out(keys, url)
    assert "cannot be started" in runner.left_out(event, url)
    assert runner.left_out(event, core_tools) == runner.left_out(given(), url) == ""


def ran(*arguments: str, path: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "tests.conformance", *arguments],
        cwd=ROOT,
        env={"PATH": str(path)},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def test_without_a_host_it_is_not_run(tmp_path: Path) -> None:
    done = ran(path=tmp_path)
    assert (done.returncode, done.stdout) == (3, "")
    assert re.fullmatch(r"Not run: .*Install Azure Functions Core Tools.* URL=.*\n", done.stderr)
    help_of_make = Path(ROOT / "Makefile").read_text("utf-8")
    assert "host-conformance: setup ##" in help_of_make


def test_a_row_that_differs_is_reported(tmp_path: Path) -> None:
    """A host that knows no path but one."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(404)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_: object) -> None: ...

    with HTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            url = f"http://127.0.0.1:{server.server_port}"
            done = ran("--url", url, "--only", "capital letters", path=tmp_path)
            document = ran("--url", url, "--only", "favicon", "--json", path=tmp_path)
        finally:
            server.shutdown()
            thread.join()
    assert done.returncode == 1
    assert "HTTP: capital letters: status: expected 200, got 404" in done.stdout
    assert done.stdout.endswith("the host at the URL: 0 rows hold, 2 differ, 0 left out\n")
    assert document.returncode == 0
    assert json.loads(document.stdout)["rows"][0]["outcome"] == "holds"
