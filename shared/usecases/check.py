"""The use cases: gather, decide, act, in that order; only the last step has effects.

What was found is written before anybody is told; then, per channel: send, then record. So a crash between the two may
repeat one message and never loses one, and a channel that fails stays owed without making another hear twice.
"""

import math
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from shared.core.judge.judge import judge
from shared.core.judge.schedule import (
    CLOCKS_DIFFER,
    is_check_due,
    is_inventory_due,
    is_stale,
    is_tick_due,
    last_checks_after,
)
from shared.core.judge.self_watch import fared
from shared.core.judge.snapshot import recalled_snapshot
from shared.core.model.apply import apply_changes, apply_notifications, is_remembered
from shared.core.model.check_record import CheckRecord, LastChecks, Outcome, Read
from shared.core.model.context import AppSnapshot, CheckContext
from shared.core.model.decision import DecisionChanges
from shared.core.model.memory import Changes, Memory
from shared.core.model.message import Message, NextMessages
from shared.core.model.watchlist import Watchlist
from shared.core.notify.forecast import forecast, horizon
from shared.core.notify.next_message import find_next_messages
from shared.core.notify.notifications import notifications_for
from shared.core.notify.retention import HISTORY, is_outlived, outlived
from shared.core.results import CheckResult, Delivery, Forecast, InventoryResult, Status
from shared.ports.channel import Channel
from shared.ports.clock import Clock
from shared.ports.directory import Directory
from shared.ports.errors import ChannelError, LeaseLost, LedgerConflict, LedgerError
from shared.ports.heartbeat import Heartbeat
from shared.ports.ledger import Lease, Ledger
from shared.ports.usage_report import UsageReport
from shared.usecases.deliver import tell
from shared.usecases.gather import Gathered, Gatherer, Progress, judged, quiet
from shared.usecases.inventory import InventoryWatch

READ_WITHIN = 240.0
"""Seconds for reading the watched apps and their sign-ins: less than the term of the lease, which is not renewed while reading."""
DECIDED_WITHIN = timedelta(seconds=READ_WITHIN) + CLOCKS_DIFFER
"""How much later than its own instant, at which somebody looked, a decision may be written."""


