"""What cannot run: a strict host does not start; a tolerant one turns it off and logs why."""

import socket
import threading
from pathlib import Path

import pytest
import requests

from local.functions_host.errors import HostError
from local.functions_host.host_json import HostFile, host_file
from tests.functions_host.host_process import SAMPLE, refused, tolerant

IMPORTS = "import azure.functions as func\napp = func.FunctionApp(func.AuthLevel.ANONYMOUS)\n"
GOOD = '@app.route(route="good")\ndef good(req: func.HttpRequest) -> str: return "well"\n'
TIMER = (
    '@app.timer_trigger(schedule={!r}, arg_name="timer")\n'
    "def {}(timer: func.TimerRequest) -> None: ...\n"
)
ROUTE = '@app.route(route={!r})\ndef {}(req: func.HttpRequest) -> str: return ""\n'
QUEUE = (
    '@app.queue_trigger(queue_name={!r}, connection="AzureWebJobsStorage", arg_name="message")\n'
    "def {}(message: func.QueueMessage) -> None: ...\n"
)
OFF = {
    "every": (TIMER, "every day", "The schedule expression 'every day' was not recognized as"),
    "nowhere": (TIMER, "%NOWHERE%", "'%NOWHERE%' does not resolve to a value."),
    "empty": (TIMER, "%EMPTY%", "'%EMPTY%' does not resolve to a value."),
    "part": (ROUTE, "a/{b:range(1,2)}", "the route '/api/a/{b:range(1,2)}' has the part"),
    "constraint": (ROUTE, "a/{b:date}", "'date'; the local host knows alpha, bool, guid, int, lo"),
    "twice": (ROUTE, "{a}/{a}", "the route '/api/{a}/{a}' names a parameter twice"),
    "built": (ROUTE, "administrators", "conflicts with one or more built in routes."),
    "queue": (QUEUE, "No_Queue", "A queue name can contain only letters, numbers, and dash(-)"),
}
"""Functions that cannot be registered."""
NOTHING_RUNS = [
    (
        IMPORTS + GOOD + TIMER.format("0 0 7 * * *", "tick").replace("(timer", "(timr"),
        "cannot load the tick function: the following parameters are declared in Python",
    ),
    (
        IMPORTS + GOOD + GOOD.replace('good")', 'other")'),
        "Function good does not have a unique function name",
    ),
    ("import nowhere_to_be_found", "ModuleNotFoundError: No module named 'nowhere_to_be_found'"),
    ("def broken(:", "SyntaxError: invalid syntax"),
    ("app = 1", "Could not find top level function app instances in function_app.py"),
    (IMPORTS, "the worker found no functions in"),
    (None, "the worker found no functions in"),
]
"""Apps that cannot be indexed."""
BUNDLE = '"extensionBundle": {"id": "Microsoft.Azure.Functions.ExtensionBundle", "version": "%s"}'
QUEUES = '"extensions": {"queues": {"%s": %s}}'


@pytest.fixture
def app(tmp_path: Path) -> Path:
    folder = tmp_path / "app"
    folder.mkdir()
    (folder / "host.json").write_text(f'{{"version": "2.0", {BUNDLE % "[4.*, 5.0.0)"}}}')
    return folder


def get(url: str) -> requests.Response:
    return requests.get(url, timeout=20)


@pytest.mark.parametrize("name", ["every", "built", "queue"])
def test_strict_host_names_the_function(app: Path, name: str) -> None:
    template, value, why = OFF[name]
    (app / "function_app.py").write_text(IMPORTS + GOOD + template.format(value, name))
    said = refused(app, EMPTY="").splitlines()[-1]
    assert said.startswith(f"local host: The '{name}' function is in error: ")
    assert why in said


def test_function_that_cannot_be_registered_is_off_and_the_others_run(
    app: Path, tmp_path: Path
) -> None:
    wrong = [template.format(value, name) for name, (template, value, _) in OFF.items()]
    (app / "function_app.py").write_text(IMPORTS + "".join(wrong) + GOOD)
    with tolerant(tmp_path, app=app, EMPTY="") as host:
        assert get(f"{host.url}/good").text == "well"
        assert get(f"{host.url}/a/5").status_code == 404
        for name, (_, _, why) in OFF.items():
            (listed,) = (line for line in host.greeting if line.split()[0] == name)
            assert listed.split()[1] == "off"
            (logged,) = (line for line in host.log().splitlines() if f"The '{name}' fun" in line)
            assert " ERROR   Host: The " in logged
            assert "' function is in error: " in logged
            assert why in listed
            assert why in logged


@pytest.mark.parametrize(("script", "sentence"), NOTHING_RUNS)
def test_without_an_index_no_function_runs(
    app: Path, tmp_path: Path, script: str | None, sentence: str
) -> None:
    if script is not None:
        (app / "function_app.py").write_text(script)
    with tolerant(tmp_path, app=app) as host:
        assert get(f"{host.url}/good").status_code == 404
        assert sentence in host.log()
        (said,) = (line for line in host.log().splitlines() if "Host: No function runs" in line)
        assert "sys.path" not in said
        assert [line for line in host.greeting if line.startswith("  ")] == []


