"""A check: one at a time, a list of parts, then the record.

Each part gathers, decides and acts, in this order; only the last step has effects.
"""

from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from functools import partial
from time import sleep

from shared.core.judge.schedule import ENDS_WITHIN
from shared.core.model.check_record import Outcome
from shared.core.model.context import CheckContext
from shared.core.model.watchlist import Watchlist
from shared.core.results import CheckResult, Forecast, Status
from shared.ports.channel import Channel
from shared.ports.clock import Clock
from shared.ports.directory import Directory
from shared.ports.errors import LeaseLost
from shared.ports.heartbeat import Heartbeat
from shared.ports.ledger import Held, Ledger
from shared.ports.usage_report import UsageReport
from shared.ports.vault import Vault
from shared.usecases.busy import Pause, busy, busy_too_long, is_too_long, lease_after_wait
from shared.usecases.due import Due, due
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
from shared.usecases.tend import tend
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
    vault: Vault | None = None
    """Keeps new secrets that are handed over, if configured."""
    rehearse: Rehearsal = ignore
    work_until: datetime | None = None
    """When reading must have ended, so that Azure stops nothing; no message begins later."""
    pause: Pause = sleep
    """Waits, while another check has the lease."""

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

        While another check runs, wait for it once: what it leaves is done, also if it has died.
        Never raises: if the ledger cannot be read, the tick has failed.

        Args:
            progress: Takes a few words about what the check does now.
            asked: When the message of the queue was sent that asks for it, if one does.
        """
        tend(self, progress)
        run = self._run(progress)
        try:
            found = self._due(asked)
            taken = self.ledger.lease() if found.anything else None
        except Exception as error:  # noqa: BLE001  (a fault must not end in silence)
            return self._could_not_begin(run, error)
        if taken is None:
            return CheckResult(run.started, Outcome.NOT_DUE)
        if isinstance(taken, Held):
            progress("waiting for another check to end")
            return self._tick_after_wait(taken, progress, asked)
        return self._check(replace(run, lease=taken), retry=found.retry)

    def check(self, progress: Progress = ignore, *, whole: bool = True) -> CheckResult:
        """Run a check now and send what is due.

        Never raises: the result has the error, or says that another check runs.

        Args:
            progress: Takes a few words about what the check does now.
            whole: Whether to read the inventory too; if not, the next tick does.
        """
        run = self._run(progress)
        try:
            taken = self.ledger.lease()
        except Exception as error:  # noqa: BLE001  (a fault must not end in silence)
            return self._could_not_begin(run, error)
        if isinstance(taken, Held):
            return CheckResult(run.started, Outcome.BUSY, busy(taken, run.started))
        return self._check(replace(run, lease=taken, whole=whole), retry=False)

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
        tenant = self.inventory
        inventory = tenant.context(run.started, at.memory) if tenant is not None else None
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

    def _tick_after_wait(
        self, held: Held, progress: Progress, asked: datetime | None
    ) -> CheckResult:
        """Wait for the check that runs, then do what it left, if anything."""
        run = self._run(progress)
        try:
            taken = lease_after_wait(self.ledger, held, self.pause)
            run = self._run(progress)
            if isinstance(taken, Held):
                return self._busy(taken, run)
            run = replace(run, lease=taken)
            found = self._due(asked)
        except Exception as error:  # noqa: BLE001  (a fault must not end in silence)
            self._release(run)
            return self._could_not_begin(run, error)
        if not found.anything:
            self._release(run)
            return CheckResult(run.started, Outcome.NOT_DUE)
        return self._check(run, retry=found.retry)

    def _due(self, asked: datetime | None) -> Due:
        return due(self.ledger, self.watchlist, self.clock(), asked=asked)

    def _run(self, progress: Progress = ignore) -> CheckRun:
        began = self.clock()
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
        finally:
            self._release(run)
        self._beat(result, run.progress)
        return result

    def _could_not_begin(self, run: CheckRun, error: Exception) -> CheckResult:
        """Report a check that could not begin to the heartbeat; the ledger has no record of it."""
        result = run.failed(f"No messages were sent. {sentence_about(error)}")
        self._beat(result, run.progress)
        return result

    def _busy(self, held: Held, run: CheckRun) -> CheckResult:
        """Return that another check runs; if it runs for too long, that is a failure."""
        longest = self.deadline + ENDS_WITHIN
        if not is_too_long(held, run.started, longest):
            return CheckResult(run.started, Outcome.BUSY, busy(held, run.started))
        result = run.failed(busy_too_long(held, longest))
        record_failure(self.ledger, result, retry=False)  # the next hourly runs try again
        self._beat(result, run.progress)
        return result

    def _release(self, run: CheckRun) -> None:
        with suppress(Exception):  # it expires anyway; the result counts more
            if run.lease is not None:
                run.lease.release()

    def _beat(self, result: CheckResult, progress: Progress) -> None:
        """Notify the heartbeat, if any. If it cannot be reached, its silence is the alarm."""
        if self.heartbeat is None:
            return
        try:
            self.heartbeat.beat(good=result.outcome == Outcome.OK)
        except Exception as error:  # noqa: BLE001  (the result of the check counts more)
            progress(sentence_about(error))
