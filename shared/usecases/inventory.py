"""The part of a check about the whole tenant. Its failure does not affect the watched apps.

Read, save what is new; then, for each channel or owner: send, then record.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from shared.core.inventory.context import InventoryContext
from shared.core.inventory.due import Plan, plan, to_look_up
from shared.core.inventory.notifications import inventory_notifications, unreached
from shared.core.model.apply import apply_inventory_changes
from shared.core.model.check_record import Read
from shared.core.model.inventory import InventoryItem
from shared.core.model.inventory_memory import InventoryChanges
from shared.core.model.memory import Memory
from shared.core.model.message import Message
from shared.core.model.owners import Owner
from shared.core.model.watchlist import InventoryRules, Watchlist
from shared.core.notify.message_id import with_id
from shared.core.results import Delivery, InventoryResult
from shared.core.spare import spare
from shared.ports.channel import Channel
from shared.ports.clock import Clock
from shared.ports.errors import LeaseLost
from shared.ports.inventory import InventoryReader, OwnersReading
from shared.ports.inventory_ledger import InventoryLedger
from shared.render.text.unreadable import unreadable_rows
from shared.usecases.deliver import deliver
from shared.usecases.inventory_scan import InventoryScanner, ScanResult
from shared.usecases.part import CheckRun, Rehearsal, ignore, sentence_about

OWNERS_WITHIN = 240.0
"""Seconds for reading owners; the rest of the time is for messages."""


@dataclass(frozen=True, slots=True)
class InventoryWatch:
    """Reads a whole tenant, and notifies channels and owners."""

    watchlist: Watchlist
    rules: InventoryRules
    directory: InventoryReader
    ledger: InventoryLedger
    channels: Mapping[str, Channel]
    to_owner: Callable[[Owner], Channel]
    """Returns the mailbox of an owner."""
    clock: Clock
    decided: Callable[[], Memory]
    """Returns what people decided, also about single items; may raise `LedgerError`."""
    rehearse: Rehearsal = ignore

    def run(self, run: CheckRun) -> InventoryResult:
        """Read, save and send, unless the check is not `whole`. Raises `LeaseLost`.

        Every other failure is in the result.
        """
        if not run.whole:
            return InventoryResult()
        deliveries: list[Delivery] = []
        try:
            scanned, at = self._read(run)
            run.renew()
            self.ledger.remember(scanned.changes)
            planned, owners = self._plan(at, run)
            if planned.listed:
                run.renew()
                self.ledger.remember(InventoryChanges(items=planned.listed))
            deliveries.extend(self._deliver(planned, at, run))
        except LeaseLost:
            raise
        except Exception as failure:  # noqa: BLE001  (a fault must not stop the watched apps)
            error = (
                f"Tenant: the next check sends the remaining messages. {sentence_about(failure)}"
            )
            return InventoryResult(Read(), tuple(deliveries), error, attempted_at=run.started)
        result = _result(run, scanned, planned, owners, deliveries, at)
        scan = scanned.changes.scan
        complete = scan is not None and scan.read_at == run.started
        return replace(result, listed=len(at.memory.items), complete=complete)

    def dry_run(self, run: CheckRun) -> InventoryResult:
        """Read, and return what would be sent; send and write nothing."""
        try:
            scanned, at = self._read(run)
            planned, owners = self._plan(at, run)
        except Exception as error:  # noqa: BLE001  (as in a check)
            return InventoryResult(error=sentence_about(error), attempted_at=run.started)
        deliveries = [Delivery(message, delivered=False) for message in planned.messages]
        result = _result(run, scanned, planned, owners, deliveries, at)
        return replace(result, listed=len(at.memory.items))

    def context(self, now: datetime, decided: Memory) -> InventoryContext:
        """Return what the ledger knows, days counted as of `now`. Raises `LedgerError`.

        `decided` holds what people decided.
        """
        memory = self.ledger.load_items()
        return InventoryContext(self.watchlist, self.rules, memory, now, decided=decided)

    def _read(self, run: CheckRun) -> tuple[ScanResult, InventoryContext]:
        """Scan the tenant. Raises `LedgerError`."""
        memory = self.ledger.load()
        scanner = InventoryScanner(self.watchlist, self.rules, self.directory, self.clock)
        scanned = scanner.scan(memory, run)
        at = InventoryContext(
            self.watchlist,
            self.rules,
            apply_inventory_changes(memory, scanned.changes),
            run.started,
            scanned.unknown,
            self.decided(),  # after the scan, which may take minutes
            scanned.failed,
        )
        return scanned, at

    def _plan(self, at: InventoryContext, run: CheckRun) -> tuple[Plan, OwnersReading]:
        """Read the owners of what is due, and plan the messages."""
        due = spare(lambda items, failed: to_look_up(at.only(items, failed)), at.memory.items)
        holders = {each.object_id: each.holder for each in due}
        reading = OwnersReading({})
        if holders:
            run.progress(f"reading the owners of {_apps(len(holders))}")
            seconds = min(OWNERS_WITHIN, run.seconds_left())
            reading = self.directory.owners(holders, seconds=seconds)

        def plan_some(items: Mapping[str, InventoryItem], failed: Mapping[str, str]) -> Plan:
            planned = plan(at.only(items, failed), reading.owned)
            for message in planned.messages:
                self.rehearse(message)
            return replace(planned, failed=failed)

        return spare(plan_some, at.memory.items), reading

    def _deliver(self, planned: Plan, at: InventoryContext, run: CheckRun) -> Iterator[Delivery]:
        """Send each message, and record which owners cannot be reached."""

        def send(message: Message) -> None:
            owner = planned.owners.get(message.channel)
            channel = self.channels[message.channel] if owner is None else self.to_owner(owner)
            channel.send(message)

        def record(message: Message) -> None:
            self.ledger.record_notifications(inventory_notifications(message, at))

        last = at.memory.notifications
        messages = (with_id(each, last, self.watchlist) for each in planned.messages)
        for delivery in deliver(run, messages, send, record):
            failed = delivery.tried and not delivery.delivered
            if failed and (rows := unreached(delivery.message, at)):
                self.ledger.record_notifications(rows)
            yield delivery


def _result(
    run: CheckRun,
    scanned: ScanResult,
    planned: Plan,
    owners: OwnersReading,
    deliveries: list[Delivery],
    at: InventoryContext,
) -> InventoryResult:
    errors = (
        scanned.error,
        _failed_error(planned.failed),
        _owners_error(owners),
        *(each.error for each in deliveries),
        unreadable_rows(at.memory.unreadable),
    )
    return InventoryResult(
        read=replace(scanned.read, requests=scanned.read.requests + owners.requests),
        deliveries=tuple(deliveries),
        error=" ".join(filter(None, errors)),
        withheld=planned.withheld,
        attempted_at=run.started,
    )


def _failed_error(failed: Mapping[str, str]) -> str:
    if not failed:
        return ""
    item, why = next(iter(failed.items()))
    number = f"{len(failed)} credential{'' if len(failed) == 1 else 's'}"
    return f"The tenant: {number} could not be evaluated; the first, {item}: {why}."


def _owners_error(reading: OwnersReading) -> str:
    if not reading.failures:
        return ""
    apps, first = _apps(len(reading.failures)), next(iter(reading.failures.values()))
    return f"The owners of {apps} could not be read; the channels are notified instead: {first}"


def _apps(count: int) -> str:
    return f"{count} app{'' if count == 1 else 's'}"
