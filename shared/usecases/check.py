"""A check: one at a time, a list of parts, then the record.

Each part gathers, decides and acts, in this order; only the last step has effects.
"""

from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from functools import partial

from shared.core.model.check_record import Outcome
from shared.core.model.context import CheckContext
from shared.core.model.watchlist import Watchlist
from shared.core.results import CheckResult, Forecast, Status
from shared.ports.channel import Channel
from shared.ports.clock import Clock
from shared.ports.directory import Directory
from shared.ports.errors import LeaseLost
from shared.ports.heartbeat import Heartbeat
from shared.ports.ledger import Ledger
from shared.ports.usage_report import UsageReport
from shared.usecases.due import due
from shared.usecases.gather import Gatherer
from shared.usecases.inventory import InventoryWatch
from shared.usecases.notified import notified_by_channel
from shared.usecases.part import (
    CheckRun,
    Part,
    Progress,
    Rehearsal,
    combined,
    ignore,
    sentence_about,
)
from shared.usecases.record import record_check, record_failure
from shared.usecases.status import Known, forecast_of, itself, known_now, recalled, rendered
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
    rehearse: Rehearsal = ignore
    work_until: datetime | None = None
    """When reading must have ended, if a request waits for it; no message begins later."""

    @property
    def _apps(self) -> WatchedApps:
        gatherer = Gatherer(self.watchlist, self.directory, self.usage_report)
        ledger = self.inventory.ledger if self.inventory is not None else None
        notified = partial(notified_by_channel, self.watchlist, ledger)
        return WatchedApps(
            self.watchlist, gatherer, self.ledger, self.channels, self.rehearse, notified
        )

    @property
    def _other_parts(self) -> Sequence[Part]:
        return (self.inventory,) if self.inventory is not None else ()

    def tick(self, progress: Progress = ignore, *, asked: datetime | None = None) -> CheckResult:
        """Run a check if one is due, or if the last one left something to retry.

        Never raises: if the ledger cannot be read, the tick has failed.

        Args:
            progress: Takes a few words about what the check does now.
            asked: When the message of the queue was sent that asks for it, if one does.
        """
        now = self.clock()
        try:
            found = due(self.ledger, self.watchlist, now, asked=asked)
        except Exception as error:  # noqa: BLE001  (a fault must not end in silence)
            return self._could_not_begin(now, sentence_about(error), progress)
        if not found.anything:
            return CheckResult(now, Outcome.NOT_DUE)
        return self.check(progress, retry=found.retry)

    def check(
        self, progress: Progress = ignore, *, retry: bool = False, whole: bool = True
    ) -> CheckResult:
        """Run a check now and send what is due.

        Never raises: the result has the error.

        Args:
            progress: Takes a few words about what the check does now.
            retry: Whether the check only retries what failed before.
            whole: Whether to read the inventory too; if not, the next tick does.
        """
        started = self.clock()
        try:
            lease = self.ledger.lease()
        except Exception as error:  # noqa: BLE001  (a fault must not end in silence)
            text = f"No messages were sent. {sentence_about(error)}"
            return self._could_not_begin(started, text, progress)
        if lease is None:
            return CheckResult(started, Outcome.BUSY)
        run = replace(self._run(progress, started), lease=lease, whole=whole)
        try:
            return self._check(run, retry=retry)
        finally:
            with suppress(Exception):  # it expires anyway; the result counts more
                lease.release()

    def dry_run(self, progress: Progress = ignore) -> CheckResult:
        """Return what a check would find and send now, without sending or writing anything."""
        run = self._run(progress)
        try:
            results = [self._apps.dry_run(run), *(each.dry_run(run) for each in self._other_parts)]
        except Exception as error:  # noqa: BLE001  (as in a check)
            text = sentence_about(error)
            return CheckResult(run.started, Outcome.FAILED, text, dry_run=True)
        return replace(combined(run, results), dry_run=True)

    def status(self, *, live: bool = False) -> Status:
        """Return the status; see `shown_status`."""
        return self.shown_status(lambda found, _: found, live=live)

    def shown_status[Shown](
        self, render: Callable[[Status, CheckContext], Shown], *, live: bool = False
    ) -> Shown:
        """Return the status as the ledger knows it, or with `live` from the apps as they are now.

        Sends and writes nothing. Raises `LedgerError`; apps that cannot be read are in
        `judgement.unread`.

        Args:
            render: Makes what people read. What it cannot render is set apart, and named.
            live: Whether to read the apps.
        """
        run = self._run()
        if live:
            at, known = known_now(self._apps.gather(run), run.elapsed())
        else:
            at = self._apps.context(run)
            known = Known(recalled(at))
        inventory = self.inventory.context(run.started) if self.inventory is not None else None
        return rendered(at, known, inventory, lambda found: render(found, at))

    def forecast(self, until: date | None = None) -> Forecast:
        """Return the forecast; see `shown_forecast`."""
        return self.shown_forecast(itself, until)

    def shown_forecast[Shown](
        self, render: Callable[[Forecast], Shown], until: date | None = None
    ) -> Shown:
        """Return the messages up to a local day, if nobody acts. Raises `LedgerError`.

        Args:
            render: Makes what people read. What it cannot render is set apart, and named.
            until: By default 30 days after the last credential expires.
        """
        return forecast_of(self._apps.context(self._run()), until, render)

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
        except Exception as error:  # noqa: BLE001  (a fault must not end in silence)
            stopped = "The check stopped; the next one sends the remaining messages."
            result = run.failed(f"{stopped} {sentence_about(error)}")
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
        except Exception as error:  # noqa: BLE001  (the result of the check counts more)
            progress(sentence_about(error))
