"""The processor time of a start: of a command, and of the app up to its first answer.

Each is a process of its own, beside a bare interpreter that imports the same SDKs. Azurite and the
stand-in tenant run beside them. Bytecode is there before the first round that counts.
"""

import os
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple

from bench.check_cost import tenant
from bench.results import Bound
from local.azurite import Azurite

ROUNDS = 5
_TERMINAL = "typer, typer.rich_utils, rich.table"
_LEDGER = "azure.data.tables, requests, jinja2, markdown_it, msgspec"
_GRAPH = (
    "azure.identity, kiota_authentication_azure.azure_identity_authentication_provider, "
    "kiota_http.kiota_client_factory, msgraph.graph_request_adapter, "
    "msgraph.generated.applications.applications_request_builder, "
    "msgraph.generated.service_principals.service_principals_request_builder"
)
_OTHERS = "azure.keyvault.secrets, icalendar, jwt, prometheus_client"
_ARGUMENTS = "typer._adapters"
"""What typer imports for a command with options."""


class Cost(NamedTuple):
    """The seconds of a process: elapsed, and of the processor."""

    elapsed: float
    cpu: float


def measure() -> list[Bound]:
    """Return the bounds: those in seconds have a limit of their own, the others are ratios."""
    with Azurite() as azurite, tenant() as printed:
        environment = {**os.environ, **printed, "LAPSEWATCH_TABLES": azurite.tables}
        environment |= {"LAPSEWATCH_SCHEDULE": "0 5 * * * *"}
        environment.pop("PYTHONDONTWRITEBYTECODE", None)

        def shared(*arguments: str) -> Cost:
            return _cost(["-m", "shared", *arguments], environment)

        def bare(*imports: str) -> Cost:
            return _cost(["-c", f"import {', '.join(imports)}"], environment)

        def app(*arguments: str) -> Cost:
            return _cost(["-m", "bench.start_app", *arguments], environment)

        show_help, status, check = shared("--help"), shared("status"), shared("check")
        sdks = bare("azure.functions", _LEDGER, _GRAPH, _OTHERS)
        return [
            _within("start: `--help`, CPU", show_help, 0.3),
            _beside("the same, beside the imports of typer", show_help, bare(_TERMINAL), 1.6),
            _within("start: `status`, CPU", status, 0.7),
            _within("start: `check` of one app, CPU", check, 1.0),
            _beside(
                "the same, beside the imports of its SDKs",
                check,
                bare(_TERMINAL, _ARGUMENTS, _LEDGER, _GRAPH),
                2.0,
            ),
            _beside(
                "import of the app, CPU, beside an empty app with all its SDKs",
                _cost(["-c", "import function_app"], environment),
                sdks,
                1.6,
            ),
            _beside(
                "the same, with everything that is imported later",
                _cost(["-c", _EAGER], environment),
                sdks,
                1.6,
            ),
            _beside("first `health`, CPU, beside eager imports", *_both(app, "health"), 1.0),
            _beside("first check, CPU, beside eager imports", *_both(app, "check"), 1.0),
        ]


_EAGER = (
    "import importlib, function_app; from bench.start_app import LATER; "
    "[importlib.import_module(each) for each in LATER]"
)


def _both(app: Callable[..., Cost], name: str) -> tuple[Cost, Cost]:
    """Return the costs of a call of the app as it is, and with eager imports."""
    return app(name), app(name, "eager")


def _within(what: str, cost: Cost, seconds: float) -> Bound:
    return Bound(what, f"{cost.cpu:.2f} s", f"{seconds:.2f} s", cost.cpu / seconds)


def _beside(what: str, cost: Cost, other: Cost, at_most: float) -> Bound:
    return Bound(what, f"{cost.cpu:.2f} s", f"{other.cpu:.2f} s", cost.cpu / other.cpu, at_most)


def _cost(arguments: Sequence[str], environment: Mapping[str, str]) -> Cost:
    """Return the least of several rounds; the first, which may write bytecode, does not count."""
    costs = [_round(arguments, environment) for _ in range(ROUNDS + 1)][1:]
    return Cost(min(cost.elapsed for cost in costs), min(cost.cpu for cost in costs))


def _round(arguments: Sequence[str], environment: Mapping[str, str]) -> Cost:
    began = time.monotonic()
    with subprocess.Popen(  # noqa: S603  (ourselves)
        [sys.executable, *arguments], env=environment, stdout=subprocess.DEVNULL
    ) as process:
        _, status, used = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
    assert process.returncode == 0, arguments
    return Cost(time.monotonic() - began, used.ru_utime + used.ru_stime)
