"""The messages about a large tenant, compared with a brute-force oracle, over HTTP.

Nothing is missed, nothing is sent twice, and nothing else is sent.
"""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from local.simulation.build import watchlist
from local.simulation.memory_ledger import InMemoryInventoryLedger, InMemoryLedger
from local.simulation.recording_channel import RecordingChannel
from shared.adapters.graph.inventory import GraphInventory
from shared.core.inventory.noise import NOISE
from shared.core.model.memory import Memory
from shared.core.model.watchlist import InventoryRules, Watchlist
from shared.core.results import InventoryResult
from shared.ports.ledger import Held
from shared.usecases.inventory import InventoryWatch
from shared.usecases.part import CheckRun
from tests.support.generated_inventory import NOW, Generated, generated
from tests.support.graph_objects import FixedToken
from tests.support.scripted import Asked, Reply, Scripted

RULES = InventoryRules(
    tell=("its",),
    exclude_names=("test*",),
    exclude_tags=frozenset({"lab"}),
    noise=tuple(rule.id for rule in NOISE),
)
WATCHED: Watchlist = replace(watchlist(channels=("its",)), inventory=RULES)


def serving(
    tenant: Generated, faults: Callable[[int], Reply | None] = lambda _: None
) -> Callable[[Asked], Reply]:
    """Serve the pages; `faults` may answer instead, by the number of the request."""
    count = 0

    def script(asked: Asked) -> Reply:
        nonlocal count
        count += 1
        fault = faults(count)
        if fault is not None:
            return fault
        number = int(asked.path.partition("$skiptoken=")[2] or 0)
        return Reply(
            200, tenant.pages[number].replace(b"@HOST@", f"http://{asked.headers['host']}".encode())
        )

    return script


class Watching:
    """The tenant's part of the program, over HTTP, with a ledger in memory and an inbox."""

    def __init__(self, root: str) -> None:
        self.now = NOW
        self.inbox = RecordingChannel()
        self.remembered = InMemoryInventoryLedger()
        tenant = GraphInventory(root, FixedToken, backoff=0.001)
        self.watch = InventoryWatch(
            WATCHED,
            RULES,
            tenant,
            self.remembered,
            {"its": self.inbox},
            lambda _: RecordingChannel(),
            lambda: self.now,
            Memory,
        )

    def run(self) -> InventoryResult:
        lease = InMemoryLedger(lambda: self.now).lease()
        assert not isinstance(lease, Held)
        return self.watch.run(
            CheckRun(self.now, self.now + timedelta(minutes=20), lambda: self.now, lease=lease)
        )

    @property
    def told(self) -> dict[str, str]:
        notices = [notice for message in self.inbox.heard for notice in message.notices]
        said = {notice.view.item: notice.reason.value for notice in notices}
        assert len(said) == len(notices), "nothing is sent twice"
        return said


@pytest.mark.parametrize(
    ("apps", "seed"), [(20_000, 1), *((2_000, seed) for seed in range(2, 6)), (0, 8)]
)
def test_messages_match_the_oracle(apps: int, seed: int) -> None:
    tenant = generated(apps, seed)
    assert tenant.told or not apps
    with Scripted(serving(tenant) if apps else [Reply(200, b'{"value":[]}')]) as graph:
        watching = Watching(graph.url)
        result = watching.run()
    assert (result.error, result.complete) == ("", True)
    assert (result.read.applications, result.read.credentials) == (apps, tenant.credentials)
    assert result.read.requests == max(1, len(tenant.pages))
    assert watching.told == tenant.told


def test_second_check_sends_nothing_and_keeps_only_due_items() -> None:
    tenant = generated(3_000, 9)
    with Scripted(serving(tenant)) as graph:
        watching = Watching(graph.url)
        watching.run()
        kept = len(watching.remembered.memory.items)
        watching.now = NOW + timedelta(milliseconds=1)
        assert watching.run().deliveries == ()
    assert len(tenant.told) <= kept < 3_000


@pytest.mark.parametrize(
    "fault",
    [
        Reply(429, b"{}", {"Retry-After": "0.01"}),
        Reply(429, b"{}"),
        Reply(503, b"{}"),
        Reply(500),
        Reply(reset=True),
        Reply(200, b'{"value":[', missing=50),
    ],
)
def test_throttling_and_lost_connections_change_no_result(
    fault: Reply,
) -> None:
    tenant = generated(5_000, 10)
    with Scripted(serving(tenant, lambda n: fault if n in (3, 4, 6) else None)) as graph:
        watching = Watching(graph.url)
        result = watching.run()
    assert (result.error, result.complete) == ("", True)
    assert watching.told == tenant.told


def test_missing_page_concludes_nothing() -> None:
    tenant = generated(5_000, 11)
    with Scripted(serving(tenant, lambda n: Reply(503) if n >= 3 else None)) as graph:
        watching = Watching(graph.url)
        result = watching.run()
    assert "The tenant could not be read: Graph answered 503" in result.error
    assert not result.complete
    assert (watching.inbox.heard, watching.remembered.memory.items) == ([], {})
    assert watching.remembered.memory.scan is not None
    assert watching.remembered.memory.scan.read_at is None


def test_a_check_uses_one_instant() -> None:
    """A credential that expires during the read is judged as of its beginning."""
    tenant = generated(2_000, 12)
    ticking: list[datetime] = []
    with Scripted(serving(tenant)) as graph:
        watching = Watching(graph.url)
        started = watching.now

        def clock() -> datetime:
            ticking.append(started + timedelta(seconds=20 * len(ticking)))
            return ticking[-1]

        watching.watch = replace(watching.watch, clock=clock)
        assert watching.run().complete
    assert watching.told == tenant.told
    assert len(ticking) > 2
