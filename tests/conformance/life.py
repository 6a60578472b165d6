"""A folder with a copy of the app, its settings, and its notes: what an event works with."""

import contextlib
import json
import shutil
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from azure.storage.queue import QueueClient

from tests.conformance.hosts import APP, Host
from tests.conformance.raw_http import Answer, ask
from tests.conformance.running import HostFailed, Running

NEVER = "0 0 0 1 1 *"
"""The first of January: a schedule that does not run during a test."""


@dataclass
class Life:
    """The app in a folder of its own. Its settings may change between two runs of a host."""

    host: Host
    folder: Path
    storage: str
    name: str
    settings: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Copy the app."""
        self.app = self.folder / "app"
        self.queue = f"conformance-{self.name}"
        shutil.copytree(APP, self.app, ignore=shutil.ignore_patterns("__pycache__"))
        self.notes_file = self.folder / "notes.txt"

    def another(self) -> "Life":
        """Return a life with an app, notes and queues of its own."""
        folder = self.folder / "another"
        folder.mkdir()
        return Life(self.host, folder, self.storage, f"{self.name}x")

    @contextlib.contextmanager
    def running(self, **settings: str) -> Iterator[Running]:
        """Run the host; it need not be ready yet."""
        given = {
            "AzureFunctionsWebHost__hostid": self.queue[:32],
            "AZURE_FUNCTIONS_ENVIRONMENT": "Development",
            "AzureWebJobsStorage": self.storage,
            "CONFORMANCE_STORAGE": self.storage,
            "CONFORMANCE_QUEUE": self.queue,
            "CONFORMANCE_NOTES": str(self.notes_file),
            "CONFORMANCE_SCHEDULE": NEVER,
            "PYTHONDONTWRITEBYTECODE": "1",
            **self.settings,
            **settings,
        }
        with self.host.run(self.app, given) as running:
            yield running

    @contextlib.contextmanager
    def ready(self, **settings: str) -> Iterator[Running]:
        """Run the host until the end of the block, and wait until `health` answers."""
        with self.running(**settings) as running:
            running.until("/api/health", 200)
            yield running

    def notes(self, kind: str = "") -> list[dict[str, Any]]:
        """Return the app's notes, or those of one kind."""
        if not self.notes_file.is_file():
            return []
        lines = self.notes_file.read_text("utf-8").splitlines()
        return [note for note in map(json.loads, lines) if kind in {"", note["kind"]}]

    def wait_for(self, kind: str, number: int, within: float = 20) -> list[dict[str, Any]]:
        """Wait for this number of notes of a kind; return them. Raise `HostFailed`."""
        wait(lambda: len(self.notes(kind)) >= number, f"note {number} of the kind {kind!r}", within)
        return self.notes(kind)

    @contextlib.contextmanager
    def messages(self, suffix: str = "") -> Iterator[QueueClient]:
        """Yield a client of the app's queue, or of one beside it."""
        with QueueClient.from_connection_string(self.storage, self.queue + suffix) as client:
            yield client

    def as_if(self, seconds: float) -> float:
        """Return seconds with the host's grace as if it were the real 10 s."""
        return seconds - self.host.grace + 10


def wait(done: Callable[[], object], what: str, within: float = 20) -> None:
    """Wait until something is done. Raise `HostFailed`."""
    end = time.monotonic() + within
    while not done():
        if time.monotonic() > end:
            raise HostFailed(f"not within {within:g} s: {what}")
        time.sleep(0.02)


def at(note: Mapping[str, Any]) -> datetime:
    """Return when the app wrote a note."""
    return datetime.fromisoformat(note["at"])


def minutely(seconds: float) -> tuple[str, datetime]:
    """Return a schedule that runs every minute, first after about these seconds; and when."""
    due = (datetime.now(UTC) + timedelta(seconds=seconds + 1)).replace(microsecond=0)
    return f"{due.second} * * * * *", due


def sleep_until(due: datetime) -> None:
    """Sleep until an instant."""
    time.sleep(max(0, (due - datetime.now(UTC)).total_seconds()))


def start_by_hand(running: Running, function: str, content: Mapping[str, str]) -> Answer:
    """Start a function as an administrator does."""
    return ask(
        running.address,
        "POST",
        f"/admin/functions/{function}",
        json.dumps(content).encode(),
        Content_Type="application/json",
        x_functions_key=running.values["MASTER_KEY"],
    )
