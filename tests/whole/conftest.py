"""The whole program as people run it: commands and functions in processes of their own, on Azurite and the stand-in tenant."""

import contextlib
import json
import os
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from azure.core.exceptions import ResourceNotFoundError
from azure.data.tables import TableServiceClient

from local.azurite import Azurite
from local.tenant import Tenant

ROOT = Path(__file__).parents[2]


@dataclass
class Ran:
    """How a command ended, and what it said."""

    status: int
    out: str
    err: str

    @property
    def json(self) -> Any:  # noqa: ANN401  (a document, to be looked into)
        return json.loads(self.out)


@dataclass
class Lapsewatch:
    """The command line, with the settings of a laptop beside the stand-ins."""

    tenant: Tenant
    tables: str
    settings: dict[str, str] = field(default_factory=dict)

    @property
    def environment(self) -> Mapping[str, str]:
        plain = {name: value for name, value in os.environ.items() if not name.startswith(("LAPSEWATCH_", "IDENTITY_", "AZURE_"))}
        return (
            plain | dict(self.tenant.environment) | {"LAPSEWATCH_TABLES": self.tables, "LAPSEWATCH_SCHEDULE": "0 5 * * * *"} | self.settings
        )

    def started(self, *arguments: str) -> subprocess.Popen[str]:
        """Start a command, and do not wait for it."""
        pipe = subprocess.PIPE
        return subprocess.Popen(_command(arguments), cwd=ROOT, env=dict(self.environment), stdout=pipe, stderr=pipe, text=True)

    def __call__(self, *arguments: str) -> Ran:
        done = subprocess.run(
            _command(arguments), cwd=ROOT, env=dict(self.environment), capture_output=True, text=True, timeout=110, check=False
        )
        print(done.stdout, done.stderr)  # noqa: T201  (for `tests.support.unspoken`, and for whoever looks at a failure)
        return Ran(done.returncode, done.stdout, done.stderr)

    def cards(self) -> list[str]:
        """What Teams was sent, a text for each message: everything in it."""
        return [json.dumps(posted.message, ensure_ascii=False) for posted in self.tenant.posted("its")]


def _command(arguments: Sequence[str]) -> Sequence[str]:
    return [sys.executable, "-W", "error::ResourceWarning", "-m", "shared", *arguments]


@pytest.fixture
def tenant() -> Iterator[Tenant]:
    with Tenant() as running:
        yield running


@pytest.fixture
def lapsewatch(tenant: Tenant, azurite: Azurite) -> Lapsewatch:
    """The program with an empty ledger."""
    with TableServiceClient.from_connection_string(azurite.tables) as service, contextlib.suppress(ResourceNotFoundError):
        service.delete_table("Lapsewatch")
    return Lapsewatch(tenant, azurite.tables)
