"""Timer triggers: a failed run does not stop the schedule, and two runs never overlap.

Missed runs, retries and the value that a function receives follow the host in Azure
(azure-webjobs-sdk-extensions, `TimerListener`). Different here: there, a run that an administrator
starts does not wait for a scheduled one.
"""

import contextlib
import json
import logging
import threading
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path

from local.functions_host import rpc
from local.functions_host.errors import HostError, HostStopped, InvocationFailed
from local.functions_host.ncrontab import Schedule, ScheduleError, parse
from local.functions_host.settings import resolved
from local.functions_host.timer_monitor import Monitor, Status
from local.functions_host.worker import Function, Off

type Run = Callable[[Function, rpc.TypedData, int, int], object]
"""Runs a function with a value: the retry and the number of retries. Raises `InvocationFailed`."""
type Wait = Callable[[float], bool]
"""Waits for some seconds, or until the host stops. Returns whether it stops."""

_log = logging.getLogger(__name__)
_NAP = 1.0  # seconds; after a laptop slept, the next due time may have passed
_SUB_MINUTE = timedelta(minutes=1)


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
    ) -> None:
        """Parse the schedule of `function`. Raise `HostError` if it is invalid."""
        try:
            self.schedule: Schedule = parse(resolved(str(function.trigger["schedule"])))
        except (HostError, ScheduleError) as error:
            raise HostError(f"the schedule: {error}") from None
        self._function, self._run, self._wait, self._clock = function, run, wait, clock
        self._one_at_a_time = threading.Lock()
        now = clock()
        self._monitored = function.trigger.get(
            "useMonitor", True
        ) is not False and not self._sub_minute(now)
        self._monitor = Monitor(state if self._monitored else None, function.name)
        self._status = Status.first(self.schedule, now)

    def _sub_minute(self, now: datetime) -> bool:
        """Return whether it runs so often that the host does not look for missed runs."""
        due = self.schedule.next_after(now)
        return self.schedule.next_after(due) - due < _SUB_MINUTE

    def fire(self, *, past_due: bool = False) -> None:
        """Run the timer now, retries included. Raise `InvocationFailed` if the last try fails."""
        value = {
            "Schedule": {"AdjustForDST": True},
            "ScheduleStatus": self._status.document() if self._monitored else None,
            "IsPastDue": past_due,
        }
        with self._one_at_a_time:
            self._tries(rpc.TypedData(json=json.dumps(value)))

    def _tries(self, value: rpc.TypedData) -> None:
        policy = self._function.retry or rpc.RpcRetryOptions()
        retry = 0
        while True:
            try:
                self._run(self._function, value, retry, policy.max_retry_count)
            except HostStopped:
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
        """Run the timer whenever it is due, until the host stops."""
        now = self._clock()
        kept = self._monitor.load()
        if kept is not None and kept.follows(self.schedule):
            self._status = kept
        self._monitor.keep(self._status)
        if self._status.next < now:
            self._scheduled(now, past_due=True)
        elif self._function.trigger.get("runOnStartup"):
            self._scheduled(now)
        while not self._until(self._status.next):
            # the same instant must not be due twice after the clock was set back a little
            self._scheduled(max(self._clock(), self._status.next))

    def _scheduled(self, at: datetime, *, past_due: bool = False) -> None:
        try:
            self.fire(past_due=past_due)
        except HostStopped:  # after the next start, this run is past due
            return
        except InvocationFailed:
            pass  # it is logged; the schedule continues
        self._status = Status.ran(self.schedule, at)
        self._monitor.keep(self._status)

    def _until(self, due: datetime) -> bool:
        """Wait for `due`. Return whether the host stops first."""
        while (left := (due - self._clock()).total_seconds()) > 0:
            if self._wait(min(left, _NAP)):
                return True
        return self._wait(0)


class Timers:
    """The threads that timers run in."""

    def __init__(
        self, functions: Mapping[str, Function], run: Run, state: Path | None, *, off: Off
    ) -> None:
        """Parse all schedules; nothing runs yet. `off` is told of each that is invalid."""
        self._stop = threading.Event()
        self._threads: list[threading.Thread] = []
        self._guard = threading.Lock()
        self._timers: dict[str, Timer] = {}
        for function in functions.values():
            if function.kind == "timer":
                try:
                    self._timers[function.name] = Timer(
                        function, run, self._stop.wait, lambda: datetime.now(UTC), state
                    )
                except HostError as error:
                    off(function, str(error))

    def __getitem__(self, name: str) -> Timer:
        """Return a timer. Raise `KeyError` if there is none."""
        return self._timers[name]

    def __contains__(self, name: object) -> bool:
        """Return whether there is a timer with that name."""
        return name in self._timers

    def follow(self) -> None:
        """Start all timers; each runs when it is due."""
        for name, timer in self._timers.items():
            self._start(f"timer {name}", timer.follow)

    def start(self, name: str) -> None:
        """Run a timer once in the background; its result is logged. Raise `KeyError`."""
        timer = self._timers[name]

        def fire() -> None:
            with contextlib.suppress(InvocationFailed):  # it is logged
                timer.fire()

        self._start(f"timer {name}, once", fire)

    def _start(self, name: str, run: Callable[[], None]) -> None:
        thread = threading.Thread(target=run, name=name)
        with self._guard:
            self._threads = [*(each for each in self._threads if each.is_alive()), thread]
            thread.start()

    def close(self) -> None:
        """Start no more runs, cancel waiting retries, and wait for the running ones."""
        self._stop.set()
        for thread in self._threads:
            thread.join()
