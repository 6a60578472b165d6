"""The part of a check about the watched apps.

What was found is saved before anybody is notified; then, for each channel: send, then record.
A crash between the two may repeat one message and never loses one.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from shared.core.judge.schedule import is_stale
from shared.core.model.apply import apply_changes, apply_notifications
from shared.core.model.check_record import LastChecks, Read
from shared.core.model.context import CheckContext
from shared.core.model.memory import Changes, UnreadableRow
from shared.core.model.message import Message, NextMessages
from shared.core.model.watchlist import Watchlist
from shared.core.notify.next_message import find_next_messages
from shared.core.notify.notifications import notifications_for
from shared.core.results import CheckResult, Delivery, Status
from shared.ports.channel import Channel
from shared.ports.errors import LedgerConflict
from shared.ports.ledger import Ledger
from shared.render.text.unreadable import unreadable_rows
from shared.usecases.deliver import deliver
from shared.usecases.gather import Gathered, Gatherer, judged
from shared.usecases.part import CheckRun
from shared.usecases.save_decision import save_decision


@dataclass(frozen=True, slots=True)
class WatchedAppsResult:
    """The result of this part; the check fails if no app could be read."""

    gathered: Gathered
    deliveries: tuple[Delivery, ...]
    next_messages: NextMessages
    unreadable: tuple[UnreadableRow, ...]
    """The rows of the ledger that cannot be read, also those of the history."""

    @property
    def read(self) -> Read:
        """How much was read."""
        return self.gathered.read()

    @property
    def error(self) -> str:
        """The errors of the apps, then those of the channels, then the unreadable rows."""
        errors = [each.error for each in self.deliveries if each.error]
        rows = unreadable_rows(self.unreadable)
        return " ".join(filter(None, [*self.gathered.judgement.unread.values(), *errors, rows]))

    @property
    def failed(self) -> bool:
        """Whether no app could be read."""
        return not self.gathered.judgement.concluded

    def add_to(self, result: CheckResult) -> CheckResult:
        """Add the judgement, unless nothing was concluded, and the next messages."""
        judgement = None if self.failed else self.gathered.judgement
        return replace(result, judgement=judgement, next_messages=self.next_messages)

    def note(self, last_checks: LastChecks) -> LastChecks:
        """Note why sign-ins could not be read."""
        return replace(last_checks, evidence=self.gathered.readings.evidence)


@dataclass(frozen=True, slots=True)
class WatchedApps:
    """Reads the watched apps and notifies the channels."""

    watchlist: Watchlist
    gatherer: Gatherer
    ledger: Ledger
    channels: Mapping[str, Channel]

    def run(self, run: CheckRun) -> WatchedAppsResult:
        """Read, save, and send what is due. Raises `LedgerError`, `LeaseLost`."""
        at, unreadable = self._context_of_check(run)
        gathered = self.gatherer.gather(at, run)
        run.renew()
        gathered = self._settle(gathered)
        self.ledger.remember(gathered.judgement.changes)
        expected = _next_messages(gathered, gathered.messages)
        deliveries = tuple(self._deliver(gathered, expected, run))
        delivered = [each.message for each in deliveries if each.delivered]
        if len(delivered) < len(gathered.messages):
            expected = _next_messages(gathered, delivered)
        return WatchedAppsResult(gathered, deliveries, expected, unreadable)

    def dry_run(self, run: CheckRun) -> WatchedAppsResult:
        """Read and return what is due, as if every message arrived. Raises `LedgerError`."""
        at, unreadable = self._context_of_check(run)
        gathered = self.gatherer.gather(at, run)
        deliveries = tuple(Delivery(each, delivered=False) for each in gathered.messages)
        expected = _next_messages(gathered, gathered.messages)
        return WatchedAppsResult(gathered, deliveries, expected, unreadable)

    def live_status(self, run: CheckRun) -> Status:
        """Return the status of the apps as they are now. Raises `LedgerError`."""
        at = self.context(run)
        gathered = self.gatherer.gather(at, run)
        expected = _next_messages(gathered, ())
        stale, read = is_stale(at.last_checks, at.now), gathered.read(run.elapsed())
        return Status(
            gathered.judgement,
            at.last_checks,
            expected,
            stale,
            read,
            unreadable=at.memory.unreadable,
        )

    def context(self, run: CheckRun) -> CheckContext:
        """Return what the ledger knows. Raises `LedgerError`."""
        last_checks, memory = self.ledger.last_checks(), self.ledger.load()
        return CheckContext(self.watchlist, memory, run.started, last_checks)

    def _context_of_check(self, run: CheckRun) -> tuple[CheckContext, tuple[UnreadableRow, ...]]:
        """Return what the ledger knows, and every row of it that cannot be read."""
        at = self.context(run)
        return at, (*at.memory.unreadable, *self.ledger.unreadable_history())

    def _settle(self, gathered: Gathered) -> Gathered:
        """Save the confirmations that follow from sign-ins; a person's decision has priority."""
        try:
            for changes in gathered.readings.settled:
                save_decision(self.ledger, changes)
        except LedgerConflict:
            memory = apply_changes(self.ledger.load(), Changes(uses=gathered.readings.uses))
            readings = gathered.readings._replace(settled=())
            return judged(readings, gathered.at._replace(memory=memory))
        return gathered

    def _deliver(
        self, gathered: Gathered, expected: NextMessages, run: CheckRun
    ) -> Iterator[Delivery]:
        """Send each message with the date of the next one."""
        messages = (
            replace(each, next_message=expected.by_channel.get(each.channel))
            for each in gathered.messages
        )
        return deliver(
            run,
            messages,
            lambda message: self.channels[message.channel].send(message),
            lambda message: self.ledger.record_notifications(
                notifications_for(message, gathered.at)
            ),
        )


def _next_messages(gathered: Gathered, delivered: Sequence[Message]) -> NextMessages:
    """Return the next messages, given those that were delivered."""
    rows = [row for message in delivered for row in notifications_for(message, gathered.at)]
    after = gathered.after
    at = after._replace(memory=apply_notifications(after.memory, rows))
    return find_next_messages(gathered.judgement, at, gathered.readings.snapshots)
