"""The part of a check that is about the whole tenant: it comes after the watched apps were told, and its failure is its own.

Read, then remember what is new, then per addressee: send, then record. Nothing is concluded from a read that ended early.
"""

from collections.abc import Callable, Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import NamedTuple

from shared.core.inventory.context import InventoryContext
from shared.core.inventory.due import Plan, plan, to_look_up
from shared.core.inventory.filter import InventoryFilter
from shared.core.inventory.judge import inventory_views
from shared.core.inventory.notifications import inventory_notifications, unreached
from shared.core.inventory.scan import ReadCounts, changes_of_failure, changes_of_read
from shared.core.model.apply import apply_inventory_changes
from shared.core.model.check_record import Read
from shared.core.model.inventory import InventoryChanges, InventoryItem, InventoryMemory
from shared.core.model.message import Message
from shared.core.model.owners import Owner
from shared.core.model.watchlist import InventoryRules, Watchlist
from shared.core.results import Delivery, InventoryResult, InventoryStatus
from shared.ports.channel import Channel
from shared.ports.clock import Clock
from shared.ports.errors import DirectoryError, LeaseLost, LedgerError
from shared.ports.inventory import InventoryReader, OwnersReading, ScanQuery
from shared.ports.inventory_ledger import InventoryLedger
from shared.ports.ledger import Lease
from shared.usecases.deliver import tell
from shared.usecases.gather import MIN_SECONDS, Progress

RENEW_AFTER = timedelta(seconds=60)
"""How long a read goes on before the lease is renewed: between two pages, well within its term."""
OWNERS_WITHIN = 240.0
"""Seconds for asking who owns what: less than the term of the lease, which is not renewed meanwhile."""


class _Found(NamedTuple):
    """What a complete read found."""

    listed: dict[str, InventoryItem]
    counted: ReadCounts
    requests: int
    error: str
    """What could not be understood; empty if all could."""


