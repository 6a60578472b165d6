"""The whole program as people run it: its own processes, Azurite and the stand-in tenant."""

import contextlib
import json
import os
import tempfile
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import IO, Any

import pytest
from azure.core.exceptions import ResourceNotFoundError
from azure.data.tables import TableServiceClient

from local.azurite import Azurite
from local.simulation.build import CHICAGO, noon
from local.stand_in.stories import tell
from local.stand_in.tenant import Tenant
from tests.functions_host.host_process import Host, hosted
from tests.support.forks import Forked, program

ROOT = Path(__file__).parents[2]


@dataclass
class Ran:
    """How a command ended, and its output."""

    status: int
    out: str
    err: str

    @property
    def json(self) -> Any:  # noqa: ANN401  (a document)
        return json.loads(self.out)


@dataclass
class Started:
    """A command that may still be running."""

    process: Forked
    _out: IO[str]
    _err: IO[str]

    def ended(self) -> Ran:
        """Wait until the command has ended."""
        status = self.process.wait(timeout=110)
        self._out.seek(0)
        self._err.seek(0)
        ran = Ran(status, self._out.read(), self._err.read())
        print(ran.out, ran.err)  # noqa: T201  (for `tests.support.secret_scan` and failure reports)
        return ran


@dataclass
class Lapsewatch:
    """The command line, with settings for the stand-ins."""

    tenant: Tenant
    tables: str
    settings: dict[str, str] = field(default_factory=dict)

    @property
    def environment(self) -> Mapping[str, str]:
        plain = {
            name: value
            for name, value in os.environ.items()
            if not name.startswith(("LAPSEWATCH_", "IDENTITY_", "AZURE_"))
        }
        return (
            plain
            | dict(self.tenant.environment)
            | {"LAPSEWATCH_TABLES": self.tables, "LAPSEWATCH_SCHEDULE": "0 5 * * * *"}
            | self.settings
        )

    @contextlib.contextmanager
    def started(self, *arguments: str) -> Iterator[Started]:
        """Start a command without waiting for it; kill it at the end."""
        with (
            tempfile.TemporaryFile("w+", errors="replace") as out,
            tempfile.TemporaryFile("w+", errors="replace") as err,
        ):
            forks = program("-W", "error::ResourceWarning")
            process = forks.start(
                "shared", *arguments, environment=self.environment, out=out, err=err
            )
            try:
                yield Started(process, out, err)
            finally:
                process.kill()
                process.wait(timeout=30)

    def __call__(self, *arguments: str) -> Ran:
        with self.started(*arguments) as command:
            return command.ended()

    def cards(self) -> list[str]:
        """Return the messages sent to Teams, each as JSON."""
        return [
            json.dumps(posted.message, ensure_ascii=False) for posted in self.tenant.posted("its")
        ]


@pytest.fixture
def now() -> datetime:
    """Return the current time, at least 30 seconds before midnight: days left change there."""
    present = datetime.now(UTC)
    left = noon(present, 1).astimezone(CHICAGO).replace(hour=0) - present
    if left < timedelta(seconds=30):
        time.sleep(left.total_seconds() + 0.1)
    return datetime.now(UTC)


@pytest.fixture
def tenant(now: datetime) -> Iterator[Tenant]:
    with Tenant(tell("libapps", now)) as running:
        yield running


@pytest.fixture
def lapsewatch(tenant: Tenant, azurite: Azurite) -> Lapsewatch:
    """Return the program with an empty ledger."""
    with (
        TableServiceClient.from_connection_string(azurite.tables) as service,
        contextlib.suppress(ResourceNotFoundError),
    ):
        service.delete_table("Lapsewatch")
    return Lapsewatch(tenant, azurite.tables)


@pytest.fixture
def signed_in(lapsewatch: Lapsewatch, tmp_path: Path) -> Iterator[Host]:
    """Run the app on the local host, with Dana Example signed in to the page."""
    settings = {
        **lapsewatch.tenant.environment,
        "LAPSEWATCH_TABLES": lapsewatch.tables,
        "LAPSEWATCH_SCHEDULE": "0 5 * * * *",
    }
    with hosted(
        tmp_path, "--no-timers", "--signed-in", "Dana Example", app=ROOT, **settings
    ) as host:
        yield host
