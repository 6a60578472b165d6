"""Reading a whole tenant costs little more than the bytes themselves, and memory stays flat.

Both ways answer one question, how many credentials of how many apps end before a day, and must agree.

Each run is a process of its own (`python -m bench.graph_scan {ours|bare} ROOT`), so that neither warms up for the other
and the peak of memory is its own. The time is that on the clock, from the first request to the last value; what an
empty tenant takes (imports, certificates of authorities) is not in it.
"""

import json
import resource
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import NamedTuple

import msgspec

from bench.pages import PATH, serving
from bench.results import Bound

APPS = 100_000
RUNS = 5
SOON = datetime(2027, 3, 1, tzinfo=UTC)
SLOWER_AT_MOST = 1.5
"""1.45 to 1.47 is what is measured on two quiet cores."""
MEGABYTES_AT_MOST = 80


class Run(NamedTuple):
    """What one process measured."""

    seconds: float
    """On the clock, less those for an empty tenant."""
    megabytes: float
    """Peak of resident memory, imports included."""
    apps: int
    ending: int


def measure() -> list[Bound]:
    """Read the same pages in both ways by turns, and hold the medians against the bounds."""
    with serving(APPS) as root:
        pairs = [(_run("ours", root), _run("bare", root)) for _ in range(RUNS)]
    assert {(run.apps, run.ending) for pair in pairs for run in pair} == {(APPS, pairs[0][0].ending)}
    ours = statistics.median(run.seconds for run, _ in pairs)
    bare = statistics.median(run.seconds for _, run in pairs)
    megabytes = max(run.megabytes for run, _ in pairs)
    return [
        Bound(f"scan of {APPS:,} apps, against a bare loop", f"{ours:.2f} s", f"{bare:.2f} s", ours / bare, SLOWER_AT_MOST),
        Bound("the same, peak of memory", f"{megabytes:.0f} MB", f"{MEGABYTES_AT_MOST} MB", megabytes / MEGABYTES_AT_MOST, 1),
    ]


def _run(way: str, root: str) -> Run:
    command = [sys.executable, "-m", "bench.graph_scan", way, root]
    done = subprocess.run(command, capture_output=True, check=True, cwd=Path(__file__).parents[1])  # noqa: S603  (ourselves)
    return Run(**json.loads(done.stdout))


type Way = Callable[[str], tuple[int, int]]
"""Counts the apps, and their credentials that end before `SOON`, given Graph's root."""


def ours() -> Way:
    """Import the adapter, and give the way through it."""
    from azure.core.credentials import AccessToken  # noqa: PLC0415  (counts in the memory of this way only)

    from shared.adapters.graph import GraphDirectory  # noqa: PLC0415  (the same)

    class Token:
        def get_token(self, *_scopes: str, **_options: object) -> AccessToken:
            return AccessToken("the-token", int(time.time()) + 3600)

    def way(root: str) -> tuple[int, int]:
        apps = ending = 0
        for page in GraphDirectory(root, Token).scan(seconds=600):
            assert not page.failures
            apps += len(page.apps)
            for app in page.apps:
                for credential in app.credentials:
                    if credential.ends and credential.ends < SOON:
                        ending += 1
        return apps, ending

    return way


class Credential(msgspec.Struct, rename="camel"):
    """A credential, as a bare loop would declare it."""

    key_id: str
    display_name: str | None
    start_date_time: datetime
    end_date_time: datetime
    custom_key_identifier: str | None
    hint: str | None = None
    usage: str | None = None


class Application(msgspec.Struct, rename="camel"):
    """An app, as a bare loop would declare it."""

    id: str
    app_id: str
    display_name: str | None
    is_disabled: bool | None
    disabled_by_microsoft_status: str | None
    password_credentials: list[Credential]
    key_credentials: list[Credential]


class Page(msgspec.Struct):
    """A page, as a bare loop would declare it."""

    value: list[Application]
    next: str | None = msgspec.field(default=None, name="@odata.nextLink")


def bare() -> Way:
    """Give the way with nothing but an HTTP client and a typed decoder."""
    import requests  # noqa: PLC0415  (counts in the memory of this way only)

    def way(root: str) -> tuple[int, int]:
        apps = ending = 0
        link: str | None = f"{root}{PATH}"
        decoder = msgspec.json.Decoder(Page)
        with requests.Session() as session:
            while link:
                page = decoder.decode(session.get(link, headers={"Authorization": "Bearer the-token"}, timeout=60).content)
                apps += len(page.value)
                for app in page.value:
                    for credential in (*app.password_credentials, *app.key_credentials):
                        if credential.end_date_time < SOON:
                            ending += 1
                link = page.next
        return apps, ending

    return way


def _main(way: Way, root: str) -> None:
    way(f"{root}/first")  # imports
    marks = [time.perf_counter()]
    way(f"{root}/first")
    marks.append(time.perf_counter())
    apps, ending = way(root)
    marks.append(time.perf_counter())
    seconds = (marks[2] - marks[1]) - (marks[1] - marks[0])
    megabytes = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024  # KiB on Linux
    sys.stdout.write(json.dumps(Run(seconds, megabytes, apps, ending)._asdict()))


if __name__ == "__main__":
    _main({"ours": ours, "bare": bare}[sys.argv[1]](), sys.argv[2])
