"""The hosts that the table can be run against: the local one, Core Tools, or one at a URL."""

import contextlib
import os
import shutil
import sys
from abc import ABC, abstractmethod
from collections.abc import Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path

from tests.conformance.running import Running, Settings, started

ROOT = Path(__file__).parents[2]
APP = Path(__file__).parent / "app"


@dataclass(frozen=True, kw_only=True)
class Host(ABC):
    """A host."""

    name: str
    asks_for_keys: bool
    starts_apps: bool = True
    """Whether it can start an app with other settings, stop and kill it."""
    logs_categories: bool = False
    seconds_to_start: float = 20
    grace: float = 10
    """Seconds that a running function gets when the host stops, or after a timeout."""

    @abstractmethod
    def run(self, app: Path, settings: Settings) -> AbstractContextManager[Running]:
        """Run an app until the end of the block; it need not be ready yet."""


@dataclass(frozen=True, kw_only=True)
class LocalHost(Host):
    """`python -m local.host`."""

    name: str = "the local host"
    asks_for_keys: bool = True
    logs_categories: bool = True
    seconds_to_start: float = 2

    @contextlib.contextmanager
    def run(self, app: Path, settings: Settings) -> Iterator[Running]:
        """Run an app until the end of the block."""
        keys = {"FUNCTION_KEY": "a-function-key", "MASTER_KEY": "a-master-key"}
        with started(
            lambda port: [
                *(sys.executable, "-m", "local.host", "--app", str(app), "--port", str(port)),
                *("--state", str(app / ".state")),
            ],
            ROOT,
            {
                **settings,
                **{f"LOCAL_{name}": value for name, value in keys.items()},
                "LOCAL_GRACE_SECONDS": str(self.grace),
            },
        ) as running:
            running.keys = keys
            yield running


@dataclass(frozen=True, kw_only=True)
class CoreTools(Host):
    """`func start` of Azure Functions Core Tools, which asks for no keys."""

    program: Path
    name: str = "func start"
    asks_for_keys: bool = False

    @contextlib.contextmanager
    def run(self, app: Path, settings: Settings) -> Iterator[Running]:
        """Run an app until the end of the block."""
        path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
        worker = {"FUNCTIONS_WORKER_RUNTIME": "python", "PATH": path}
        with started(
            lambda port: [str(self.program), "start", "--port", str(port)],
            app,
            {**worker, "AzureWebJobsStorage": "", **settings},
        ) as running:
            yield running


@dataclass(frozen=True, kw_only=True)
class AtUrl(Host):
    """A host that runs the app already."""

    address: str
    function_key: str
    master_key: str
    name: str = "the host at the URL"
    starts_apps: bool = False

    @contextlib.contextmanager
    def run(self, app: Path, settings: Settings) -> Iterator[Running]:  # noqa: ARG002  (it runs already)
        """Yield the host."""
        keys = {"FUNCTION_KEY": self.function_key, "MASTER_KEY": self.master_key}
        yield Running(self.address, keys)


def at_url(address: str, function_key: str, master_key: str) -> AtUrl:
    """Return the host at a URL. Without both keys, rows that need them are left out."""
    return AtUrl(
        address=address,
        function_key=function_key,
        master_key=master_key,
        asks_for_keys=bool(function_key and master_key),
    )


def core_tools() -> CoreTools | None:
    """Return `func` on PATH; of npm's package its program, since its script passes no signals."""
    found = shutil.which("func")
    if found is None:
        return None
    program = Path(found).resolve()
    if program.suffix == ".js":
        program = program.parents[1] / "bin" / "func"
    return CoreTools(program=program)