@dataclass(frozen=True, slots=True)
class Watch:
    """The program, given its world. `deadline` is how long a check may take."""

    watchlist: Watchlist
    directory: Directory
    ledger: Ledger
    channels: Mapping[str, Channel]
    clock: Clock
    deadline: timedelta
    usage_report: UsageReport | None = None
    """Read for evidence of use, where it is switched on."""
    heartbeat: Heartbeat | None = None
    """Notification how each check ended."""
    inventory: InventoryWatch | None = None
    """Reads the whole tenant, where it is watched."""

    def tick(self, progress: Progress = quiet) -> CheckResult:
        """Run a check if one is owed, or if the last one left something to be tried again; else say that none is owed.

        Never raises a port's error: a ledger that cannot be read is a failed tick.
        """
        now = self.clock()
        try:
            last_checks = self.ledger.last_checks()
        except LedgerError as error:
            return self._could_not_begin(now, str(error), progress)
        if not is_tick_due(last_checks, self.watchlist, now):
            return CheckResult(now, Outcome.NOT_DUE)
        owed = is_check_due(last_checks, self.watchlist, now) or is_inventory_due(
            last_checks, self.watchlist, now
        )
        return self.check(progress, retry=not owed)

    def check(
        self, progress: Progress = quiet, *, retry: bool = False, whole: bool = True
    ) -> CheckResult:
        """Check now, and tell what is due. Never raises a port's error: it is in the result, and the check is not `ok`.

        Without `whole` the tenant is not read, but noted, so that the next tick reads it.
        """
        started = self.clock()
        try:
            lease = self.ledger.lease()
        except LedgerError as error:
            return self._could_not_begin(started, f"Nobody was told anything. {error}", progress)
        if lease is None:
            return CheckResult(started, Outcome.BUSY)
        try:
            return self._check_with(lease, started, progress, retry=retry, whole=whole)
        finally:
            lease.release()

    def dry_run(self, progress: Progress = quiet) -> CheckResult:
        """Say what a check would find and tell now; nothing is sent, nothing is written."""
        started = self.clock()
        try:
            last_checks, memory = self.ledger.last_checks(), self.ledger.load()
        except LedgerError as error:
            return CheckResult(started, Outcome.FAILED, str(error), dry_run=True)
        gathered = self._gather(memory, last_checks, started, progress)
        tenant = None
        if self.inventory is not None:
            try:
                tenant = self.inventory.dry_run(started, started + self.deadline, progress)
            except LedgerError as error:
                tenant = InventoryResult(error=str(error))
        everybody = [Delivery(message, delivered=True) for message in gathered.messages]
        result = self._conclude(
            gathered, started, everybody, tenant, _ahead(gathered, gathered.messages)
        )
        told = tuple(Delivery(message, delivered=False) for message in gathered.messages)
        return replace(
            result,
            deliveries=told + (tenant.deliveries if tenant is not None else ()),
            dry_run=True,
        )

    def status(self, *, live: bool = False) -> Status:
        """Say how we stand, from the ledger; with `live`, from the apps as they are now. Tells and records nothing.

        Raises `LedgerError` if the ledger cannot be read. An app that cannot be read is in `judgement.unread`.
        """
        now = self.clock()
        last_checks, memory = self.ledger.last_checks(), self.ledger.load()
        tenant = self.inventory.status(now) if self.inventory is not None else None
        at = CheckContext(self.watchlist, memory, now, last_checks)
        if not live:
            known = recalled(at)
            judgement = judge(at, known)
            return Status(
                judgement,
                last_checks,
                find_next_messages(judgement, at, known),
                is_stale(last_checks, now),
                inventory=tenant,
            )
        gathered = self._gather(memory, last_checks, now, quiet)
        after = replace_memory(gathered.at, apply_changes(memory, gathered.judgement.changes))
        next_messages = find_next_messages(gathered.judgement, after, gathered.readings.snapshots)
        return Status(
            gathered.judgement,
            last_checks,
            next_messages,
            is_stale(last_checks, now),
            gathered.read(self._took(now)),
            tenant,
        )

    def forecast(self, until: date | None = None) -> Forecast:
        """Say what will be told up to a local day (else to 30 days after the last end), from the ledger. Raises `LedgerError`."""
        at = CheckContext(
            self.watchlist, self.ledger.load(), self.clock(), self.ledger.last_checks()
        )
        known = recalled(at)
        last = until or horizon(at, known)
        return Forecast(judge(at, known), at, last, forecast(at, known, last))

    def _check_with(
        self, lease: Lease, started: datetime, progress: Progress, *, retry: bool, whole: bool
    ) -> CheckResult:
        told: list[Delivery] = []
        try:
            last_checks, memory = self.ledger.last_checks(), self.ledger.load()
            gathered = self._gather(memory, last_checks, started, progress)
            lease.renew()
            gathered = self._settle(gathered)
            self.ledger.remember(gathered.judgement.changes)
            expected = _ahead(gathered, gathered.messages)
            told.extend(self._tell(gathered, expected, lease, started, progress))
            tenant = None
            if self.inventory is not None and whole:
                tenant = self.inventory.run(lease, started, started + self.deadline, progress)
                told.extend(tenant.deliveries)
            result = self._conclude(gathered, started, told, tenant, expected)
            lease.renew()
            self._record(result, gathered, retry=retry, whole=whole)
        except LeaseLost as error:
            return CheckResult(started, Outcome.FAILED, str(error), deliveries=tuple(told))
        except LedgerError as error:
            sentence = f"The check stopped; what was not told is told by the next one. {error}"
            result = CheckResult(started, Outcome.FAILED, sentence, deliveries=tuple(told))
            self._record_failure(result, retry=retry)
        self._beat(result, progress)
        return result

    def _could_not_begin(self, started: datetime, error: str, progress: Progress) -> CheckResult:
        """Say that there was no check, to whoever listens outside too: they hear nothing of it from the ledger."""
        result = CheckResult(started, Outcome.FAILED, error)
        self._beat(result, progress)
        return result

    def _gather(
        self, memory: Memory, last_checks: LastChecks, now: datetime, progress: Progress
    ) -> Gathered:
        return Gatherer(self.watchlist, self.directory, self.usage_report).gather(
            memory, last_checks, now, lambda: self._seconds_left(now, READ_WITHIN), progress
        )

    def _settle(self, gathered: Gathered) -> Gathered:
        """Write what sign-ins settled; where a person was faster, what they said stands."""
        try:
            for decided in gathered.readings.settled:
                write(self.ledger, decided)
        except LedgerConflict:
            at = gathered.at._replace(
                memory=apply_changes(self.ledger.load(), Changes(uses=gathered.readings.uses))
            )
            return judged(gathered.readings._replace(settled=()), at)
        return gathered

    def _tell(
        self,
        gathered: Gathered,
        expected: NextMessages,
        lease: Lease,
        started: datetime,
        progress: Progress,
    ) -> Iterator[Delivery]:
        """Tell each channel what is due to it, and when the next message is to be expected."""
        at = gathered.at

        def send(message: Message) -> None:
            progress(f"telling {message.channel}")
            self.channels[message.channel].send(message)

        messages = (
            replace(due, next_message=expected.by_channel.get(due.channel))
            for due in gathered.messages
        )
        return tell(
            messages,
            send,
            lambda message: self.ledger.record_notifications(notifications_for(message, at)),
            lease,
            lambda: self._seconds_left(started) <= 0,
        )

    def _conclude(
        self,
        gathered: Gathered,
        started: datetime,
        told: Sequence[Delivery],
        tenant: InventoryResult | None,
        expected: NextMessages,
    ) -> CheckResult:
        """Sum up. `expected` is what is ahead if every message arrived."""
        judgement = gathered.judgement
        watched = [delivery for delivery in told if delivery.message.inventory is None]
        errors = [
            *judgement.unread.values(),
            *(delivery.error for delivery in watched if delivery.error),
        ]
        errors += [tenant.error] if tenant is not None and tenant.error else []
        outcome = Outcome.PARTIAL if errors else Outcome.OK
        if not judgement.concluded:
            outcome = Outcome.FAILED
        delivered = [delivery.message for delivery in watched if delivery.delivered]
        if len(delivered) < len(gathered.messages):
            expected = _ahead(gathered, delivered)
        return CheckResult(
            checked_at=started,
            outcome=outcome,
            error=" ".join(errors),
            read=_added(gathered.read(self._took(started)), tenant),
            deliveries=tuple(told),
            judgement=judgement if judgement.concluded else None,
            next_messages=expected,
            inventory=tenant,
        )

    def _record(self, result: CheckResult, gathered: Gathered, *, retry: bool, whole: bool) -> None:
        at = gathered.at
        fates = (
            fared(name, at, error, delivered=not error, retry=retry)
            for name, error in self._fates(result.deliveries).items()
        )
        self.ledger.remember(Changes(channels=tuple(state for state in fates if state is not None)))
        record = record_of(result)
        last_checks = replace(
            last_checks_after(record, at.last_checks, retry=retry),
            evidence=gathered.readings.evidence,
        )
        if self.inventory is not None:
            last_checks = replace(
                last_checks, inventory_attempt=result.checked_at if whole else None
            )
        lately = self.ledger.decisions_since(result.checked_at - DECIDED_WITHIN)
        if any(
            not is_remembered(decision, at.memory) for decision in lately
        ):  # its own check found this one at work
            last_checks = replace(last_checks, retries_left=max(1, last_checks.retries_left))
        self.ledger.record_check(record, last_checks)
        with suppress(
            LedgerError
        ):  # the check is done and recorded; what is too old can go next time
            after = replace_memory(at, apply_changes(at.memory, gathered.judgement.changes))
            self.ledger.remove(outlived(after))
            self.ledger.remove_history(
                result.checked_at - HISTORY, lambda decision: is_outlived(decision, after)
            )

    def _fates(self, told: Sequence[Delivery]) -> dict[str, str]:
        """Say of each channel of the watchlist that had something to hear why it did not hear; empty if it did. Owners come and go."""
        fates: dict[str, str] = {}
        for delivery in told:
            name = delivery.message.channel
            if name in self.watchlist.channels and delivery.tried:
                fates[name] = fates.get(name) or (
                    "" if delivery.delivered else delivery.error or "not delivered"
                )
        return fates

    def _beat(self, result: CheckResult, progress: Progress) -> None:
        """Tell whoever listens how the check ended. That they cannot be reached is theirs to notice: silence is what they wait for."""
        if self.heartbeat is None:
            return
        try:
            self.heartbeat.beat(good=result.outcome == Outcome.OK)
        except ChannelError as error:
            progress(str(error))

    def _record_failure(self, result: CheckResult, *, retry: bool) -> None:
        """Write down that the check failed, if the ledger lets us; the error that we have says more than the next one would."""
        record = record_of(result)
        try:
            self.ledger.record_check(
                record, last_checks_after(record, self.ledger.last_checks(), retry=retry)
            )
        except LedgerError:
            return

    def _took(self, started: datetime) -> float:
        return (self.clock() - started).total_seconds()

    def _seconds_left(self, started: datetime, within: float = math.inf) -> float:
        return min(within, self.deadline.total_seconds()) - (self.clock() - started).total_seconds()


