"""A check: one at a time, a list of parts, then the record.

Each part gathers, decides and acts, in this order; only the last step has effects.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from shared.core.model.check_record import Outcome
from shared.core.model.watchlist import Watchlist
from shared.core.results import CheckResult, Forecast, Status
from shared.ports.channel import Channel
from shared.ports.clock import Clock
from shared.ports.directory import Directory
from shared.ports.errors import ChannelError, LeaseLost, LedgerError
from shared.ports.heartbeat import Heartbeat
from shared.ports.ledger import Ledger
from shared.ports.usage_report import UsageReport
from shared.usecases.due import due
from shared.usecases.gather import Gatherer
from shared.usecases.inventory import InventoryWatch
from shared.usecases.part import CheckRun, Part, Progress, combined, ignore
from shared.usecases.record import record_check, record_failure
from shared.usecases.status import forecast_of, status_of
from shared.usecases.watched_apps import WatchedApps


@dataclass(frozen=True, slots=True)
class Watch:
    """The program with its outside services. `deadline` is the time limit of a check."""

    watchlist: Watchlist
    directory: Directory
    ledger: Ledger
    channels: Mapping[str, Channel]
    clock: Clock
    deadline: timedelta
    usage_report: UsageReport | None = None
    """Evidence of use, if configured."""
    heartbeat: Heartbeat | None = None
    """Notified of how each check ended, if configured."""
    inventory: InventoryWatch | None = None
    """The part about the whole tenant, if configured."""
    work_until: datetime | None = None
    """When reading must have ended, if a request waits for it; no message begins later."""

    @property
    def _apps(self) -> WatchedApps:
        gatherer = Gatherer(self.watchlist, self.directory, self.usage_report)
        return WatchedApps(self.watchlist, gatherer, self.ledger, self.channels)

    @property
    def _other_parts(self) -> Sequence[Part]:
        return (self.inventory,) if self.inventory is not None else ()

    def tick(self, progress: Progress = ignore, *, asked: datetime | None = None) -> CheckResult:
        """Run a check if one is due, or if the last one left something to retry.

        Never raises an error of a port: if the ledger cannot be read, the tick has failed.

        Args:
            progress: Takes a few words about what the check does now.
            asked: When the message of the queue was sent that asks for it, if one does.
        """
        now = self.clock()
        try:
            found = due(self.ledger, self.watchlist, now, asked=asked)
        except LedgerError as error:
            return self._could_not_begin(now, str(error), progress)
        if not found.anything:
            return CheckResult(now, Outcome.NOT_DUE)
        return self.check(progress, retry=found.retry)

    def check(
        self, progress: Progress = ignore, *, retry: bool = False, whole: bool = True
    ) -> CheckResult:
        """Run a check now and send what is due.

        Never raises an error of a port: the result has it.

        Args:
            progress: Takes a few words about what the check does now.
            retry: Whether the check only retries what failed before.
            whole: Whether to read the inventory too; if not, the next tick does.
        """
        started = self.clock()
        try:
            lease = self.ledger.lease()
        except LedgerError as error:
            return self._could_not_begin(started, f"No messages were sent. {error}", progress)
        if lease is None:
            return CheckResult(started, Outcome.BUSY)
        run = replace(self._run(progress, started), lease=lease, whole=whole)
        try:
            return self._check(run, retry=retry)
        finally:
            lease.release()

    def dry_run(self, progress: Progress = ignore) -> CheckResult:
        """Return what a check would find and send now, without sending or writing anything."""
        run = self._run(progress)
        try:
            results = [self._apps.dry_run(run), *(each.dry_run(run) for each in self._other_parts)]
        except LedgerError as error:
            return CheckResult(run.started, Outcome.FAILED, str(error), dry_run=True)
        return replace(combined(run, results), dry_run=True)

    def status(self, *, live: bool = False) -> Status:
        """Return the status as the ledger knows it, or with `live` from the apps as they are now.

        Sends and writes nothing. Raises `LedgerError`; apps that cannot be read are in
        `judgement.unread`.
        """
        run = self._run()
        known = self._apps.live_status(run) if live else status_of(self._apps.context(run))
        if self.inventory is None:
            return known
        return replace(known, inventory=self.inventory.status(run.started))

    def forecast(self, until: date | None = None) -> Forecast:
        """Return the messages up to a local day, if nobody acts. Raises `LedgerError`.

        The default is 30 days after the last credential expires.
        """
        return forecast_of(self._apps.context(self._run()), until)

    def _run(self, progress: Progress = ignore, started: datetime | None = None) -> CheckRun:
        began = started or self.clock()
        deadline = began + self.deadline
        if self.work_until is not None:
            deadline = min(deadline, self.work_until)
        return CheckRun(began, deadline, self.clock, progress)

    def seconds_left(self, within: float) -> float:
        """Return the seconds for a read that begins now, `within` at most."""
        return self._run().seconds_left(within)

    def _check(self, run: CheckRun, *, retry: bool) -> CheckResult:
        try:
            apps = self._apps.run(run)
            parts = [apps, *(each.run(run) for each in self._other_parts)]
            result = combined(run, parts)
            run.renew()
            record_check(self.ledger, result, apps.gathered, parts, retry=retry)
        except LeaseLost as error:
            return run.failed(str(error))
        except LedgerError as error:
            result = run.failed(
                f"The check stopped; the next one sends the remaining messages. {error}"
            )
            record_failure(self.ledger, result, retry=retry)
        self._beat(result, run.progress)
        return result

    def _could_not_begin(self, started: datetime, error: str, progress: Progress) -> CheckResult:
        """Report a check that could not begin to the heartbeat; the ledger has no record of it."""
        result = CheckResult(started, Outcome.FAILED, error)
        self._beat(result, progress)
        return result

    def _beat(self, result: CheckResult, progress: Progress) -> None:
        """Notify the heartbeat, if any. If it cannot be reached, its silence is the alarm."""
        if self.heartbeat is None:
            return
        try:
            self.heartbeat.beat(good=result.outcome == Outcome.OK)
        except ChannelError as error:
            progress(str(error))
