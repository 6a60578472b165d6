"""The inventory's part of a check, with a ledger in Azurite.

It makes few table requests when nothing changed, and spends most of its time on Graph and Teams.
"""

import logging
import time
from collections.abc import Generator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta

from azure.core.credentials import AccessToken

from bench.pages import serving
from bench.results import Bound
from local.azurite import Azurite
from local.simulation.build import RULES, watchlist
from shared.adapters.graph.inventory import GraphInventory
from shared.adapters.table.ledger import TableLedger
from shared.core.model.inventory import Holder
from shared.core.model.message import Message
from shared.core.results import InventoryResult
from shared.ports.inventory import OwnersReading, ScanPage, ScanQuery
from shared.ports.ledger import Held
from shared.render.card.card import encoded, payloads
from shared.usecases.inventory import InventoryWatch
from shared.usecases.part import CheckRun

NOW = datetime(2027, 2, 1, 14, 0, tzinfo=UTC)
APPS, DUE = 100_000, 500
MAX_REQUESTS = 20
REQUEST = 0.05
"""Seconds that each request to Graph or to a channel takes."""


class _Token:
    def get_token(self, *_scopes: str, **_options: object) -> AccessToken:
        return AccessToken("the-token", int(time.time()) + 3600)


class _Timed:
    """Graph and the channels. Add up the seconds of reading pages and sending cards."""

    def __init__(self, root: str) -> None:
        self.seconds = 0.0
        self._tenant = GraphInventory(root, _Token)

    @contextmanager
    def _measured(self) -> Generator[None]:
        began = time.perf_counter()
        yield
        self.seconds += time.perf_counter() - began

    def scan(self, query: ScanQuery, *, seconds: float) -> Generator[ScanPage]:
        pages = self._tenant.scan(query, seconds=seconds)
        while True:
            with self._measured():
                page = next(pages, None)
            if page is None:
                return
            yield page

    def owners(self, holders: Mapping[str, Holder], *, seconds: float) -> OwnersReading:
        return self._tenant.owners(holders, seconds=seconds)

    def send(self, message: Message) -> None:
        for card in payloads(message):
            encoded(card)
            with self._measured():
                time.sleep(REQUEST)


def measure() -> list[Bound]:
    """Check a tenant twice: the first check sends all notices, the second none."""
    counting = _Counting()
    with Azurite() as azurite, serving(APPS, int(REQUEST * 1000), DUE) as root:
        network = _Timed(root)
        with TableLedger(azurite.tables, lambda: NOW, table="Bench") as ledger:
            watch = InventoryWatch(
                watchlist(inventory=RULES),
                RULES,
                network,
                ledger.inventory,
                {"its": network},
                lambda _: network,
                lambda: NOW,
                ledger.load,
            )
            began = time.perf_counter()
            first = _checked(watch, ledger)
            total = time.perf_counter() - began
            own = total - network.seconds
            notices = len(first.deliveries[0].message.notices)
            with counting:
                second = _checked(watch, ledger)
    assert (first.error, second.error, len(second.deliveries)) == ("", "", 0)
    share = own / total
    return [
        Bound(
            f"a check that sends {notices} notices, time beside the network",
            f"{own:.2f} s",
            f"{total:.2f} s",
            share,
            0.25,
        ),
        Bound(
            f"table requests, {APPS:,} apps, {first.listed} items, nothing new",
            f"{counting.requests}",
            f"{MAX_REQUESTS}",
            counting.requests / MAX_REQUESTS,
        ),
    ]


def _checked(watch: InventoryWatch, ledger: TableLedger) -> InventoryResult:
    lease = ledger.lease()
    assert not isinstance(lease, Held)
    try:
        return watch.run(CheckRun(NOW, NOW + timedelta(minutes=20), lambda: NOW, lease=lease))
    finally:
        lease.release()


class _Counting(logging.Handler):
    """Count the requests of the SDK, which logs each of them."""

    LOGGER = logging.getLogger("azure.core.pipeline.policies.http_logging_policy")

    def __init__(self) -> None:
        super().__init__()
        self.requests = 0

    def emit(self, record: logging.LogRecord) -> None:
        self.requests += record.getMessage().startswith("Request URL")

    def __enter__(self) -> None:
        self.LOGGER.setLevel(logging.INFO)
        self.LOGGER.addHandler(self)

    def __exit__(self, *_: object) -> None:
        self.LOGGER.removeHandler(self)
        self.LOGGER.setLevel(logging.WARNING)
