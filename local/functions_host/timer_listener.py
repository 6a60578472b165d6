"""One timer trigger: a failed run does not stop the schedule, and scheduled runs never overlap.

Missed runs, retries and the value that a function receives follow the host in Azure
(azure-webjobs-sdk-extensions, `TimerListener`). A run that an administrator starts goes beside a
scheduled one.
"""

import contextlib
import json
import logging
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path

from local.functions_host import rpc
from local.functions_host.errors import Interrupted, InvocationFailed
from local.functions_host.functions import Function
from local.functions_host.ncrontab import Schedule, local_zone, parse
from local.functions_host.settings import resolved
from local.functions_host.timer_lease import DEVELOPMENT, LOOK, Lease
from local.functions_host.timer_monitor import NEVER, Monitor, Status

type Run = Callable[[Function, rpc.TypedData, int, int], object]
"""Runs a function with a value: the retry and the number of retries. Raises `InvocationFailed`."""
type Wait = Callable[[float], bool]
"""Waits for some seconds, or until the host stops. Returns whether it stops."""

_log = logging.getLogger(__name__)
_NAP = 1.0  # seconds; after a laptop slept, the next due time may have passed


def delay(policy: rpc.RpcRetryOptions, retry: int) -> timedelta:
    """Return the seconds before a retry, counted from 1: fixed, or doubling up to a maximum."""
    if policy.delay_interval is not None:
        return policy.delay_interval
    least, most = policy.minimum_interval or timedelta(), policy.maximum_interval or timedelta.max
    return min(least * (1 << min(retry - 1, 20)), most)


class Timer:
    """One timer trigger."""

    def __init__(
        self,
        function: Function,
        run: Run,
        wait: Wait,
        clock: Callable[[], datetime],
        state: Path | None,
        lease: float = DEVELOPMENT,
    ) -> None:
        """Parse the schedule of `function`. Raise `HostError` if it is invalid."""
        self.schedule: Schedule = parse(resolved(str(function.trigger["schedule"])), local_zone())
        self._function, self._run, self._wait, self._clock = function, run, wait, clock
        now = clock()
        due = self.schedule.next_after(now)
        # several runs in the next minute: the host does not look for missed ones
        often = self.schedule.next_after(due) < now + timedelta(minutes=1)
        self._monitored = function.trigger.get("useMonitor", True) is not False and not often
        self._monitor = Monitor(state if self._monitored else None, function.name)
        self._lease = Lease(state, function.name, lease, clock)
        self._status = Status(NEVER, due, NEVER)

    def fire(self, *, past_due: bool = False) -> None:
        """Run the timer now, retries included. Raise `InvocationFailed` if the last try fails."""
        self._fire(self._monitor.status or self._status, past_due=past_due)

    def _fire(self, status: Status, *, past_due: bool) -> None:
        value = {
            "Schedule": {"AdjustForDST": True},
            "ScheduleStatus": status.document(self.schedule.zone) if self._monitored else None,
            "IsPastDue": past_due,
        }
        self._tries(rpc.TypedData(json=json.dumps(value)))

    def _tries(self, value: rpc.TypedData) -> None:
        policy = self._function.retry or rpc.RpcRetryOptions()
        retry = 0
        while True:
            try:
                self._run(self._function, value, retry, policy.max_retry_count)
            except Interrupted:
                raise
            except InvocationFailed as error:
                _log.error(
                    "%s failed, try %d: %s\n%s",
                    self._function.name,
                    retry + 1,
                    error,
                    error.stack.rstrip(),
                )
                if retry == policy.max_retry_count:
                    raise
                retry += 1
                pause = delay(policy, retry).total_seconds()
                _log.info("%s is tried again in %g s", self._function.name, pause)
                if self._wait(pause):
                    raise
            else:
                return

    def follow(self) -> None:
        """Run the timer whenever it is due and this host has its lease, until the host stops."""
        with contextlib.suppress(Interrupted):
            while self._leased():
                with self._lease.kept():
                    if self._listen():
                        return

    def _leased(self) -> bool:
        """Wait for the lease. Return whether this host has it; `False` if it stops first."""
        while not self._lease.take():
            _log.warning(
                "another host on this folder runs %s; this one tries again in %g s",
                self._function.name,
                LOOK,
            )
            if self._wait(LOOK):
                return False
        return True

    def _listen(self) -> bool:
        """Run the timer whenever it is due. Return whether the host stops; or the lease is lost."""
        now = self._clock()
        self._resume(now)
        if self._status.next < now:
            self._scheduled(now, "IsPastDue")
        elif self._function.trigger.get("runOnStartup"):
            self._scheduled(now, "RunOnStartup")
        while not self._until(self._status.next):
            if not self._lease.take():
                return False
            # the same instant must not be due twice after the clock was set back a little
            self._scheduled(max(self._clock(), self._status.next))
        return True

    def _resume(self, now: datetime) -> None:
        """Take up the stored status, or store the first one: its update is news to the function."""
        kept = self._monitor.load()
        if kept is None:
            self._status = Status(NEVER, self.schedule.next_after(now), NEVER)
            self._monitor.keep(Status(NEVER, self._status.next, now), self.schedule.zone)
        else:
            self._status = kept.resumed(self.schedule, now)
            if self._status != kept:
                self._monitor.keep(self._status, self.schedule.zone)

    def _scheduled(self, at: datetime, reason: str = "") -> None:
        past_due = reason == "IsPastDue"
        if reason:
            original = f", OriginalSchedule: {self._status.next.isoformat()}" if past_due else ""
            _log.info("Trigger Details: UnscheduledInvocationReason: %s%s", reason, original)
        try:
            self._fire(self._status, past_due=past_due)
        except Interrupted:
            raise
        except InvocationFailed:
            pass  # it is logged; the schedule continues
        self._status = Status.ran(self.schedule, at)
        self._monitor.keep(self._status, self.schedule.zone)

    def _until(self, due: datetime) -> bool:
        """Wait for `due`. Return whether the host stops first."""
        while (left := (due - self._clock()).total_seconds()) > 0:
            if self._wait(min(left, _NAP)):
                return True
        return self._wait(0)
