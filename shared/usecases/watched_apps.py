"""The part of a check about the watched apps.

What was found is saved before anybody is notified; then, for each channel: send, then record.
A crash between the two may repeat one message and never loses one.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import reduce

from shared.core.judge.judge import judge
from shared.core.model.apply import apply_changes, apply_decision, apply_notifications
from shared.core.model.check_record import LastChecks, Read
from shared.core.model.context import AppSnapshot, CheckContext
from shared.core.model.inventory import InventoryView
from shared.core.model.memory import Changes, Memory
from shared.core.model.message import Message, NextMessages
from shared.core.model.notification import UnreadableRow
from shared.core.model.watchlist import Watchlist
from shared.core.notify.due import messages_due, wants_weekly
from shared.core.notify.message_id import with_id
from shared.core.notify.next_message import find_next_messages
from shared.core.notify.notifications import notifications_for
from shared.core.results import CheckResult, Delivery
from shared.core.spare import spare
from shared.ports.channel import Channel
from shared.ports.errors import LedgerConflict
from shared.ports.ledger import Ledger
from shared.render.text.unreadable import unreadable_rows
from shared.usecases.deliver import deliver
from shared.usecases.gather import Gathered, Gatherer, Readings
from shared.usecases.part import CheckRun, Rehearsal
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
        judgement = self.gathered.judgement
        names = {app.key: app.name for app in self.gathered.at.watchlist.apps}
        failed = (
            f"{names[key]} could not be evaluated: {why}." for key, why in judgement.failed.items()
        )
        errors = (each.error for each in self.deliveries if each.error)
        rows = unreadable_rows(self.unreadable)
        return " ".join(filter(None, [*judgement.unread.values(), *failed, *errors, rows]))

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
    """Reads and judges the watched apps, and notifies the channels."""

    watchlist: Watchlist
    gatherer: Gatherer
    ledger: Ledger
    channels: Mapping[str, Channel]
    rehearse: Rehearsal
    notified: Callable[[datetime, Memory], Mapping[str, tuple[InventoryView, ...]]]
    """Returns by channel the credentials of the tenant for its weekly status."""

    def run(self, run: CheckRun) -> WatchedAppsResult:
        """Read, save, and send what is due. Raises `LedgerError`, `LeaseLost`."""
        gathered = self.gather(run)
        unreadable = self._unreadable(gathered)
        run.renew()
        gathered = self._settle(gathered)
        self.ledger.remember(gathered.judgement.changes)
        expected = gathered.next_messages
        deliveries = tuple(self._deliver(gathered, expected, run))
        delivered = [each.message for each in deliveries if each.delivered]
        if len(delivered) < len(gathered.messages):
            expected = next_messages(gathered, delivered)
        return WatchedAppsResult(gathered, deliveries, expected, unreadable)

    def dry_run(self, run: CheckRun) -> WatchedAppsResult:
        """Read and return what is due, as if every message arrived. Raises `LedgerError`."""
        gathered = self.gather(run)
        deliveries = tuple(Delivery(each, delivered=False) for each in gathered.messages)
        unreadable = self._unreadable(gathered)
        return WatchedAppsResult(gathered, deliveries, gathered.next_messages, unreadable)

    def gather(self, run: CheckRun) -> Gathered:
        """Read the apps as they are now, and save nothing. Raises `LedgerError`."""
        readings, at = self.gatherer.gather(self.context(run), run)
        if any(wants_weekly(channel, at) for channel in self.watchlist.channels):
            at = at._replace(notified=self.notified(run.started, at.memory))
        return judged(readings, at, self.rehearse)

    def context(self, run: CheckRun) -> CheckContext:
        """Return what the ledger knows. Raises `LedgerError`."""
        last_checks, memory = self.ledger.last_checks(), self.ledger.load()
        return CheckContext(self.watchlist, memory, run.started, last_checks)

    def _unreadable(self, gathered: Gathered) -> tuple[UnreadableRow, ...]:
        """Return every row of the ledger that cannot be read. Raises `LedgerError`."""
        return (*gathered.at.memory.unreadable, *self.ledger.unreadable_history())

    def _settle(self, gathered: Gathered) -> Gathered:
        """Save the confirmations that follow from sign-ins; a person's decision has priority."""
        try:
            for changes in gathered.readings.settled:
                save_decision(self.ledger, changes)
        except LedgerConflict:
            memory = apply_changes(self.ledger.load(), Changes(uses=gathered.readings.uses))
            readings = gathered.readings._replace(settled=())
            at = gathered.at._replace(memory=memory)
            return judged(readings, at, self.rehearse)
        return gathered

    def _deliver(
        self, gathered: Gathered, expected: NextMessages, run: CheckRun
    ) -> Iterator[Delivery]:
        """Send each message with the date of the next one."""
        messages = (
            replace(
                with_id(each, gathered.at.memory.notifications, self.watchlist),
                next_message=expected.by_channel.get(each.channel),
            )
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


def judged(readings: Readings, at: CheckContext, rehearse: Rehearsal) -> Gathered:
    """Judge what was read, with the confirmations that follow from sign-ins already applied.

    An app that cannot be judged, or whose messages `rehearse` cannot render, is set apart.
    """
    at = at._replace(memory=reduce(apply_decision, readings.settled, at.memory))

    def judge_some(snapshots: Mapping[str, AppSnapshot], failed: Mapping[str, str]) -> Gathered:
        failed = {**readings.failed, **failed}
        judgement = judge(at, snapshots, readings.unread, failed)
        judgement = replace(judgement, changes=replace(judgement.changes, uses=readings.uses))
        messages = messages_due(judgement, at)
        for message in messages:
            rehearse(message)
        found = Gathered(readings._replace(snapshots=snapshots), at, judgement, messages)
        return found._replace(next_messages=next_messages(found, messages))

    return spare(judge_some, readings.snapshots)


def next_messages(gathered: Gathered, delivered: Sequence[Message]) -> NextMessages:
    """Return the next messages, given those that were delivered."""
    rows = [row for message in delivered for row in notifications_for(message, gathered.at)]
    after = gathered.after
    at = after._replace(memory=apply_notifications(after.memory, rows))
    return find_next_messages(gathered.judgement, at, gathered.readings.snapshots)
