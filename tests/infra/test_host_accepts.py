"""Nothing here makes the real Functions host turn off a function, or all of them.

The host writes it only into its log (docs/operate.md, "What turns a function off"), and the local
host may be more tolerant, so each rule is checked here before a deployment.
"""

import ast
import inspect
import json
import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from types import GenericAlias
from typing import Any, get_args

import pytest

from local.kept_modules import ROOT
from shared.config.ncrontab import mistake
from tests.support.app_routes import functions
from tests.support.snapshots import FORMS, read

HOST = json.loads((ROOT / "host.json").read_text(encoding="utf-8"))
SETTING = re.compile(r"%([^%]+)%")
QUEUE_NAME = re.compile(r"(?!.*--)[a-z0-9][a-z0-9-]{1,61}[a-z0-9]")
TRIGGERS = {"httpTrigger", "timerTrigger", "queueTrigger"}
BINDINGS = TRIGGERS | {"http", "queue"}
"""The types that the host and the extension bundle 4 know."""


def bindings() -> Iterator[tuple[str, dict[str, Any]]]:
    for name, function in functions().items():
        for binding in function.get_bindings():
            yield name, binding.get_dict_repr()


def routes() -> dict[tuple[str, str], list[str]]:
    """Return the functions of each method and route, whose letters and parameters do not count."""
    found: dict[tuple[str, str], list[str]] = {}
    for name, binding in bindings():
        if binding["type"] == "httpTrigger":
            route = re.sub(r"\{[^}]*\}", "{}", binding["route"].lower())
            for method in binding["methods"]:
                found.setdefault((method.value, route), []).append(name)
    return found


def test_host_json_has_known_keys_with_known_values() -> None:
    """The host ignores a key that it does not know, and serves nothing if a value is wrong."""
    assert {name: value for name, value in HOST.items() if name != "logging"} == {
        "version": "2.0",
        "functionTimeout": "00:30:00",
        "extensionBundle": {
            "id": "Microsoft.Azure.Functions.ExtensionBundle",
            "version": "[4.*, 5.0.0)",
        },
        "extensions": {
            "http": {"routePrefix": "api"},
            "queues": {"batchSize": 1, "newBatchThreshold": 0},
        },
    }
    assert HOST["logging"] == {
        "applicationInsights": {
            "enableDependencyTracking": False,
            "samplingSettings": {
                "isEnabled": True,
                "excludedTypes": "Request;Exception;Trace",
            },
        }
    }


def test_every_function_has_a_name_of_its_own() -> None:
    """With two functions of one name, the worker registers none at all."""
    sources = [ROOT / "function_app.py", *(ROOT / "shared/web").glob("*.py")]
    names = Counter(
        decorator.args[0].value
        for source in sources
        for node in ast.walk(ast.parse(source.read_text(encoding="utf-8")))
        if isinstance(node, ast.FunctionDef)
        for decorator in node.decorator_list
        if isinstance(decorator, ast.Call)
        and isinstance(decorator.func, ast.Attribute)
        and decorator.func.attr == "function_name"
        and isinstance(decorator.args[0], ast.Constant)
    )
    assert set(names.values()) == {1}
    assert set(names) == set(functions())


def test_every_route_has_one_function_for_a_method() -> None:
    """Of two, the host turns off the later one by name."""
    assert {route: names for route, names in routes().items() if len(names) > 1} == {}


def test_no_route_begins_with_a_word_of_the_host() -> None:
    """`adminonly` too: the host compares the beginning."""
    for _, route in routes():
        assert not route.startswith(("admin", "runtime", "/")), route


def test_no_route_takes_whole_paths() -> None:
    assert [route for _, route in routes() if "*" in route] == []
    names = {binding["route"] for _, binding in bindings() if binding["type"] == "httpTrigger"}
    assert {re.sub(r"\{\w+\}", "", name) for name in names if "{" in name} == {
        "page/",
        "page/assets/",
    }


def test_outputs_have_a_type_that_the_worker_accepts() -> None:
    """It refuses `Out[list[str]]`, and then registers no function at all."""
    outputs = [
        inner
        for function in functions().values()
        for parameter in inspect.signature(function.get_user_function()).parameters.values()
        for inner in get_args(parameter.annotation)
    ]
    assert outputs
    assert [each for each in outputs if isinstance(each, GenericAlias)] == []


def test_every_parameter_belongs_to_a_binding_and_back() -> None:
    for name, function in functions().items():
        own = {binding["name"] for of, binding in bindings() if of == name} - {"$return"}
        assert set(inspect.signature(function.get_user_function()).parameters) == own


def test_every_binding_is_of_a_known_type_with_one_trigger() -> None:
    assert {binding["type"] for _, binding in bindings()} <= BINDINGS
    triggers = Counter(name for name, binding in bindings() if binding["type"] in TRIGGERS)
    assert triggers == Counter(dict.fromkeys(functions(), 1))


@pytest.mark.parametrize("form", FORMS)
def test_every_setting_of_a_binding_is_deployed(form: str) -> None:
    deployed = read(form).settings
    named = {
        name
        for _, binding in bindings()
        for text in binding.values()
        if isinstance(text, str)
        for name in SETTING.findall(text)
    }
    assert named == {"LAPSEWATCH_SCHEDULE"}
    assert mistake(deployed["LAPSEWATCH_SCHEDULE"]) is None
    for _, binding in bindings():
        if "queueName" in binding:
            assert QUEUE_NAME.fullmatch(binding["queueName"])
            assert deployed[f"{binding['connection']}__queueServiceUri"]


@pytest.mark.parametrize("form", FORMS)
def test_the_root_of_the_app_is_empty(form: str) -> None:
    """Otherwise it shows a page of Azure's to everybody."""
    assert read(form).settings["AzureWebJobsDisableHomepage"] == "true"


def test_the_app_never_ends_its_process_in_silence() -> None:
    """The host does not notice that a worker ended with status 0: every call hangs."""
    for path in (ROOT / "function_app.py", *Path(ROOT, "shared").rglob("*.py")):
        if "cli" not in path.parts and path.name != "__main__.py":
            assert not re.search(
                r"\bsys\.exit\(|\bos\._exit\(|\bexit\(\)|SystemExit", path.read_text("utf-8")
            ), path
