"""Reading and judging a whole tenant costs little more than the bytes themselves, and memory stays flat.

Three ways answer one question, how many credentials of how many apps end within a window, and must agree: ours (adapter
and sieve, as in a check), a bare loop of requests and msgspec, and, for a small tenant, the SDK's own models.

Each run is a process of its own (`python -m bench.tenant_scan {ours|bare|sdk} ROOT`), so that none warms up for another
and the peak of memory is its own. Times are from the first request to the last value; what an empty tenant takes
(imports, certificates of authorities) is not in them.
"""

import json
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import NamedTuple

import msgspec

from bench.pages import PAGE, PATH, serving
from bench.results import Bound, Line

SIZES = (1_000, 10_000, 100_000)
MAX_SIZE = SIZES[-1]
DELAYS = (0, 50)
"""Milliseconds that the server waits before each answer."""
RUNS = 3
NOW = datetime(2026, 1, 20, 14, 0, tzinfo=UTC)
"""By then the ends of one credential in twenty matter: more than in a tenant that is looked after."""
MAX_SLOWDOWN = 1.5
MAX_MEGABYTES = 96
MAX_GROWTH = 1.15
"""Peak of memory at the largest tenant, as a part of that at a tenth of it."""


class Run(NamedTuple):
    """What one process measured."""

    seconds: float
    """On the clock, less those for an empty tenant."""
    cpu: float
    """Seconds of processor time, likewise."""
    megabytes: float
    """Peak of resident memory, imports included."""
    apps: int
    ending: int
    requests: int


