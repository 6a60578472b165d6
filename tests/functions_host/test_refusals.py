"""Apps that cannot be hosted: exit status 1, and the function, file or setting at fault."""

import socket
from pathlib import Path

import pytest

from tests.functions_host.host_process import SAMPLE, refused

TIMER = """
import azure.functions as func
app = func.FunctionApp()
@app.timer_trigger(schedule={schedule!r}, arg_name="timer")
def tick({argument}: func.TimerRequest) -> None: ...
"""
ROUTE = """
import azure.functions as func
app = func.FunctionApp()
@app.route(route={route!r})
def page(req: func.HttpRequest) -> str: return ""
"""


@pytest.fixture
def app(tmp_path: Path) -> Path:
    (tmp_path / "host.json").write_text('{"version": "2.0"}')
    return tmp_path


@pytest.mark.parametrize(
    ("script", "sentence"),
    [
        (
            TIMER.format(schedule="0 0 7 * * *", argument="timr"),
            "cannot load the tick function: the following parameters are declared in Python",
        ),
        (
            TIMER.format(schedule="%NOWHERE%", argument="timer"),
            (
                "The 'tick' function is in error: Microsoft.Azure.WebJobs.Host: Error indexing "
                "method 'Functions.tick'. '%NOWHERE%' does not resolve to a value."
            ),
        ),
        (
            TIMER.format(schedule="every day", argument="timer"),
            "The schedule expression 'every day' was not recognized as a valid cron expression or",
        ),
        (
            ROUTE.format(route="a/{b:range(1,2)}"),
            "the function page: the route '/api/a/{b:range(1,2)}' has the part '{b:range(1,2)}'",
        ),
        (
            ROUTE.format(route="a/{b:date}"),
            "has the constraint 'date'; the local host knows alpha, bool, guid, int, long",
        ),
        (ROUTE.format(route="{a}/{a}"), "the route '/api/{a}/{a}' names a parameter twice"),
        (
            "import nowhere_to_be_found",
            "ModuleNotFoundError: No module named 'nowhere_to_be_found'",
        ),
        ("def broken(:", "SyntaxError: invalid syntax"),
        ("app = 1", "Could not find top level function app instances in function_app.py"),
        (
            "import azure.functions as func\napp = func.FunctionApp()",
            "the worker found no functions in",
        ),
    ],
)
def test_broken_function_is_named(app: Path, script: str, sentence: str) -> None:
    (app / "function_app.py").write_text(script)
    said = refused(app).splitlines()[-1]
    assert said.startswith("local host: ")
    assert sentence in said
    assert "sys.path" not in said


def test_line_of_the_error_is_shown(app: Path) -> None:
    (app / "function_app.py").write_text("\n\nraise KeyError('inside')")
    assert 'function_app.py", line 3' in refused(app)


@pytest.mark.parametrize(
    ("name", "content", "sentence"),
    [
        ("host.json", "{", "host.json is not JSON"),
        ("host.json", "[]", "host.json is not a JSON object"),
        ("host.json", '{"extensions": {"http": 1}}', "http is not a JSON object"),
        ("local.settings.json", '{"IsEncrypted": true}', "is encrypted: decrypt it"),
        ("local.settings.json", '{"Values": {"A": 1}}', "the value of A is not a text in quotes"),
    ],
)
def test_unreadable_file_is_named(app: Path, name: str, content: str, sentence: str) -> None:
    (app / name).write_text(content)
    assert sentence in refused(app)


def test_folder_without_an_app_is_refused(tmp_path: Path) -> None:
    assert f"there is no host.json in {tmp_path}: is it the folder of a Functions app?" in refused(
        tmp_path
    )


def test_app_without_a_script_is_refused(app: Path) -> None:
    assert f"the worker found no functions in {app / 'function_app.py'}" in refused(app)


def test_empty_key_is_refused() -> None:
    assert "LOCAL_FUNCTION_KEY is set, but empty" in refused(SAMPLE, LOCAL_FUNCTION_KEY="")


def test_taken_port_is_refused() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        assert f"cannot listen on port {port} of 127.0.0.1 (Address already in use)" in refused(
            SAMPLE, "--port", port
        )