def recalled(at: CheckContext) -> dict[str, AppSnapshot]:
    """Give every app that the ledger remembers, by its key."""
    return {
        app.key: seen
        for app in at.watchlist.apps
        if (seen := recalled_snapshot(app, at.memory)) is not None
    }


def _ahead(gathered: Gathered, delivered: Sequence[Message]) -> NextMessages:
    """Look ahead from what was found, and from the messages that arrived."""
    rows = [row for message in delivered for row in notifications_for(message, gathered.at)]
    memory = apply_notifications(
        apply_changes(gathered.at.memory, gathered.judgement.changes), rows
    )
    return find_next_messages(
        gathered.judgement, replace_memory(gathered.at, memory), gathered.readings.snapshots
    )


def _added(read: Read, tenant: InventoryResult | None) -> Read:
    """Give what was read of the watched apps and of the tenant together."""
    if tenant is None:
        return read
    return replace(
        read,
        applications=read.applications + tenant.read.applications,
        credentials=read.credentials + tenant.read.credentials,
        requests=read.requests + tenant.read.requests,
    )


def write(ledger: Ledger, decided: DecisionChanges) -> None:
    """Write a decision, all of it or nothing. Raises `LedgerConflict` if somebody else was first."""
    ledger.decide(
        decided.decision,
        holds=decided.in_use_records,
        formers=decided.previous_credentials,
        assignments=decided.assignments,
        acknowledgements=decided.acknowledgements,
    )


def record_of(result: CheckResult) -> CheckRecord:
    """Put down a check as the history keeps it."""
    delivered = sum(delivery.delivered for delivery in result.deliveries)
    return CheckRecord(result.checked_at, result.outcome, result.error, result.read, delivered)


def replace_memory(at: CheckContext, memory: Memory) -> CheckContext:
    """Give the same round with another memory."""
    return at._replace(memory=memory)
