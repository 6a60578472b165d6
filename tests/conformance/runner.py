"""Runs rows of the table against a host."""

import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from azure.core.exceptions import AzureError

from tests.conformance import events
from tests.conformance.compare import differences
from tests.conformance.hosts import Host
from tests.conformance.life import Life
from tests.conformance.raw_http import ERRORS, Answer, connected
from tests.conformance.running import HostFailed, Running
from tests.conformance.table import Row

NO_FACTS = "the event could not be run"


@dataclass(frozen=True)
class Result:
    """Whether a row holds (`difference` is empty), or why it was left out."""

    row: Row
    difference: str = ""
    left_out: str = ""


def left_out(row: Row, host: Host) -> str:
    """Return why a row cannot be run against a host; empty if it can."""
    if "needs keys" in row.marks and not host.asks_for_keys:
        return f"{host.name} asks for no keys, or they were not given"
    if "needs categories" in row.marks and not host.logs_categories:
        return f"{host.name} prints no categories"
    if row.event and not host.starts_apps:
        return f"{host.name} cannot be started, stopped and killed from here"
    if "local only" in row.marks and not host.starts_apps:
        return "what is in front of a host in Azure changes it"
    return ""


def run(host: Host, rows: Sequence[Row], folder: Path, storage: str) -> Iterator[Result]:
    """Run rows: first the requests in one host, then each event in hosts of its own."""
    for row in rows:
        if why := left_out(row, host):
            yield Result(row, left_out=why)
    chosen = [row for row in rows if not left_out(row, host)]
    yield from requests([row for row in chosen if not row.event], host, folder, storage)
    facts: dict[str, Mapping[str, object]] = {}
    for row in chosen:
        if row.event:
            if row.which not in facts:
                facts[row.which] = event(row, host, folder, storage)
            yield Result(row, _of_event(row, facts[row.which]))


def requests(rows: Sequence[Row], host: Host, folder: Path, storage: str) -> Iterator[Result]:
    """Send the requests of rows to one host that runs the app."""
    if not rows:
        return
    life = Life(host, _new(folder), storage, f"{time.time_ns():x}")
    with life.ready() if host.starts_apps else life.running() as running:
        for row in rows:
            yield Result(row, _difference(row, running))


def event(row: Row, host: Host, folder: Path, storage: str) -> Mapping[str, object]:
    """Run the event of a row. Return its facts, or why there are none under `NO_FACTS`."""
    life = Life(host, _new(folder), storage, f"{time.time_ns():x}")
    try:
        return events.EVENTS[row.event](life, row.setup)
    except (HostFailed, AzureError, *ERRORS) as error:
        return {NO_FACTS: f"{type(error).__name__}: {str(error).partition('\n')[0]}"}


def _of_event(row: Row, facts: Mapping[str, object]) -> str:
    return str(facts[NO_FACTS]) if NO_FACTS in facts else differences(row, facts, {})


def _new(folder: Path) -> Path:
    made = folder / f"life-{time.time_ns():x}"
    made.mkdir(parents=True)
    return made


def _difference(row: Row, running: Running) -> str:
    try:
        answers = list(_answers(row, running))
    except ERRORS as error:
        return f"no answer: {type(error).__name__}: {error}"
    found = [differences(row, answer, running.values) for answer in answers]
    return next(filter(None, found), "")


def _answers(row: Row, running: Running) -> Iterable[Answer]:
    request = row.request(running.values)
    with connected(running.address, timeout=60 if "slow" in row.marks else 8) as connection:
        for _ in range(2 if row.twice else 1):
            connection.send(request)
            yield connection.receive(head=row.send.startswith("HEAD"))