def measure() -> tuple[list[Bound], list[Line]]:
    """Read the same pages in each way by turns, and hold the medians against the bounds; give every figure too."""
    lines: list[Line] = []
    bounds: list[Bound] = []
    peaks: dict[int, float] = {}
    with ExitStack() as servers:
        for apps in SIZES:
            for delay in DELAYS:
                root = servers.enter_context(serving(apps, delay))
                ways = (
                    ("ours", "bare", "sdk") if apps == SIZES[0] and not delay else ("ours", "bare")
                )
                runs = [
                    {way: _run(way, root) for way in ways} for _ in range(RUNS if not delay else 1)
                ]
                assert (
                    len({(run.apps, run.ending) for each in runs for run in each.values()}) == 1
                ), "the ways disagree"
                assert {each["ours"].requests for each in runs} == {-(-apps // PAGE)}
                middle = {way: _middle([each[way] for each in runs]) for way in ways}
                lines += [
                    Line(way, apps, delay, run.seconds, run.cpu, run.megabytes, run.requests)
                    for way, run in middle.items()
                ]
                if not delay:
                    peaks[apps] = max(each["ours"].megabytes for each in runs)
                    bounds += list(_bounds(apps, middle))
    megabytes = peaks[MAX_SIZE]
    bounds.append(
        Bound(
            "peak of memory, 100,000 apps",
            f"{megabytes:.0f} MB",
            f"{MAX_MEGABYTES} MB",
            megabytes / MAX_MEGABYTES,
            1,
        )
    )
    flat = megabytes / peaks[SIZES[1]]
    bounds.append(
        Bound(
            "the same, beside 10,000 apps",
            f"{megabytes:.0f} MB",
            f"{peaks[SIZES[1]]:.0f} MB",
            flat,
            MAX_GROWTH,
        )
    )
    return bounds, lines


def _bounds(apps: int, middle: dict[str, Run]) -> Iterator[Bound]:
    ours, bare = middle["ours"], middle["bare"]
    if apps == MAX_SIZE:
        figures = f"{ours.seconds:.2f} s", f"{bare.seconds:.2f} s"
        yield Bound(
            f"{apps:,} apps read and judged, beside a bare loop",
            *figures,
            ours.seconds / bare.seconds,
            MAX_SLOWDOWN,
            "scan",
        )
    if "sdk" in middle:
        sdk = middle["sdk"]
        yield Bound(
            f"{apps:,} apps, beside the SDK's models",
            f"{ours.cpu:.2f} s",
            f"{sdk.cpu:.2f} s",
            ours.cpu / sdk.cpu,
            0.5,
        )


def _middle(runs: list[Run]) -> Run:
    return Run(*(statistics.median(values) for values in zip(*runs, strict=True)))  # type: ignore[arg-type]  # numbers, all of them


def _run(way: str, root: str) -> Run:
    command = [sys.executable, "-m", "bench.tenant_scan", way, root]
    done = subprocess.run(command, capture_output=True, check=True, cwd=Path(__file__).parents[1])  # noqa: S603  (ourselves)
    return Run(**json.loads(done.stdout))


type Way = Callable[[str], tuple[int, int, int]]
"""Counts apps, their credentials that end within the window, and requests, given Graph's root."""


def _window() -> tuple[datetime, datetime]:
    return NOW - timedelta(days=90), NOW + timedelta(days=30)


def ours() -> Way:
    """Import the adapter and the sieve, and give the way through them."""
    from azure.core.credentials import AccessToken  # noqa: PLC0415  (counts in the memory of this way only)

    from local.simulation.build import RULES, watchlist  # noqa: PLC0415  (the same)
    from shared.adapters.graph.inventory import GraphInventory  # noqa: PLC0415  (the same)
    from shared.core.inventory.filter import InventoryFilter  # noqa: PLC0415  (the same)
    from shared.ports.inventory import ScanQuery  # noqa: PLC0415  (the same)

    class Token:
        def get_token(self, *_scopes: str, **_options: object) -> AccessToken:
            return AccessToken("the-token", int(time.time()) + 3600)

    def way(root: str) -> tuple[int, int, int]:
        apps = ending = requests = 0
        since, until = _window()
        sieve = InventoryFilter(watchlist(tenant=RULES), RULES, NOW)
        for page in GraphInventory(root, Token).scan(ScanQuery(since, until), seconds=600):
            assert not page.failures
            apps += page.applications
            requests = page.requests
            for app in page.apps:
                judged = sum(1 for _ in sieve.listed(app))
                ends = [credential.ends for credential in app.credentials]
                ending += sum(each is not None and since <= each <= until for each in ends)
                assert judged <= len(ends)
        return apps, ending, requests

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

    def way(root: str) -> tuple[int, int, int]:
        apps = ending = asked = 0
        since, until = _window()
        link: str | None = f"{root}{PATH}"
        decoder = msgspec.json.Decoder(Page)
        with requests.Session() as session:
            while link:
                page = decoder.decode(
                    session.get(
                        link, headers={"Authorization": "Bearer the-token"}, timeout=60
                    ).content
                )
                asked += 1
                apps += len(page.value)
                for app in page.value:
                    for credential in (*app.password_credentials, *app.key_credentials):
                        if since <= credential.end_date_time <= until:
                            ending += 1
                link = page.next
        return apps, ending, asked

    return way


def sdk() -> Way:
    """Give the way through the SDK's own client and models."""
    import asyncio  # noqa: PLC0415  (counts in the memory of this way only)

    from kiota_abstractions.authentication import AnonymousAuthenticationProvider  # noqa: PLC0415  (the same)
    from msgraph import GraphRequestAdapter, GraphServiceClient  # noqa: PLC0415  (the same)

    async def read(root: str) -> tuple[int, int, int]:
        apps = ending = asked = 0
        since, until = _window()
        adapter = GraphRequestAdapter(AnonymousAuthenticationProvider())
        adapter.base_url = f"{root}/v1.0"
        builder = GraphServiceClient(request_adapter=adapter).applications
        page = await builder.get()
        while page is not None:
            asked += 1
            for app in page.value or []:
                apps += 1
                for credential in (*(app.password_credentials or []), *(app.key_credentials or [])):
                    end = credential.end_date_time
                    if end is not None and since <= end <= until:
                        ending += 1
            page = (
                await builder.with_url(page.odata_next_link).get() if page.odata_next_link else None
            )
        return apps, ending, asked

    return lambda root: asyncio.run(read(root))


def _main(way: Way, root: str) -> None:
    way(f"{root}/first")  # imports
    marks = [(time.perf_counter(), time.process_time())]
    way(f"{root}/first")
    marks.append((time.perf_counter(), time.process_time()))
    apps, ending, requests = way(root)
    marks.append((time.perf_counter(), time.process_time()))
    seconds, cpu = ((marks[2][n] - marks[1][n]) - (marks[1][n] - marks[0][n]) for n in (0, 1))
    status = Path("/proc/self/status").read_text(
        encoding="ascii"
    )  # getrusage would count the process that started this one, too
    megabytes = int(status.partition("VmHWM:")[2].split()[0]) / 1024
    sys.stdout.write(json.dumps(Run(seconds, cpu, megabytes, apps, ending, requests)._asdict()))


if __name__ == "__main__":
    _main({"ours": ours, "bare": bare, "sdk": sdk}[sys.argv[1]](), sys.argv[2])