@dataclass(frozen=True, slots=True)
class InventoryWatch:
    """The tenant's part of the program, given its world."""

    watchlist: Watchlist
    rules: InventoryRules
    directory: InventoryReader
    ledger: InventoryLedger
    channels: Mapping[str, Channel]
    to_owner: Callable[[Owner], Channel]
    """Gives the mailbox of an owner."""
    clock: Clock

    def run(
        self, lease: Lease, started: datetime, deadline: datetime, progress: Progress
    ) -> InventoryResult:
        """Read, decide, tell, all before `deadline`. Raises `LeaseLost`; every other failure is in the result."""
        told: list[Delivery] = []
        try:
            memory = self.ledger.load()
            facts, read, error, unknown = self._read(lease, memory, started, deadline, progress)
            lease.renew()
            self.ledger.remember(facts)
            at = InventoryContext(
                self.watchlist, self.rules, apply_inventory_changes(memory, facts), started, unknown
            )
            planned, failures, requests = self._plan(at, deadline, progress)
            if planned.listed:
                lease.renew()
                self.ledger.remember(InventoryChanges(items=planned.listed))
            told.extend(self._tell(planned, at, lease, deadline, progress))
        except LeaseLost:
            raise
        except LedgerError as failure:
            return InventoryResult(
                deliveries=tuple(told),
                error=f"The tenant: what was not told is told by the next check. {failure}",
            )
        errors = (error, *failures, *(delivery.error for delivery in told if delivery.error))
        return InventoryResult(
            read=replace(read, requests=read.requests + requests),
            deliveries=tuple(told),
            error=" ".join(filter(None, errors)),
            listed=len(at.memory.items),
            complete=facts.scan is not None and facts.scan.read_at == started,
            withheld=planned.withheld,
        )

    def dry_run(self, started: datetime, deadline: datetime, progress: Progress) -> InventoryResult:
        """Say what would be told; nothing is sent, nothing is written. Raises `LedgerError`."""
        memory = self.ledger.load()
        facts, read, error, unknown = self._read(None, memory, started, deadline, progress)
        at = InventoryContext(
            self.watchlist, self.rules, apply_inventory_changes(memory, facts), started, unknown
        )
        planned, failures, requests = self._plan(at, deadline, progress)
        told = tuple(Delivery(message, delivered=False) for message in planned.messages)
        errors = " ".join(filter(None, (error, *failures)))
        return InventoryResult(
            replace(read, requests=read.requests + requests),
            told,
            errors,
            len(at.memory.items),
            withheld=planned.withheld,
        )

    def status(self, now: datetime) -> InventoryStatus:
        """Say what the ledger knows of the tenant, days counted as of `now`. Raises `LedgerError`."""
        at = InventoryContext(self.watchlist, self.rules, self.ledger.load_items(), now)
        return InventoryStatus(at.memory.scan, tuple(inventory_views(at)))

    def _read(
        self,
        lease: Lease | None,
        memory: InventoryMemory,
        started: datetime,
        deadline: datetime,
        progress: Progress,
    ) -> tuple[InventoryChanges, Read, str, frozenset[str]]:
        """Give what is new, how much was read, what went wrong, and the items of which therefore nothing is known."""
        try:
            found = self._scan(lease, started, deadline, progress)
        except DirectoryError as error:
            sentence = f"The tenant could not be read: {error}"
            return (
                changes_of_failure(sentence, memory, started),
                Read(),
                sentence,
                frozenset(memory.items),
            )
        facts = changes_of_read(found.listed, found.counted, memory, started)
        unknown = frozenset(memory.items) - frozenset(found.listed) - frozenset(facts.gone)
        return (
            facts,
            Read(found.counted.applications, found.counted.credentials, found.requests),
            found.error,
            unknown,
        )

    def _scan(
        self, lease: Lease | None, started: datetime, deadline: datetime, progress: Progress
    ) -> _Found:
        """Read all of it. Raises `DirectoryError` if that is not possible."""
        sieve = InventoryFilter(self.watchlist, self.rules, started)
        query = ScanQuery(
            *sieve.window,
            service_principals=self.rules.service_principals,
            tags=bool(self.rules.exclude_tags),
        )
        listed: dict[str, InventoryItem] = {}
        failures: dict[str, DirectoryError] = {}
        applications = credentials = requests = 0
        began = renewed = self.clock()
        with closing(self.directory.scan(query, seconds=_left(deadline, began))) as pages:
            for number, page in enumerate(pages, start=1):
                applications, credentials, requests = (
                    applications + page.applications,
                    credentials + page.credentials,
                    page.requests,
                )
                failures |= page.failures
                listed |= {each.item: each for app in page.apps for each in sieve.listed(app)}
                now = self.clock()
                progress(_where(number, applications, (now - began).total_seconds()))
                if lease is not None and now - renewed >= RENEW_AFTER:
                    lease.renew()
                    renewed = now
        unread = frozenset(client_id.casefold() for client_id in failures)
        return _Found(
            listed,
            ReadCounts(
                applications,
                credentials,
                unread,
                nameless=any(each.startswith("#") for each in unread),
            ),
            requests,
            _not_understood(failures),
        )

    def _plan(
        self, at: InventoryContext, deadline: datetime, progress: Progress
    ) -> tuple[Plan, tuple[str, ...], int]:
        wanted = {each.object_id: each.holder for each in to_look_up(at)}
        reading = OwnersReading({})
        if wanted:
            progress(f"asking who owns {len(wanted)} app{'s' if len(wanted) != 1 else ''}")
            reading = self.directory.owners(
                wanted, seconds=min(OWNERS_WITHIN, _left(deadline, self.clock()))
            )
        first = next(iter(reading.failures.values()), None)
        count = f"{len(reading.failures)} app{'s' if len(reading.failures) != 1 else ''}"
        failed = (
            f"The owners of {count} could not be read, so the channels hear in their place: {first}",
        )
        return plan(at, reading.owned), failed if first is not None else (), reading.requests

    def _tell(
        self,
        planned: Plan,
        at: InventoryContext,
        lease: Lease,
        deadline: datetime,
        progress: Progress,
    ) -> Iterator[Delivery]:
        """Tell each addressee what is due to it, and note which owners cannot be reached."""

        def send(message: Message) -> None:
            progress(f"telling {message.channel}")
            owner = planned.owners.get(message.channel)
            (self.channels[message.channel] if owner is None else self.to_owner(owner)).send(
                message
            )

        def record(message: Message) -> None:
            self.ledger.record_notifications(inventory_notifications(message, at))

        for delivery in tell(
            planned.messages, send, record, lease, lambda: self.clock() >= deadline
        ):
            if (
                not delivery.delivered
                and delivery.tried
                and (rows := unreached(delivery.message, at))
            ):
                self.ledger.record_notifications(rows)
            yield delivery


def _left(deadline: datetime, now: datetime) -> float:
    """Give the seconds that are left, and never none: a read that has no time fails by itself, with its own sentence."""
    return max(MIN_SECONDS, (deadline - now).total_seconds())


def _where(page: int, applications: int, seconds: float) -> str:
    rate = f", {applications / seconds:,.0f} a second" if seconds >= 1 else ""
    return f"reading the tenant: page {page}, {applications:,} apps{rate}, {seconds:.0f} s (Graph takes 150 pages a minute at most)"


def _not_understood(failures: Mapping[str, DirectoryError]) -> str:
    if not failures:
        return ""
    client_id, error = next(iter(failures.items()))
    more = f" And {len(failures) - 1} more like it." if len(failures) > 1 else ""
    return f"The tenant: nothing is known of the app {client_id}. {error}{more}"