def test_line_of_the_error_is_shown(app: Path, tmp_path: Path) -> None:
    (app / "function_app.py").write_text("\n\nraise KeyError('inside')")
    said = refused(app)
    assert said.splitlines()[-1].startswith("local host: the app in ")
    assert 'function_app.py", line 3' in said
    with tolerant(tmp_path, app=app) as host:
        assert 'function_app.py", line 3' in host.log()


def test_wrong_host_json_answers_503(app: Path, tmp_path: Path) -> None:
    (app / "function_app.py").write_text(IMPORTS + GOOD)
    (app / "host.json").write_text('{"version": "2.0", "functionTimeout": "30 minutes"}')
    sentence = "host.json: functionTimeout is '30 minutes', not a time such as"
    assert sentence in refused(app)
    with tolerant(tmp_path, app=app) as host:
        for path in ("/api/good", "/", "/admin/host/status"):
            answer = get(host.root + path)
            assert (answer.status_code, answer.text) == (503, "Function host is not running.")
        assert sentence in host.log()


def test_without_a_bundle_queue_functions_are_off(app: Path, tmp_path: Path) -> None:
    (app / "host.json").write_text('{"version": "2.0"}')
    (app / "function_app.py").write_text(IMPORTS + GOOD + QUEUE.format("work", "work"))
    sentence = "The binding type(s) 'queueTrigger' are not registered: host.json has no extension"
    assert sentence in refused(app)
    with tolerant(tmp_path, app=app) as host:
        assert get(f"{host.url}/good").text == "well"
        assert f"The 'work' function is in error: {sentence}" in host.log()


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        ("{", "host.json is not JSON"),
        ("[]", "host.json is not a JSON object"),
        ("{}", 'version is None, not "2.0"'),
        ('{"version": "1.0"}', "version is '1.0'"),
        ('{"version": 2}', "version is 2"),
        ('{"version": "2.0", "extensionBundle": {"id": "a"}}', "extensionBundle has no version"),
        ('{"version": "2.0", "extensionBundle": {"version": "4.0"}}', "extensionBundle has no id"),
        *(
            (f'{{"version": "2.0", {each}}}', "not a")
            for each in (
                QUEUES % ("batchSize", 0),
                QUEUES % ("batchSize", 33),
                QUEUES % ("BATCHSIZE", '"many"'),
                QUEUES % ("batchSize", 1.5),
                QUEUES % ("batchSize", "true"),
                QUEUES % ("newBatchThreshold", -1),
                QUEUES % ("maxDequeueCount", 0),
                QUEUES % ("maxPollingInterval", '"soon"'),
                QUEUES % ("maxPollingInterval", '"00:00:00.09"'),
                BUNDLE.replace("Microsoft.", "Microsoft ") % "[4.*, 5.0.0)",
                BUNDLE % "[9.*, 10.0.0)",
                BUNDLE % "latest",
                '"functionTimeout": "00:00:00"',
                '"functionTimeout": "00:61:00"',
                '"functionTimeout": "1.24:00:00"',
            )
        ),
    ],
)
def test_wrong_value_in_host_json(app: Path, content: str, sentence: str) -> None:
    (app / "host.json").write_text(content)
    with pytest.raises(HostError, match=r"host\.json") as refusal:
        host_file(app)
    assert sentence in str(refusal.value)


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        ("", HostFile("api", 1800)),
        ('"unknown": [], "extensions": {"queues": {"batchSise": 0}}', HostFile("api", 1800)),
        ('"extensions": 1, "logging": "all"', HostFile("api", 1800)),
        (QUEUES % ("BATCHSIZE", '"32"'), HostFile("api", 1800, queues={"batchSize": "32"})),
        ('"functionTimeout": "-1"', HostFile("api", None)),
        ('"functionTimeout": "24:00:00"', HostFile("api", 24 * 86400)),
        ('"functionTimeout": "10675198.00:00:00"', HostFile("api", threading.TIMEOUT_MAX)),
        ('"FunctionTimeout": "1.00:00:05.5"', HostFile("api", 86405.5)),
        ('"extensions": {"http": {"routePrefix": ""}}', HostFile("", 1800)),
        ('"extensions": {"http": {"routePrefix": "/v1/"}}', HostFile("v1", 1800)),
        (BUNDLE % "[4.0.0, 5.0.0)", HostFile("api", 1800, bundle=True)),
        (BUNDLE % "[3.*, 4.0.0)", HostFile("api", 1800, bundle=True)),
    ],
)
def test_host_json(app: Path, content: str, expected: HostFile) -> None:
    (app / "host.json").write_text(f'{{"version": "2.0"{", " if content else ""}{content}}}')
    assert host_file(app) == expected


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        ('{"IsEncrypted": true}', "is encrypted: decrypt it"),
        ('{"Values": {"A": 1}}', "the value of A is not a text in quotes"),
    ],
)
def test_unreadable_settings_are_named(app: Path, content: str, sentence: str) -> None:
    (app / "local.settings.json").write_text(content)
    assert sentence in refused(app)


def test_folder_without_an_app_is_refused(tmp_path: Path) -> None:
    assert f"there is no host.json in {tmp_path}: is it the folder of a Functions app?" in refused(
        tmp_path
    )


def test_taken_port_is_refused() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        assert f"cannot listen on port {port} of 127.0.0.1 (Address already in use)" in refused(
            SAMPLE, "--port", port
        )
